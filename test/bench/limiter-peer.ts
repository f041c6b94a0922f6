// One node of the peer: rate-limiter-flexible before the same Redis, with the limits that ours
// declares and an answer of the same weight. It counts by fixed windows. Prints its port.
import { Redis } from "ioredis";
import { RateLimiterRedis, RateLimiterRes } from "rate-limiter-flexible";
import { z } from "zod";
import { DECLARED_LIMITS, type Rule } from "../../subjects/ratelimiter/declared.ts";
import { declaredRule } from "../../subjects/ratelimiter/service/limits-file.ts";

const askSchema = z.object({ key: z.string(), cost: z.int().min(1).default(1) });

// The benchmark holds the other end: without it we would outlive it.
process.stdin.on("end", () => process.exit(0)).resume();

// As its documentation sets it up. With ioredis's auto-pipelining it is neither faster nor lighter.
const redis = new Redis({ port: Number(process.argv[2]) });
const limiters = new Map<Rule, RateLimiterRedis>();

const server = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  reusePort: false,
  development: false,
  routes: { "/check": { POST: check } },
});
process.stdout.write(`${server.port}\n`);

async function check(request: Request): Promise<Response> {
  const { key, cost } = askSchema.parse(await request.json());
  const rule = declaredRule(DECLARED_LIMITS, key);
  const result = await consume(limiterOf(rule), { key, cost });
  const isAllowed = result.consumedPoints <= rule.limit;
  const seconds = String(Math.ceil(result.msBeforeNext / 1000));
  const body = {
    allowed: isAllowed,
    key,
    cost,
    limit: rule.limit,
    remaining: result.remainingPoints,
    window_ms: rule.window_ms,
    reset_ms: result.msBeforeNext,
  };
  const headers: Record<string, string> = {
    "content-type": "application/json",
    "x-ratelimit-limit": String(rule.limit),
    "x-ratelimit-remaining": String(result.remainingPoints),
    "x-ratelimit-reset": seconds,
  };
  if (!isAllowed) headers["retry-after"] = seconds;
  return new Response(JSON.stringify(body), { status: isAllowed ? 200 : 429, headers });
}

function limiterOf(rule: Rule): RateLimiterRedis {
  const limiter =
    limiters.get(rule) ??
    new RateLimiterRedis({
      storeClient: redis,
      keyPrefix: "peer",
      points: rule.limit,
      duration: rule.window_ms / 1000,
    });
  limiters.set(rule, limiter);
  return limiter;
}

/** It rejects with the same when it denies. */
async function consume(
  limiter: RateLimiterRedis,
  { key, cost }: z.infer<typeof askSchema>,
): Promise<RateLimiterRes> {
  try {
    return await limiter.consume(key, cost);
  } catch (denied) {
    if (denied instanceof RateLimiterRes) return denied;
    throw denied;
  }
}
