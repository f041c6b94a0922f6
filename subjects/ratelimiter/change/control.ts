// Calls to the nodes' manage ports and to the control ports of proxy and jobs.
import type { z } from "zod";
import { OperatorError } from "../../../src/domain/errors.ts";
import type { Json } from "../../../src/domain/json.ts";
import { request } from "../../../src/infra/http.ts";
import { parseJsonText } from "../../../src/infra/json-text.ts";
import type { Site } from "../observe/site.ts";
import { errorAnswerSchema } from "../service/answers.ts";

export interface ControlCall<S extends z.ZodType> {
  readonly site: Pick<Site, "token">;
  /** For the error: "inject clock_skew". */
  readonly doing: string;
  readonly url: string;
  /** GET when absent. */
  readonly method?: "PUT" | "POST" | "DELETE";
  readonly body?: Json;
  readonly schema: S;
  readonly signal: AbortSignal;
}

const DEADLINE_MS = 3_000;
const BODY_BYTES_MAX = 1_000_000;

/** Rejects with code "subject" and its words when it refuses, answers otherwise or not at all. */
export async function callControl<S extends z.ZodType>(call: ControlCall<S>): Promise<z.infer<S>> {
  const { site, doing, url, method = "GET", body, schema, signal } = call;
  const what = `${doing}: ${method} ${url}`;
  const answer = await request({
    url,
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    headers: { authorization: `Bearer ${site.token ?? ""}` },
    deadlineMs: DEADLINE_MS,
    bodyBytesMax: BODY_BYTES_MAX,
    signal,
  });
  if (answer.state === "failed") throw new OperatorError("subject", `${what}: ${answer.reason}`);
  const value = parseJsonText(answer.text);
  const parsed = schema.safeParse(value);
  // The health of a node that is not well comes with 503, in the same form.
  if (parsed.success && (answer.status === 200 || answer.status === 503)) return parsed.data;
  if (answer.status !== 200) {
    const words = errorAnswerSchema.safeParse(value).data?.error.message ?? "no reason given";
    throw new OperatorError("subject", `${what}: ${answer.status}, ${words}`);
  }
  throw new OperatorError("subject", `${what}: its answer is not understood`, {
    cause: parsed.error,
  });
}
