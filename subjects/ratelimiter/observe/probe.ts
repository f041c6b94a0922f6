// One probe of one URL: a reading, whatever comes back.
import type { z } from "zod";
import type { Clock } from "../../../src/domain/clock.ts";
import { messageOf } from "../../../src/domain/errors.ts";
import type { Reading } from "../../../src/domain/observation.ts";
import { type HttpAnswer, request } from "../../../src/infra/http.ts";
import type { Liveness } from "../observation.ts";

/** Of one look: every probe of it ends before `endsAtMs`. */
export interface LookContext {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly endsAtMs: number;
  readonly token: string | undefined;
}

export interface Question {
  readonly url: string;
  readonly method?: "GET" | "POST";
  readonly body?: string;
}

/** What came back, and between which times of our clock. */
export interface TimedAnswer {
  readonly answer: HttpAnswer;
  readonly sentAtMs: number;
  readonly atMs: number;
}

/** A page of limits or usage with a thousand keys is about 100 KB. */
const BODY_BYTES_MAX = 4 * 1024 * 1024;
const EXCERPT_CHARS = 160;

export async function ask(context: LookContext, question: Question): Promise<TimedAnswer> {
  const { clock, signal, token } = context;
  const sentAtMs = clock.now();
  const headers: Record<string, string> = {};
  if (token !== undefined) headers.authorization = `Bearer ${token}`;
  const deadlineMs = msLeft(context);
  const limits = { deadlineMs, bodyBytesMax: BODY_BYTES_MAX, signal };
  const answer = await request({ ...question, ...limits, headers });
  return { answer, sentAtMs, atMs: clock.now() };
}

/** Never below 1: a probe that begins late still gets a chance to fail. */
export function msLeft({ clock, endsAtMs }: LookContext): number {
  return Math.max(1, endsAtMs - clock.elapsed());
}

/** The body of one of these statuses by its schema; a failed reading for anything else. */
export function parseAnswer<S extends z.ZodType>(
  { answer, atMs }: TimedAnswer,
  { schema, statuses = [200] }: { readonly schema: S; readonly statuses?: readonly number[] },
): Reading<z.infer<S>> {
  const fail = (reason: string) => ({ state: "failed", reason, atMs }) as const;
  if (answer.state === "failed") return fail(answer.reason);
  const { status, text } = answer;
  if (!statuses.includes(status)) return fail(`HTTP ${status}: ${excerpt(text)}`);
  try {
    return { state: "read", value: schema.parse(JSON.parse(text)), atMs };
  } catch (error) {
    return fail(`unusable answer: ${excerpt(messageOf(error))}`);
  }
}

/** Whoever answers lives, whatever it says. Failed where the silence is ours or the way's. */
export function livenessOf({ answer, atMs }: TimedAnswer): Reading<Liveness> {
  if (answer.state === "answered") return { state: "read", value: { state: "answers" }, atMs };
  const { failure, reason } = answer;
  if (failure === "refused" || failure === "reset") {
    return { state: "read", value: { state: "down", reason }, atMs };
  }
  if (failure === "timed_out") return { state: "read", value: { state: "silent", reason }, atMs };
  return { state: "failed", reason, atMs };
}

/** Foreign text in one short line: it ends up in tickets, on screens and before a model. */
export function excerpt(text: string): string {
  const line = text.replace(/[\p{Cc}\s]+/gu, " ").trim();
  return line.length > EXCERPT_CHARS ? `${line.slice(0, EXCERPT_CHARS)}…` : line;
}
