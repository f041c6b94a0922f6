// The load generator against real stores, with faults under load, and a check that can fail.
import { expect, test } from "bun:test";
import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { seededRandom, systemClock } from "../../../src/infra/clock.ts";
import { runWorkload } from "../../../subjects/tikv/workload/main.ts";
import { eventually } from "../../support/eventually.ts";
import { StoreCluster } from "../store/store-cluster.ts";

const lineSchema = z.looseObject({ type: z.string() });
const secondSchema = z.object({ counts: z.object({ writes_acknowledged: z.number() }) });
const ledgerSchema = z.object({
  acknowledged: z.number(),
  checked: z.number(),
  lost: z.number(),
  unreadable: z.number(),
  examples: z.array(z.string()),
});

test("under load a killed and a stopped store lose no acknowledged write", async () => {
  await using cluster = await StoreCluster.start();
  const load = startLoad(cluster);
  await load.untilWriting();
  const killed = await cluster.leaderOf("apple");
  await cluster.end(killed, "SIGKILL");
  await load.untilWriting();
  cluster.run(killed);
  await cluster.leaderOf("apple");
  await load.untilWriting();
  const [stopped = ""] = cluster.others(killed);
  cluster.pause(stopped);
  await load.untilWriting();
  cluster.resume(stopped);
  await load.untilWriting();
  expect(await load.stop()).toMatchObject({ exitCode: 0, ledger: { lost: 0, unreadable: 0 } });
});

test("a write that the stores do not have is found lost", async () => {
  await using cluster = await StoreCluster.start();
  const load = startLoad(cluster);
  await load.untilWriting();
  const first = await load.stop();
  expect(first).toMatchObject({ exitCode: 0, ledger: { lost: 0 } });
  expect(first.ledger.acknowledged).toBeGreaterThanOrEqual(first.ledger.checked);
  for (const type of ["attempted", "acknowledged"]) {
    const forged = { type, key: "user0000000001", sequence: 7 };
    appendFileSync(load.ledgerFile, `${JSON.stringify(forged)}\n`);
  }
  const second = await startLoad(cluster).stop();
  expect(second).toMatchObject({ exitCode: 3, ledger: { lost: 1, unreadable: 0 } });
  expect(second.ledger.examples[0]).toContain("user0000000001: nothing there");
});

test("a value that was changed behind its back is found", async () => {
  await using cluster = await StoreCluster.start();
  const load = startLoad(cluster);
  await load.untilWriting();
  await load.stop();
  const acknowledged = (await Bun.file(load.ledgerFile).text())
    .split("\n")
    .find((line) => line.includes("acknowledged"));
  const { key } = z.object({ key: z.string() }).parse(JSON.parse(acknowledged ?? ""));
  await cluster.put(key, "tampered");
  const second = await startLoad(cluster).stop();
  expect(second).toMatchObject({ exitCode: 3, ledger: { lost: 1 } });
});

test("two generators at once do not take each other's writes for losses", async () => {
  await using cluster = await StoreCluster.start();
  const loads = [1, 2].map((seed) => startLoad(cluster, seed));
  for (const load of loads) await load.untilWriting();
  for (const load of loads) {
    expect(await load.stop()).toMatchObject({ exitCode: 0, ledger: { lost: 0 } });
  }
});

function startLoad(cluster: StoreCluster, seed = 1) {
  const stopping = new AbortController();
  const lines: string[] = [];
  const ledgerFile = join(cluster.home, `ledger-${seed}.jsonl`);
  const ended = runWorkload({
    topology: cluster.topology,
    ledgerFile,
    opsPerSecond: 200,
    keys: 200,
    durationMs: undefined,
    clock: systemClock,
    random: seededRandom(seed),
    signal: stopping.signal,
    print: (line) => lines.push(line),
  });
  return {
    ledgerFile,
    /** Until a second from now on has writes. */
    untilWriting: () => {
      const seen = lines.length;
      return eventually(() => lines.slice(seen + 1).some(hasWrites), "a second with writes");
    },
    stop: async () => {
      stopping.abort();
      const exitCode = await ended;
      const last = lineSchema.parse(JSON.parse(lines.at(-1) ?? ""));
      return { exitCode, ledger: ledgerSchema.parse(last) };
    },
  };
}

function hasWrites(line: string): boolean {
  return secondSchema.parse(JSON.parse(line)).counts.writes_acknowledged > 0;
}
