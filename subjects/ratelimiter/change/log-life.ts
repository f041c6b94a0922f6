// How long a counter's log lives on after its last check, as the limiter itself lets it.
import type { Redis } from "ioredis";
import { limitKeyOf } from "../keys.ts";
import { isWrongType } from "../observe/key-types.ts";

/** As the limiter itself lets a log outlive its window. */
const SLACK_MS = 1_000;

/**
 * In milliseconds: its declared window, or that of its override where it is longer. What stands in
 * an override's place and is none has no window.
 */
export async function logLifeMs(
  redis: Redis,
  { key, declaredMs }: { readonly key: string; readonly declaredMs: number },
): Promise<number> {
  const found = await redis.hget(limitKeyOf(key), "window_ms").catch((error: unknown) => {
    if (isWrongType(error)) return null;
    throw error;
  });
  return Math.max(declaredMs, Number(found) || 0) + SLACK_MS;
}
