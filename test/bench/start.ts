// How long a script waits for operator, and what it takes: --version, and a list of 10,000 tickets.
import { join } from "node:path";
import { fillTickets } from "./fill-tickets.ts";
import {
  type BenchContext,
  type Benchmark,
  type Figure,
  median,
  peakMiB,
  runExecutable,
  spread,
} from "./measure.ts";

const SAMPLES = 40;
const MEMORY_SAMPLES = 5;
const TICKETS = 10_000;

export const start: Benchmark = {
  name: "start",
  describes: `${SAMPLES} × --version and tickets list on ${TICKETS} tickets`,
  async run(bench) {
    const db = join(bench.dir, "tickets.db");
    await fillTickets(db, TICKETS);
    return [
      ...(await measure(bench, {
        words: ["--version"],
        name: "--version",
        msMax: 15,
        mibMax: 40,
      })),
      ...(await measure(bench, {
        words: ["tickets", "list", "--db", db],
        name: "tickets list",
        msMax: 80,
      })),
    ];
  },
};

interface Measured {
  readonly words: readonly string[];
  readonly name: string;
  readonly msMax: number;
  readonly mibMax?: number;
}

async function measure(
  bench: BenchContext,
  { words, name, msMax, mibMax }: Measured,
): Promise<readonly Figure[]> {
  const times: number[] = [];
  const sizes: number[] = [];
  for (let sample = 0; sample < SAMPLES; sample += 1) {
    const result = await runExecutable(bench, words, { OPERATOR_HOME: bench.dir });
    if (result.exitCode !== 0) throw new Error(`${name} ended with exit ${result.exitCode}`);
    times.push(result.durationMs);
  }
  for (let sample = 0; sample < MEMORY_SAMPLES; sample += 1) {
    sizes.push(await peakMiB(bench, words, { OPERATOR_HOME: bench.dir }));
  }
  const memory = { name: `${name}, memory`, value: median(sizes), unit: "MiB", how: spread(sizes) };
  return [
    {
      name: `${name}, median`,
      value: median(times),
      unit: "ms",
      bound: { max: msMax },
      how: spread(times),
    },
    mibMax === undefined ? memory : { ...memory, bound: { max: mibMax } },
  ];
}
