// Management calls toward Redis: each command has its deadline, and a failure is a 503 that says
// what failed. Handlers return values; this is where an answer's shape is checked.
import type { z } from "zod";
import { type Read, read, refused } from "../http/reply.ts";
import type { LimiterNode } from "../node.ts";
import type { LinkAnswer, ScriptCall } from "../redis-link.ts";

export async function askScript<T>(
  node: LimiterNode,
  call: ScriptCall,
  schema: z.ZodType<T>,
): Promise<Read<T>> {
  return parsed(await node.link.run(call, deadlineOf(node)), schema);
}

export async function askCommand<T>(
  node: LimiterNode,
  words: readonly [string, ...string[]],
  schema: z.ZodType<T>,
): Promise<Read<T>> {
  return parsed(await node.link.command(words, deadlineOf(node)), schema);
}

function deadlineOf({ bounds }: LimiterNode): { readonly deadlineMs: number } {
  return { deadlineMs: bounds.manageDeadlineMs };
}

function parsed<T>(answer: LinkAnswer, schema: z.ZodType<T>): Read<T> {
  if (answer.state === "answered") return read(schema.parse(answer.value));
  return refused({
    status: 503,
    code: `redis_${answer.failure}`,
    message: `redis did not answer: ${answer.reason}`,
    headers: { "retry-after": "1" },
  });
}
