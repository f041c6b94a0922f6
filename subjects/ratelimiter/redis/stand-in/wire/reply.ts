// What a command answers, apart from how it is written on the wire. Texts are bytes: one character
// of a string for each, as in Latin-1.

export type Reply =
  /** A bulk string. */
  | string
  /** An integer. */
  | number
  /** What is not there. */
  | null
  | readonly Reply[]
  | { readonly type: "status"; readonly text: string }
  /** Begins with its code: `ERR`, `WRONGTYPE`. */
  | { readonly type: "error"; readonly text: string }
  /** Keys and values in turn. */
  | { readonly type: "map"; readonly pairs: readonly Reply[] }
  /** Members and scores in turn: pairs from protocol 3 on. */
  | { readonly type: "scored"; readonly entries: readonly (readonly [string, number])[] }
  | { readonly type: "double"; readonly value: number }
  /** Text for people. */
  | { readonly type: "verbatim"; readonly text: string };

export type Protocol = 2 | 3;

export const OK: Reply = { type: "status", text: "OK" };

/** Thrown by commands; the one who called them answers with it. */
export class CommandError extends Error {
  override name = "CommandError";
}

export function status(text: string): Reply {
  return { type: "status", text };
}

export function errorReply(text: string): Reply & { readonly type: "error" } {
  return { type: "error", text };
}

export function isError(reply: Reply): reply is Extract<Reply, { type: "error" }> {
  return reply !== null && typeof reply === "object" && "type" in reply && reply.type === "error";
}

export const WRONG_TYPE = "WRONGTYPE Operation against a key holding the wrong kind of value";
export const SYNTAX_ERROR = "ERR syntax error";
export const NOT_AN_INTEGER = "ERR value is not an integer or out of range";
