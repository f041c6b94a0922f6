// The kinds of failure. An OperatorError is an ordinary one: it is shown as one line and a hint.
// A failed assertion is a defect of ours: it ends the process with exit code 70 and its stack.

export type ErrorCode =
  | "usage" // the words typed are wrong: exit 2
  | "not_found" // what was named does not exist: exit 2
  | "conflict" // a guarded change found another state than it needs
  | "database" // the store cannot be opened, read or written
  | "subject" // a member or an endpoint failed
  | "runtime" // a process or container could not be handled
  | "model" // the model's service failed
  | "interrupted"; // a signal ended the work: exit 130

export interface OperatorErrorOptions {
  /** What the person can do about it; printed after the message. */
  readonly hint?: string;
  readonly cause?: unknown;
}

/** `message` is lower case: what was being done, to what, then the cause. */
export class OperatorError extends Error {
  override readonly name = "OperatorError";
  readonly code: ErrorCode;
  readonly hint: string | undefined;

  constructor(code: ErrorCode, message: string, options: OperatorErrorOptions = {}) {
    super(message, { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
  }
}

export class AssertionError extends Error {
  override readonly name = "AssertionError";
}

/** For what only a defect of ours can make false. Never caught except by main. */
export function assert(condition: boolean, whatMustBeTrue: string): asserts condition {
  if (!condition) throw new AssertionError(`must be true: ${whatMustBeTrue}`);
}

/** The end of every switch over a union: reaching it means that a case was forgotten. */
export function unreachable(value: never): never {
  throw new AssertionError(`unreachable value: ${JSON.stringify(value)}`);
}

/** One line for any thrown value. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
