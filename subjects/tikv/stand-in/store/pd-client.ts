// The link to PD: any member may be asked, and passes the request on to the PD leader.
import type { z } from "zod";
import { messageOf } from "../../../../src/domain/errors.ts";

export type PdAnswer<T> =
  | { readonly state: "answered"; readonly value: T }
  | { readonly state: "failed"; readonly reason: string };

export interface PdClient {
  /** Tries every member once, beginning with the last that answered. Never rejects. */
  post<T>(request: PdRequest<T>): Promise<PdAnswer<T>>;
}

export interface PdRequest<T> {
  readonly path: string;
  readonly body: unknown;
  readonly reply: z.ZodType<T>;
}

export function createPdClient(options: {
  /** Base URLs. */
  readonly urls: readonly string[];
  /** For each member. */
  readonly deadlineMs: number;
  readonly signal: AbortSignal;
}): PdClient {
  let preferred = 0;
  return {
    post: async (request) => {
      let reason = "no PD member is known";
      for (let turn = 0; turn < options.urls.length && !options.signal.aborted; turn += 1) {
        const url = options.urls[preferred] ?? "";
        const deadline = AbortSignal.timeout(options.deadlineMs);
        const signal = AbortSignal.any([options.signal, deadline]);
        const answer = await postOnce(`${url}${request.path}`, request, signal);
        if (answer.state === "answered") return answer;
        reason = `${url}: ${answer.reason}`;
        preferred = (preferred + 1) % options.urls.length;
      }
      return { state: "failed", reason };
    },
  };
}

async function postOnce<T>(
  url: string,
  request: PdRequest<T>,
  signal: AbortSignal,
): Promise<PdAnswer<T>> {
  try {
    const response = await fetch(url, {
      method: "POST",
      body: JSON.stringify(request.body),
      signal,
    });
    const text = await response.text();
    if (!response.ok) {
      return { state: "failed", reason: `${response.status} ${text.slice(0, 200)}` };
    }
    return { state: "answered", value: request.reply.parse(JSON.parse(text)) };
  } catch (error) {
    return { state: "failed", reason: messageOf(error) };
  }
}
