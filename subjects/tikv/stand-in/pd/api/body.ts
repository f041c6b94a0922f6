// Reading what a request carries, and answering what a write came to.
import { z } from "zod";
import type { WriteOutcome } from "../cluster/write.ts";
import { ERRORS } from "../go/errors.ts";
import { json, type Reply } from "../http/reply.ts";

export type Parsed<T> =
  | { readonly state: "read"; readonly value: T }
  | { readonly state: "malformed"; readonly reply: Reply };

/** A body that is no JSON, or of another shape, is a 400 with the reason as a JSON string. */
export function readBody<T>(body: string, schema: z.ZodType<T>): Parsed<T> {
  const text = z.string().transform(parseText).pipe(schema).safeParse(body);
  if (text.success) return { state: "read", value: text.data };
  const [issue] = text.error.issues;
  const where = issue && issue.path.length > 0 ? ` of ${issue.path.join(".")}` : "";
  return { state: "malformed", reply: json(`${issue?.message ?? "bad input"}${where}`, 400) };
}

/** An id in a path or a query: PD's ParseUint64VarsField. */
export function readId(text: string | undefined): Parsed<number> {
  if (text !== undefined && /^\d{1,15}$/.test(text)) return { state: "read", value: Number(text) };
  const reason = `strconv.ParseUint: parsing ${JSON.stringify(text ?? "")}: invalid syntax`;
  return { state: "malformed", reply: json(reason, 400) };
}

/** `done` is the message for a write that was made. */
export function writeReply(outcome: WriteOutcome, done: string): Reply {
  if (outcome.state === "written") return json(done);
  const isConflict = outcome.state === "conflict";
  return json(isConflict ? ERRORS.transactionConflict : ERRORS.transactionInternal, 500);
}

function parseText(text: string, context: z.RefinementCtx): unknown {
  try {
    return JSON.parse(text);
  } catch {
    context.addIssue("invalid character in the JSON body");
    return z.NEVER;
  }
}
