// Changes made through PD's API: by actions, which repair, and by faults, which break.
import { OperatorError } from "../../src/domain/errors.ts";
import { type HttpAnswer, request } from "../../src/infra/http.ts";

export interface PdChange {
  /** Base URLs, the most promising first. */
  readonly urls: readonly string[];
  readonly method: "POST" | "DELETE";
  /** After /pd/api/v1. */
  readonly path: string;
  /** JSON text. */
  readonly body?: string;
  readonly signal: AbortSignal;
}

/** A follower waits up to 3 s for a leader before it gives up (serverapi/middleware.go). */
const DEADLINE_MS = 5_000;
const BODY_BYTES_MAX = 1_000_000;
const EXCERPT_CHARS = 200;

/**
 * Asks the members in turn until one does it, and returns what PD said. Every change used here may
 * be made twice; what is to be deleted and is not there is done. Rejects with code "subject" and
 * PD's words when PD refuses, or when no member answers.
 */
export async function changePd(change: PdChange): Promise<string> {
  const { urls, method, path, body, signal } = change;
  const what = `${method} ${path}`;
  const reasons: string[] = [];
  for (const base of urls) {
    const answer = await request({
      url: `${base}/pd/api/v1${path}`,
      method,
      ...(body === undefined ? {} : { body }),
      deadlineMs: DEADLINE_MS,
      bodyBytesMax: BODY_BYTES_MAX,
      signal,
    });
    if (answer.state === "answered" && answer.status === 200) return saidBy(answer);
    if (answer.state === "answered" && answer.status === 404 && method === "DELETE") {
      return `not there any more: ${saidBy(answer)}`;
    }
    if (answer.state === "answered" && answer.status < 500) {
      throw new OperatorError("subject", `${what}: PD refuses, ${answer.status} ${saidBy(answer)}`);
    }
    reasons.push(`${new URL(base).host}: ${saidBy(answer)}`);
    if (signal.aborted) break;
  }
  throw new OperatorError("subject", `${what}: no PD member did it: ${reasons.join("; ")}`);
}

/** PD answers with a JSON string, its redirector with plain text. */
function saidBy(answer: HttpAnswer): string {
  if (answer.state === "failed") return answer.reason;
  const text = answer.text
    .trim()
    .replace(/^"|"$/g, "")
    .replace(/[\p{Cc}\s]+/gu, " ");
  return text.slice(0, EXCERPT_CHARS);
}
