// One question to a broker and its answer, on a connection of their own.
import { connect } from "node:net";
import type { z } from "zod";
import { OperatorError } from "../../domain/errors.ts";
import { parseJsonText } from "../../infra/json-text.ts";
import { type Failure, failureSchema, type Question } from "./protocol.ts";

export interface AskOptions {
  /** The path of the broker's socket. */
  readonly socket: string;
  readonly question: Question;
  readonly deadlineMs: number;
  readonly signal: AbortSignal;
}

const ANSWER_BYTES_MAX = 4 * 1024 * 1024;

/** By the system's code: what is so, and what a person can do. */
const UNANSWERED: Readonly<Record<string, readonly [cause: string, hint: string]>> = {
  ENOENT: ["no socket is there", "start the broker, or name its socket with OPERATOR_BROKER"],
  ECONNREFUSED: ["nobody listens there", "start the broker again: its socket is a dead one's"],
  EACCES: ["this user may not use it", "run as the broker's user, or as one of its group"],
};

/**
 * Rejects with the broker's own refusal or failure, with code "runtime" when there is no broker to
 * answer, and "interrupted" on abort: what it was asked for may go on.
 */
export async function askBroker<T>(options: AskOptions, schema: z.ZodType<T>): Promise<T> {
  const { socket, question } = options;
  const doing = "member" in question ? `${question.do} ${question.member}` : question.do;
  const answer = parseJsonText(
    await exchangeLines(options, `asking the broker at ${socket} for ${doing}`),
  );
  const failure = failureSchema.safeParse(answer);
  if (failure.success) throw errorOf(failure.data);
  const parsed = schema.safeParse(answer);
  if (parsed.success) return parsed.data;
  throw new OperatorError("runtime", `asking the broker at ${socket}: the answer is not its own`);
}

function exchangeLines(options: AskOptions, doing: string): Promise<string> {
  const { socket: path, question, deadlineMs, signal } = options;
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const fail = (cause: string, hint?: string) =>
    reject(new OperatorError("runtime", `${doing}: ${cause}`, hint === undefined ? {} : { hint }));
  const giveUp = () => reject(new OperatorError("interrupted", `${doing}: interrupted`));
  if (signal.aborted) giveUp();
  const chunks: Buffer[] = [];
  let bytes = 0;
  const socket = connect({ path });
  const timer = setTimeout(() => fail(`no answer in ${deadlineMs} ms`), deadlineMs);
  signal.addEventListener("abort", giveUp, { once: true });
  socket.once("connect", () => socket.write(`${JSON.stringify(question)}\n`));
  socket.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > ANSWER_BYTES_MAX) fail(`an answer over ${ANSWER_BYTES_MAX} bytes`);
    chunks.push(chunk);
  });
  socket.once("error", (error) => fail(...sayUnanswered(error)));
  socket.once("end", () => resolve(Buffer.concat(chunks).toString()));
  socket.once("close", () => fail("the connection was closed without an answer"));
  return promise.finally(() => {
    clearTimeout(timer);
    signal.removeEventListener("abort", giveUp);
    socket.destroy();
  });
}

function sayUnanswered(error: Error): readonly [cause: string, hint?: string] {
  const code = "code" in error ? String(error.code) : "";
  return UNANSWERED[code] ?? [error.message];
}

function errorOf({ code, message, hint }: Failure): OperatorError {
  return new OperatorError(code, `the broker: ${message}`, hint === undefined ? {} : { hint });
}
