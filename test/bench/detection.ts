// From a killed or paused member to its ticket, by a monitor at 1 s.
import type { MemberOperation } from "../../src/domain/runtime.ts";
import type { Ticket } from "../../src/domain/ticket.ts";
import { seededRandom, systemClock } from "../../src/infra/clock.ts";
import { TicketOpsDB } from "../../src/store/ticket-ops-db.ts";
import { type BenchCluster, raiseCluster } from "./cluster.ts";
import { type Benchmark, type Figure, median, percentile, spread } from "./measure.ts";

const TIMES = 20;
const WAIT_MS_MAX = 60_000;
const STORES = ["tikv1", "tikv2", "tikv3"];

interface Strike {
  readonly operation: MemberOperation;
  readonly undo: MemberOperation;
}

export const detection: Benchmark = {
  name: "detection",
  describes: `${TIMES} kills and ${TIMES} pauses of a store`,
  async run(bench) {
    await using cluster = await raiseCluster(bench);
    using store = await TicketOpsDB.open({ path: cluster.databasePath, clock: systemClock });
    const monitor = cluster.startMonitor();
    try {
      const random = seededRandom(1);
      const kills = await measure({ cluster, store, random }, { operation: "kill", undo: "start" });
      const pause = { operation: "pause", undo: "resume" } as const;
      const pauses = await measure({ cluster, store, random }, pause);
      return [
        figureOf("killed store to ticket, p95", kills),
        figureOf("paused store to ticket, p95", pauses),
      ];
    } finally {
      monitor.kill("SIGTERM");
      await monitor.exited;
    }
  },
};

interface Scene {
  readonly cluster: BenchCluster;
  readonly store: TicketOpsDB;
  readonly random: () => number;
}

async function measure(scene: Scene, { operation, undo }: Strike): Promise<readonly number[]> {
  const times: number[] = [];
  for (let time = 0; time < TIMES; time += 1) {
    await until(() => isQuiet(scene.store));
    // Anywhere within the monitor's interval, so that the phase is no one's choice.
    await Bun.sleep(scene.random() * 1000);
    const member = STORES[Math.floor(scene.random() * STORES.length)] ?? "tikv1";
    const struckAtMs = systemClock.now();
    await scene.cluster.runtime.operate(member, operation);
    const ticket = await until(() => findTicket(scene.store, member, struckAtMs));
    times.push(ticket.openedAtMs - struckAtMs);
    await scene.cluster.runtime.operate(member, undo);
  }
  return times;
}

async function isQuiet(store: TicketOpsDB): Promise<true | undefined> {
  const live = await store.listTickets({ states: ["open", "escalated"], limit: 10 });
  return live.length === 0 ? true : undefined;
}

async function findTicket(
  store: TicketOpsDB,
  member: string,
  sinceMs: number,
): Promise<Ticket | undefined> {
  const tickets = await store.listTickets({ limit: 20 });
  return tickets.find(
    (ticket) =>
      ticket.invariant === "store_unreachable" &&
      ticket.entity === member &&
      ticket.openedAtMs >= sinceMs,
  );
}

async function until<T>(ask: () => Promise<T | undefined>): Promise<T> {
  const deadline = Date.now() + WAIT_MS_MAX;
  while (Date.now() < deadline) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await Bun.sleep(50);
  }
  throw new Error(`waited ${WAIT_MS_MAX} ms in vain`);
}

function figureOf(name: string, times: readonly number[]): Figure {
  const how = `median ${Math.round(median(times))}; ${spread(times)}; a stand-in cluster`;
  return { name, value: percentile(times, 0.95), unit: "ms", bound: { max: 3_000 }, how };
}
