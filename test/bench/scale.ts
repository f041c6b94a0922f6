// What a large database costs: a million tickets, a session of a hundred thousand events, and a
// compaction beside another process that writes.
import { statSync } from "node:fs";
import { join } from "node:path";
import type { TicketOps } from "../../src/domain/ticket-ops.ts";
import { systemClock } from "../../src/infra/clock.ts";
import { TicketOpsDB } from "../../src/store/ticket-ops-db.ts";
import { EVENTS_OF_TURN, writeLongSession } from "../support/long-session.ts";
import { writeIncidents } from "../support/old-incidents.ts";
import { fillResolved } from "./fill-resolved.ts";
import { violations } from "./fill-tickets.ts";
import {
  type BenchContext,
  type Benchmark,
  type Figure,
  peakMiB,
  percentile,
  runExecutable,
  spread,
} from "./measure.ts";

const TICKETS = 1_000_000;
const LIVE = 100;
const TURNS = 25_000;
const CALLS = 200;
const INCIDENTS = 3_000;

export const scale: Benchmark = {
  name: "scale",
  describes: `${TICKETS} tickets; a session of ${TURNS * EVENTS_OF_TURN} events`,
  run: async (bench) => [
    ...(await compaction(bench)),
    ...(await longSession(bench)),
    ...(await manyTickets(bench)),
  ],
};

async function manyTickets(bench: BenchContext): Promise<readonly Figure[]> {
  const path = join(bench.dir, "many.db");
  await fillResolved(path, { tickets: TICKETS, live: LIVE });
  bench.say(`${TICKETS} tickets are written`);
  const name = (what: string) => `${what} at ${TICKETS} tickets`;
  const calls = await storeCalls(path);
  return [
    sizeOf(path, name("file")),
    ...calls.map((figure) => ({ ...figure, name: name(figure.name) })),
    ...(await commandFigures(bench, path, [
      [name("tickets list"), ["tickets", "list"]],
      [name("audit list"), ["audit", "list"]],
      [name("audit verify"), ["audit", "verify"]],
      [name("doctor"), ["doctor"]],
    ])),
  ];
}

/** As monitor, agent and panels make them. */
async function storeCalls(path: string): Promise<readonly Figure[]> {
  using store = TicketOpsDB.open({ path, clock: systemClock });
  const firing = violations(TICKETS - LIVE, LIVE);
  const claim = { agentId: "a", leaseMs: 60_000, model: "runbook", mode: "execute" } as const;
  const timed = async (name: string, call: (store: TicketOps) => Promise<unknown>) => {
    const times: number[] = [];
    for (let count = 0; count < (name === "claim, p99" ? LIVE / 2 : CALLS); count += 1) {
      const startedAt = performance.now();
      await call(store);
      times.push(performance.now() - startedAt);
    }
    return { name, value: percentile(times, 0.99), unit: "ms", how: spread(times) };
  };
  return [
    await timed(`${LIVE} violations counted, p99`, (db) => db.recordViolations(firing)),
    await timed("live tickets, p99", (db) => db.liveTickets("toy")),
    await timed("expire leases, p99", (db) => db.expireLeases()),
    await timed("claim, p99", (db) => db.claim(claim)),
    await timed("list of 200, p99", (db) => db.listTickets({ subject: "toy", limit: 200 })),
  ];
}

async function longSession(bench: BenchContext): Promise<readonly Figure[]> {
  const path = join(bench.dir, "long.db");
  const id = await writeLongSession(path, TURNS);
  const name = (what: string) => `${what} of ${TURNS * EVENTS_OF_TURN} events`;
  const out = join(bench.dir, "out");
  const figures = await commandFigures(bench, path, [
    [name("audit explain"), ["audit", "explain", "1"]],
    [name("audit show"), ["audit", "show", id]],
    [name("audit export, jsonl"), ["audit", "export", "--out", `${out}.jsonl`]],
    [name("audit export, html"), ["audit", "export", "--out", `${out}.html`]],
    [name("audit verify"), ["audit", "verify"]],
  ]);
  return [sizeOf(path, name("file")), ...figures];
}

/** Another process writes all the while: what is told is how long it waited at most. */
async function compaction(bench: BenchContext): Promise<readonly Figure[]> {
  const path = join(bench.dir, "old.db");
  using store = TicketOpsDB.open({ path, clock: systemClock, busyTimeoutMs: 20_000 });
  await writeIncidents(store, INCIDENTS);
  const before = sizeOf(path, `file of ${INCIDENTS} old incidents`);
  const words = ["audit", "compact", "--older-than", "1ms", "--db", path];
  const waits: number[] = [];
  const compacting = { isOver: false };
  const run = runExecutable(bench, words, { OPERATOR_HOME: bench.dir }).then((ran) => {
    compacting.isOver = true;
    return ran;
  });
  while (!compacting.isOver) {
    const startedAt = performance.now();
    await store.recordViolations(violations(0, 1));
    waits.push(performance.now() - startedAt);
    await Bun.sleep(5);
  }
  const { durationMs } = await run;
  store[Symbol.dispose]();
  return [
    before,
    { name: "compaction of it", value: durationMs / 1_000, unit: "s", how: "verified before" },
    sizeOf(path, "file after that"),
    {
      ...{ name: "writes beside it, longest", value: Math.max(...waits), unit: "ms" },
      how: `of another process; ${spread(waits)}`,
    },
  ];
}

/** Each twice: for its time, and for its memory. */
async function commandFigures(
  bench: BenchContext,
  path: string,
  commands: readonly (readonly [name: string, words: readonly string[]])[],
): Promise<readonly Figure[]> {
  const env = { OPERATOR_HOME: bench.dir };
  const figures: Figure[] = [];
  for (const [name, words] of commands) {
    const all = [...words, "--db", path];
    const { durationMs } = await runExecutable(bench, all, env);
    const memory = await peakMiB(bench, all, env);
    figures.push({ name, value: durationMs / 1_000, unit: "s", how: "a whole process, once" });
    figures.push({ name: `${name}, memory`, value: memory, unit: "MiB", how: "its most" });
  }
  return figures;
}

function sizeOf(path: string, name: string): Figure {
  return { name, value: statSync(path).size / 1_000_000, unit: "MB", how: "without its log" };
}
