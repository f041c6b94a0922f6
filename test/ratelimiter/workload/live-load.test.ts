// The load and its account on the real service: three nodes before a real Redis.
import { expect, test } from "bun:test";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { logKeyOf } from "../../../subjects/ratelimiter/keys.ts";
import { eventually } from "../../support/eventually.ts";
import { startNode } from "../../support/limiter-nodes.ts";
import { hasRedis, type RealRedis, startRedis } from "../../support/real-redis.ts";
import { parseLedgerLine, startLoad } from "./started-load.ts";

const OPS_PER_SECOND = 500;
/** More than one declared window, so that denials are judged. */
const JUDGED_S = 7;
const NAMES = ["node1", "node2", "node3"];
const why = hasRedis ? "" : " (skipped: no redis-server or valkey-server on PATH)";

test.skipIf(!hasRedis)(
  `on a healthy limiter nothing is above a limit, and nothing wrongly denied${why}`,
  async () => {
    await using stack = await startStack();
    await using load = startLoad({ ports: stack.ports, opsPerSecond: OPS_PER_SECOND });
    await load.untilSeconds(JUDGED_S + 2);
    const { exitCode, ledger } = await load.stop();
    expect([exitCode, ledger.verdict, ledger.incidents]).toEqual([0, "kept", []]);
    expect(ledger.figures).toMatchObject({ allowed_above_limit: 0, wrongly_denied: 0 });
    expect(ledger).toMatchObject({ failures: 0, unsent: 0, retries: 0 });
    expect(ledger.figures.allowed).toBeGreaterThan(ledger.figures.denied);
    expect(ledger.figures.denied).toBeGreaterThan(OPS_PER_SECOND / 2);
  },
  60_000,
);

test.skipIf(!hasRedis)(
  `counters that are gone let more through than the limits${why}`,
  async () => {
    await using stack = await startStack();
    await using load = startLoad({ ports: stack.ports, opsPerSecond: OPS_PER_SECOND });
    await load.untilSeconds(5);
    const flushedMs = Date.now();
    await stack.redis.call("FLUSHALL");
    await load.untilSeconds(3);
    const { exitCode, ledger } = await load.stop();
    expect([exitCode, ledger.verdict]).toEqual([3, "broken"]);
    expect(ledger.figures.allowed_above_limit).toBeGreaterThan(0);
    expect(ledger.figures.wrongly_denied ?? 0).toBe(0);
    expect(ledger.incidents.map(({ name }) => name)).toContain("allowed_above_limit");
    expect(ledger.incidents.filter(({ at_ms }) => at_ms < flushedMs - 50)).toEqual([]);
  },
  60_000,
);

test.skipIf(!hasRedis)(
  `entries that nobody was granted deny what would have fitted${why}`,
  async () => {
    await using stack = await startStack();
    await using load = startLoad({ ports: stack.ports, opsPerSecond: OPS_PER_SECOND });
    await load.untilSeconds(JUDGED_S);
    const inAnHourUs = (Date.now() + 3_600_000) * 1_000;
    const phantoms = Array.from({ length: 50 }, (_, n) => [String(inAnHourUs), `phantom-${n}`]);
    await stack.redis.call("ZADD", logKeyOf("steady"), ...phantoms.flat());
    await load.untilSeconds(3);
    const { exitCode, ledger } = await load.stop();
    expect([exitCode, ledger.verdict]).toEqual([3, "broken"]);
    expect(ledger.figures.wrongly_denied).toBeGreaterThan(0);
    expect(ledger.figures.allowed_above_limit).toBe(0);
    expect(new Set(ledger.incidents.map(({ name }) => name))).toEqual(new Set(["wrongly_denied"]));
  },
  60_000,
);

test.skipIf(!hasRedis)(
  `a paused Redis breaks no limit: what was stuck is counted when it goes on${why}`,
  async () => {
    await using stack = await startStack();
    await using load = startLoad({ ports: stack.ports, opsPerSecond: OPS_PER_SECOND });
    await load.untilSeconds(JUDGED_S);
    stack.redis.pause();
    await eventually(() => load.seconds.at(-1)?.ops === 0, "nothing is answered");
    stack.redis.resume();
    await load.untilSeconds(4);
    const { ledger } = await load.stop();
    expect(ledger).toMatchObject({ verdict: "kept", incidents: [], unsent: 0 });
    expect(ledger.failures).toBeGreaterThan(0);
  },
  60_000,
);

test.skipIf(!hasRedis)(
  `a generator that was killed goes on with its sums, and accuses nobody for the gap${why}`,
  async () => {
    await using stack = await startStack();
    const home = mkdtempSync(join(tmpdir(), "killed-load-"));
    const ledgerFile = join(home, "ledger.jsonl");
    const secondsOnFile = () =>
      existsSync(ledgerFile) ? readFileSync(ledgerFile, "utf8").split('"second"').length - 1 : 0;
    const first = startProcess({ ports: stack.ports, ledgerFile });
    await eventually(() => secondsOnFile() >= 5, "five seconds are on file", 30_000);
    first.kill("SIGKILL");
    await first.exited;
    const kept = secondsOnFile();
    const second = startProcess({ ports: stack.ports, ledgerFile });
    await eventually(() => secondsOnFile() >= kept + JUDGED_S, "it goes on", 30_000);
    second.kill("SIGTERM");
    const ledger = parseLedgerLine((await new Response(second.stdout).text()).split("\n").at(-2));
    expect(ledger.incidents).toEqual([]);
    expect(ledger.figures.allowed).toBe(sumOnFile(ledgerFile, "allowed"));
    expect(ledger.figures.denied).toBe(sumOnFile(ledgerFile, "denied"));
    rmSync(home, { recursive: true });
  },
  90_000,
);

async function startStack() {
  await using begun = new AsyncDisposableStack();
  const redis: RealRedis = begun.use(await startRedis());
  const nodes = await Promise.all(
    NAMES.map(async (name) => begun.use(await startNode({ name, redisPort: redis.port }))),
  );
  const ports = nodes.map(({ apiPort }) => apiPort);
  const all = begun.move();
  return { redis, ports, [Symbol.asyncDispose]: () => all.disposeAsync() };
}

function startProcess(given: { readonly ports: readonly number[]; readonly ledgerFile: string }) {
  const program = join(import.meta.dir, "run-limiter-load.ts");
  const words = [program, JSON.stringify(given.ports), given.ledgerFile];
  return Bun.spawn([process.execPath, ...words], {
    stdin: "ignore",
    stdout: "pipe",
    stderr: "inherit",
  });
}

/** By the text alone: not with the reader that is tested. */
function sumOnFile(path: string, count: "allowed" | "denied"): number {
  const found = readFileSync(path, "utf8").matchAll(new RegExp(`"${count}":(\\d+)`, "g"));
  return [...found].reduce((sum, [, digits]) => sum + Number(digits), 0);
}
