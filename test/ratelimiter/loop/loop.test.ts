// The whole loop on a real Redis, as a person runs it: broken, found, repaired, proven; and the
// control run, in which nobody repairs. What one cause breaks is one ticket.
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startChild } from "../../../src/infra/child.ts";
import { processesNaming } from "../../support/processes-naming.ts";
import { hasRedis } from "../../support/real-redis.ts";

const MAIN = join(import.meta.dir, "../../../src/main.ts");
const WITHOUT = hasRedis ? "" : " (skipped: no redis-server on PATH)";
const TEST_MS_MAX = 100_000;

let dir: string;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "operator-loop-test-"));
});

afterEach(() => rm(dir, { recursive: true }));

interface Played {
  readonly exitCode: number | null;
  readonly summary: unknown;
  /** What the monitor opened, each as `invariant of entity`. */
  readonly tickets: readonly string[];
  /** What the agent did, each as `action target`. */
  readonly acts: readonly string[];
}

async function playDemo(...words: readonly string[]): Promise<Played> {
  const lines: string[] = [];
  const demo = ["demo", "ratelimiter", "--headless", "--json", "--seed", "1", ...words];
  const child = startChild({
    command: [process.execPath, MAIN, ...demo],
    env: { PATH: process.env.PATH, HOME: dir, TMPDIR: dir },
    onLine: (line) => lines.push(line),
  });
  const { exitCode } = await child.exited;
  const events: readonly { readonly line?: string }[] = lines.map((line) => JSON.parse(line));
  const said = (pattern: RegExp) =>
    events.flatMap(({ line = "" }) => pattern.exec(line)?.[1] ?? []);
  return {
    exitCode,
    summary: events.at(-1),
    tickets: said(/^Ticket #\d+ opened -> open: (\w+ of [^:]+):/),
    acts: said(/^\[Tool Call\] act: (\w+ \S+)/),
  };
}

/** Processes and homes of demos. */
async function leftovers(): Promise<readonly string[]> {
  const homes = (await readdir(dir)).filter((name) => name.startsWith("operator-demo-"));
  return [...homes, ...(await processesNaming(dir)).map(({ command }) => command)];
}

/** Harm is done while the fault is in force, and neither before nor after. */
const NONE = { before: 0, during: 0, after: 0 };
const ONLY_DURING = { before: 0, during: expect.any(Number), after: 0 };

const REPAIRED: readonly {
  readonly fault: string;
  readonly ticket: string;
  readonly act: string;
  readonly aboveLimit: object;
  readonly wronglyDenied: object;
}[] = [
  {
    fault: "counter_drift",
    ticket: "counter_drift of bursty",
    act: "reset_counter bursty",
    aboveLimit: NONE,
    wronglyDenied: ONLY_DURING,
  },
  {
    fault: "redis_pause",
    ticket: "redis_slow of redis",
    act: "resume_member redis",
    aboveLimit: NONE,
    wronglyDenied: NONE,
  },
  {
    fault: "flushall",
    ticket: "over_limit of canary.spent",
    act: "remove_job nightly-cleanup",
    aboveLimit: ONLY_DURING,
    wronglyDenied: NONE,
  },
];

describe.skipIf(!hasRedis)(`the loop on a real Redis${WITHOUT}`, () => {
  test.each(REPAIRED)(
    "$fault: one ticket, one repair, proven",
    async ({ fault, ticket, act, aboveLimit, wronglyDenied }) => {
      const played = await playDemo("--model", "runbook", "--fault", fault);
      expect(played.summary).toMatchObject({
        fault,
        resolution: "verified_fix",
        allowedAboveLimitWhen: aboveLimit,
        wronglyDeniedWhen: wronglyDenied,
      });
      expect(played).toMatchObject({ exitCode: 0, tickets: [ticket], acts: [act] });
      expect(await leftovers()).toEqual([]);
    },
    TEST_MS_MAX,
  );

  test(
    "without an agent the fault stays, and the run says so",
    async () => {
      const { exitCode, summary, tickets } = await playDemo("--no-agent");
      expect(summary).toMatchObject({ fault: "counter_drift", resolution: "unresolved" });
      expect({ exitCode, tickets }).toEqual({ exitCode: 3, tickets: ["counter_drift of bursty"] });
      expect(await leftovers()).toEqual([]);
    },
    TEST_MS_MAX,
  );
});
