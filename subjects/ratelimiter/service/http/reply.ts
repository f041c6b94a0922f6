// Answers in the node's form. Errors are values: a code for programs and a sentence for people.

export interface Refusal {
  readonly status: 400 | 401 | 404 | 405 | 409 | 413 | 415 | 503;
  readonly code: string;
  /** What was wrong and what would be right, in lower case. */
  readonly message: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export function json(value: unknown, status = 200): Response {
  return new Response(JSON.stringify(value), {
    status,
    headers: { "content-type": "application/json" },
  });
}

export function refuse({ status, code, message, headers }: Refusal): Response {
  return new Response(JSON.stringify({ error: { code, message } }), {
    status,
    headers: { "content-type": "application/json", ...headers },
  });
}

/** A value, or why there is none. */
export type Read<T> =
  | { readonly state: "read"; readonly value: T }
  | { readonly state: "refused"; readonly refusal: Refusal };

export function read<T>(value: T): Read<T> {
  return { state: "read", value };
}

export function refused(refusal: Refusal): Read<never> {
  return { state: "refused", refusal };
}
