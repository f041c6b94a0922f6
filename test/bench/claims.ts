// Eight processes claim ten thousand tickets: each exactly once.
import { join } from "node:path";
import { fillTickets } from "./fill-tickets.ts";
import { type Benchmark, median, round } from "./measure.ts";

const PROCESSES = 8;
const TICKETS = 10_000;

export const claims: Benchmark = {
  name: "claims",
  describes: `${PROCESSES} processes on ${TICKETS} tickets`,
  async run({ dir }) {
    const path = join(dir, "claims.db");
    await fillTickets(path, TICKETS);
    const startedAt = performance.now();
    const claimed = await Promise.all(Array.from({ length: PROCESSES }, () => claimAll(path)));
    const durationMs = performance.now() - startedAt;
    const ids = claimed.flat();
    const shares = claimed.map((mine) => mine.length);
    return [
      {
        name: "tickets not claimed exactly once",
        value: TICKETS - new Set(ids).size + (ids.length - new Set(ids).size),
        unit: "",
        bound: { max: 0 },
        how: `${PROCESSES} processes, median share ${median(shares)}`,
      },
      {
        name: "claims",
        value: (TICKETS / durationMs) * 1000,
        unit: "/s",
        how: `all processes together, ${round(durationMs / 1000)} s`,
      },
    ];
  },
};

async function claimAll(path: string): Promise<readonly number[]> {
  const child = Bun.spawn([process.execPath, join(import.meta.dir, "claimer.ts"), path], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const text = await new Response(child.stdout).text();
  if ((await child.exited) !== 0) throw new Error("a claiming process failed");
  return text.split("\n").filter(Boolean).map(Number);
}
