// The limiter's own scripts on random histories: both servers decide alike at every step, and hold
// the same in the end. Time is part of the history, so that both have the same.
import { expect, test } from "bun:test";
import fc from "fast-check";
import { limitKeyOf, logKeyOf } from "../../../subjects/ratelimiter/keys.ts";
import {
  CHECK_SCRIPT,
  COUNTER_SCRIPT,
  OVERRIDE_SCRIPT,
  RESET_SCRIPT,
  RESTORE_SCRIPT,
  type Script,
} from "../../../subjects/ratelimiter/service/scripts.ts";
import { REAL_KIND, STAND_IN_KIND } from "../../support/redis-kinds.ts";
import type { WireClient } from "../../support/wire-client.ts";

const KEYS = ["a", "b%7B"];
const WINDOW_MS = 5_000;
const LIMIT = 7;
const RUNS = 40;

/** What somebody writes by hand. */
const ENDLESS_SCRIPT: Script = {
  name: "endless",
  text: `redis.call('DEL', KEYS[1])
if ARGV[3] then redis.call('HSET', KEYS[1], ARGV[1], ARGV[2]) end
return redis.call('HSET', KEYS[1], 'limit', '7', 'window_ms', '5000')`,
  sha: "",
};

const OF_LIMITS = [OVERRIDE_SCRIPT, RESTORE_SCRIPT, ENDLESS_SCRIPT];

interface Step {
  readonly script: Script;
  readonly key: string;
  readonly args: readonly (string | number)[];
  /** Before the step. */
  readonly passedUs: number;
}

const passedUs = fc.oneof(
  fc.integer({ min: 0, max: 3 }),
  fc.integer({ min: 1_000, max: 900_000 }),
  fc.constantFrom(WINDOW_MS * 1_000, WINDOW_MS * 1_000 - 1, WINDOW_MS * 1_000 + 1),
);
const key = fc.constantFrom(...KEYS);

const check = fc.record({
  script: fc.constant(CHECK_SCRIPT),
  key,
  args: fc
    .tuple(fc.constantFrom(LIMIT, LIMIT, 0), fc.constantFrom(1, 1, 1, 2, 5, 9), fc.uuid())
    .map(([limit, cost, member]) => [limit, WINDOW_MS, cost, member]),
  passedUs,
});
const look = fc.record({
  script: fc.constantFrom(COUNTER_SCRIPT, RESET_SCRIPT),
  key,
  args: fc.constant([LIMIT, WINDOW_MS]),
  passedUs,
});
const override = fc.record({
  script: fc.constant(OVERRIDE_SCRIPT),
  key,
  args: fc
    .tuple(
      fc.integer({ min: 1, max: 9 }),
      fc.constantFrom("", "", "", "1"),
      fc.constantFrom(0, 600_000, 600_000, 9_000_000),
    )
    .map(([limit, untilMs, forMs]) => [limit, WINDOW_MS, untilMs, forMs, "test", 8_000_000]),
  passedUs,
});
const restore = fc.record({
  script: fc.constant(RESTORE_SCRIPT),
  key,
  args: fc.constant([]),
  passedUs,
});
/** One without an end, or one that it is to have by the hash alone. */
const endless = fc.record({
  script: fc.constant(ENDLESS_SCRIPT),
  key,
  args: fc.constantFrom([], ["until_ms", 9_000_000_000_000]),
  passedUs,
});
const steps = fc.array(
  fc.oneof(
    { weight: 8, arbitrary: check },
    { weight: 2, arbitrary: look },
    { weight: 1, arbitrary: override },
    { weight: 1, arbitrary: restore },
    { weight: 1, arbitrary: endless },
  ),
  { minLength: 1, maxLength: 40 },
);

const why = REAL_KIND ? "" : " [skipped: no redis-server or valkey-server on PATH]";

test.skipIf(!REAL_KIND)(
  `redis and its stand-in decide alike at every step${why}`,
  async () => {
    if (!REAL_KIND) return;
    await using real = await REAL_KIND.start();
    await using standIn = await STAND_IN_KIND.start();
    using one = await real.connect();
    using other = await standIn.connect();
    await fc.assert(
      fc.asyncProperty(steps, async (history) => {
        const startUs = Date.now() * 1_000;
        expect(await tell(other, { history, startUs })).toEqual(
          await tell(one, { history, startUs }),
        );
      }),
      { numRuns: RUNS },
    );
  },
  60_000,
);

/** What is answered at every step, and what is there in the end. */
async function tell(
  client: WireClient,
  { history, startUs }: { readonly history: readonly Step[]; readonly startUs: number },
): Promise<readonly string[]> {
  await client.ask("FLUSHALL");
  const answers: string[] = [];
  let nowUs = startUs;
  for (const { script, key, args, passedUs } of history) {
    nowUs += passedUs;
    const keys = OF_LIMITS.includes(script) ? [limitKeyOf(key)] : [logKeyOf(key), limitKeyOf(key)];
    const time = [Math.floor(nowUs / 1_000_000), nowUs % 1_000_000];
    const words = ["EVAL", atGivenTime(script), keys.length, ...keys, ...args, ...time];
    answers.push(withoutExpiry(script, await client.ask(...words)));
  }
  for (const name of KEYS) {
    answers.push(await client.ask("ZRANGE", logKeyOf(name), 0, -1, "WITHSCORES"));
    answers.push(await client.ask("HGETALL", limitKeyOf(name)));
    answers.push(expiryOf(await client.ask("PTTL", logKeyOf(name))));
  }
  return answers;
}

/** The same script, with its time from the last two arguments. */
function atGivenTime({ text }: Script): string {
  const given = text.replaceAll("redis.call('TIME')", "{ARGV[#ARGV - 1], ARGV[#ARGV]}");
  expect(given).not.toContain("TIME");
  return given;
}

/** The last number of a counter is its remaining time, which goes on by the real clock. */
function withoutExpiry(script: Script, answer: string): string {
  if (script !== COUNTER_SCRIPT) return answer;
  return answer.replace(/:(-?\d+)\r\n$/, (_, ms: string) => expiryOf(`:${ms}\r\n`));
}

/** -1, -2, or in seconds: the two are asked one after the other. */
function expiryOf(answer: string): string {
  const ms = Number(answer.slice(1));
  return ms < 0 ? String(ms) : `about ${Math.round(ms / 6_000) * 6} s`;
}
