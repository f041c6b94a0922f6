// A management call's body against its schema; the first flaw is said in a sentence.
import type { z } from "zod";
import { type Read, read, refused } from "../http/reply.ts";

export function readForm<T>(schema: z.ZodType<T>, body: unknown): Read<T> {
  const parsed = schema.safeParse(body);
  if (parsed.success) return read(parsed.data);
  const [issue] = parsed.error.issues;
  const where = issue?.path.join(".");
  const message = `${where ? `${where}: ` : ""}${issue?.message ?? "not valid"}`;
  return refused({ status: 400, code: "bad_body", message });
}
