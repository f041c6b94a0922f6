// The store under a storm of violations, and its list at a million tickets.
import { join } from "node:path";
import { systemClock } from "../../src/infra/clock.ts";
import { TicketOpsDB } from "../../src/store/ticket-ops-db.ts";
import { fillTickets, violations } from "./fill-tickets.ts";
import { type Benchmark, type Figure, median, percentile, spread } from "./measure.ts";

const FINGERPRINTS = 100;
const ROUNDS = 200;
const TICKETS = 1_000_000;
const LISTS = 500;

export const store: Benchmark = {
  name: "store",
  describes: `deduplicated violations, and lists at ${TICKETS} tickets`,
  run: async ({ dir }) => [
    await measureDedup(join(dir, "dedup.db")),
    await measureList(join(dir, "list.db")),
  ],
};

/** One call for each observation, as the monitor makes them. */
async function measureDedup(path: string): Promise<Figure> {
  using db = await TicketOpsDB.open({ path, clock: systemClock });
  const firing = violations(0, FINGERPRINTS);
  await db.recordViolations(firing);
  const rates: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const startedAt = performance.now();
    await db.recordViolations(firing);
    rates.push((FINGERPRINTS / (performance.now() - startedAt)) * 1000);
  }
  return {
    name: "deduplicated violations",
    value: median(rates),
    unit: "/s",
    bound: { min: 5_000 },
    how: `${FINGERPRINTS} a call; ${spread(rates)}`,
  };
}

async function measureList(path: string): Promise<Figure> {
  await fillTickets(path, TICKETS);
  using db = await TicketOpsDB.open({ path, clock: systemClock });
  const times: number[] = [];
  for (let list = 0; list < LISTS; list += 1) {
    const startedAt = performance.now();
    await db.listTickets({ states: ["open", "escalated"], limit: 50 });
    times.push(performance.now() - startedAt);
  }
  return {
    name: "list at 1,000,000 tickets, p99",
    value: percentile(times, 0.99),
    unit: "ms",
    bound: { max: 10 },
    how: `newest 50; ${spread(times)}`,
  };
}
