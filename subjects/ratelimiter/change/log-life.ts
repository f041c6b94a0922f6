// How long a counter's log lives on after its last check, as the limiter itself lets it.
import type { Redis } from "ioredis";
import { limitKeyOf } from "../keys.ts";

/** As the limiter itself lets a log outlive its window. */
const SLACK_MS = 1_000;

/** In milliseconds: its declared window, or that of its override where it is longer. */
export async function logLifeMs(
  redis: Redis,
  { key, declaredMs }: { readonly key: string; readonly declaredMs: number },
): Promise<number> {
  const overrideMs = Number(await redis.hget(limitKeyOf(key), "window_ms"));
  return Math.max(declaredMs, overrideMs || 0) + SLACK_MS;
}
