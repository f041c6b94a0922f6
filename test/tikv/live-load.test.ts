// What takes load or PD's longest timers to be seen, on a cluster whose timers run a hundred times
// faster: slow requests, and replicas that their leaders have not heard of for ten minutes.
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { join } from "node:path";
import { readValue } from "../../src/domain/observation.ts";
import type { Judgement } from "../../src/domain/verdict.ts";
import { systemClock as clock, seededRandom } from "../../src/infra/clock.ts";
import { tikv } from "../../subjects/tikv/definition.ts";
import { eventually } from "../support/eventually.ts";
import { type LiveTikv, startLiveTikv } from "../support/live-tikv.ts";

setDefaultTimeout(60_000);

let cluster: LiveTikv;

beforeAll(async () => {
  cluster = await startLiveTikv(100);
  await cluster.untilWell();
});

afterAll(async () => {
  await cluster[Symbol.asyncDispose]();
});

/** Looks once a second: rates need requests between two looks. */
function untilRated(entity: string, state: Judgement["state"]): Promise<Judgement> {
  return cluster.until("high_p99_latency", entity, state, { everyMs: 1_000 });
}

test("under load, a store whose writes are slowed has a high p99", async () => {
  const load = new AbortController();
  const ending = tikv.runWorkload({
    topology: cluster.topology,
    ledgerFile: join(cluster.home, "ledger"),
    opsPerSecond: 300,
    keys: 200,
    durationMs: undefined,
    clock,
    random: seededRandom(1),
    signal: load.signal,
    print: () => undefined,
  });
  await untilRated("tikv2", "holds");
  await cluster.setFailpoint("tikv1", "apply_delay_ms", 900);
  const { evidence } = await untilRated("tikv1", "violated");
  expect(evidence.p99_ms).toBeGreaterThan(500);
  await cluster.setFailpoint("tikv1", "apply_delay_ms", null);
  await untilRated("tikv1", "holds");
  await eventually(async () => {
    const { stores } = await cluster.look();
    return stores.every(({ traffic }) => (readValue(traffic)?.opsPerSecond ?? 0) > 0);
  }, "every store has a throughput");
  load.abort();
  await ending;
});

test("replicas on a store that is away for long are down peers until it is back", async () => {
  await cluster.until("region_down_peer", "cluster", "holds");
  await cluster.runtime.operate("tikv2", "kill");
  await cluster.until("region_down_peer", "cluster", "violated");
  await cluster.act("start_member", "tikv2");
  await cluster.until("region_down_peer", "cluster", "holds");
});
