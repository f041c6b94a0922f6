// Keys of ours that hold what no limiter writes there: every check that needs one is refused.
import type { Redis } from "ioredis";
import { sendAll } from "./ask-redis.ts";

/** As Redis answers a command for another type than the key's. */
export function isWrongType(answer: unknown): boolean {
  return answer instanceof Error && answer.message.startsWith("WRONGTYPE");
}

/** The types of these raw keys, as Redis names them; those that it does not tell are missing. */
export async function readTypes(
  redis: Redis,
  keys: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const answers = await sendAll(
    redis,
    keys.map((key) => ["TYPE", key]),
  );
  return new Map(
    keys.flatMap((key, index) => {
      const type = answers[index];
      return typeof type === "string" ? [[key, type] as const] : [];
    }),
  );
}
