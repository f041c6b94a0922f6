// One probe of one URL: a reading, whatever comes back.
import type { Clock } from "../../../src/domain/clock.ts";
import { messageOf } from "../../../src/domain/errors.ts";
import type { Reading } from "../../../src/domain/observation.ts";
import { type HttpAnswer, type HttpFailure, request } from "../../../src/infra/http.ts";
import type { Liveness } from "../observation.ts";

export interface ProbeContext {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly deadlineMs: number;
}

/** A thousand stores make about 1 MB; TiKV's own metrics page is the largest, at a few MB. */
const BODY_BYTES_MAX = 16 * 1024 * 1024;
const EXCERPT_CHARS = 160;

/**
 * Ends that do not tell whether the peer lives: ours, the way's, or somebody who answers too much.
 */
const SAYS_NOTHING: readonly HttpFailure[] = ["aborted", "unreachable", "body_too_large"];

/** What `parse` makes of a 200's body; a failed reading for anything else, also when it throws. */
export async function readUrl<T>(
  context: ProbeContext,
  { url, parse }: { readonly url: string; readonly parse: (text: string) => T },
): Promise<Reading<T>> {
  const answer = await get(context, url);
  const atMs = context.clock.now();
  const trouble = troubleOf(answer);
  if (trouble !== undefined || answer.state === "failed") {
    return { state: "failed", reason: trouble ?? "no answer", atMs };
  }
  try {
    return { state: "read", value: parse(answer.text), atMs };
  } catch (error) {
    const reason = `unusable answer: ${excerpt(messageOf(error))}`;
    return { state: "failed", reason, atMs };
  }
}

/** Whether a member lives: it answers 200 on a path that touches nothing else. */
export async function probeLiveness(
  context: ProbeContext,
  url: string,
): Promise<Reading<Liveness>> {
  const answer = await get(context, url);
  const atMs = context.clock.now();
  const reason = troubleOf(answer);
  if (reason === undefined) return { state: "read", value: { state: "answers" }, atMs };
  const failure = answer.state === "failed" ? answer.failure : undefined;
  if (failure !== undefined && SAYS_NOTHING.includes(failure)) {
    return { state: "failed", reason, atMs };
  }
  const isTimeout = failure === "timed_out";
  return { state: "read", value: { state: "silent", reason, isTimeout }, atMs };
}

function get({ signal, deadlineMs }: ProbeContext, url: string): Promise<HttpAnswer> {
  return request({ url, deadlineMs, bodyBytesMax: BODY_BYTES_MAX, signal });
}

/** Undefined for a 200. */
function troubleOf(answer: HttpAnswer): string | undefined {
  if (answer.state === "failed") return answer.reason;
  if (answer.status === 200) return undefined;
  return `HTTP ${answer.status}: ${excerpt(answer.text)}`;
}

/** Foreign text in one short line: it ends up in tickets, on screens and before a model. */
function excerpt(text: string): string {
  const line = text.replace(/[\p{Cc}\s]+/gu, " ").trim();
  return line.length > EXCERPT_CHARS ? `${line.slice(0, EXCERPT_CHARS)}…` : line;
}
