// One unit of what a client says on a connection that only looks: the head of an HTTP request, or a
// command of Redis.

export type Unit =
  /** It only reads; so many bytes are it. */
  | { readonly type: "reads"; readonly bytes: number }
  /** It has not ended yet. */
  | { readonly type: "open" }
  | ({ readonly type: "refused" } & Refusal);

export interface Refusal {
  /** For people and models: nothing of it but a short name was said by the client. */
  readonly why: string;
  /** To the client, in its protocol. */
  readonly answer: string;
}

/** Of the bytes that have come and were not passed on: at least one. */
export type ReadUnit = (bytes: Buffer) => Unit;

/** What one that is no plain word is called. */
const NAMELESS = "this";

/** A method or a command as it may be repeated: text of others is told to nobody as ours. */
export function nameFor(word: string): string {
  return /^[A-Za-z][\w.-]{0,19}$/.test(word) ? word.toUpperCase() : NAMELESS;
}
