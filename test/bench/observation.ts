// What one look costs, by the number of regions: it must be flat. The PD that answers is ours, and
// answers as a large one does; the time is that of observing, not TiKV's.

import { systemClock } from "../../src/infra/clock.ts";
import { tikv } from "../../subjects/tikv/definition.ts";
import { startLargePd } from "./large-pd.ts";
import { type Benchmark, type Figure, median, spread } from "./measure.ts";

const SIZES = [10, 10_000, 1_000_000];
const SAMPLES = 20;
const PROBE_DEADLINE_MS = 5_000;
/** Flat: a million regions may cost this many times what ten cost. */
const RATIO_MAX = 1.5;

interface Cost {
  readonly timesMs: readonly number[];
  readonly bytes: number;
}

export const observation: Benchmark = {
  name: "observation",
  describes: `${SAMPLES} observations each with ${SIZES.join(", ")} regions`,
  async run({ say }) {
    const costs: Cost[] = [];
    for (const regions of SIZES) {
      const cost = await measure(regions);
      say(`${regions} regions: ${median(cost.timesMs).toFixed(1)} ms, ${cost.bytes} bytes`);
      costs.push(cost);
    }
    return [...SIZES.flatMap((regions, index) => figuresOf(regions, costs[index])), ratioOf(costs)];
  },
};

async function measure(regions: number): Promise<Cost> {
  const pd = startLargePd(regions);
  try {
    const topology = { subject: "tikv", timeScale: 1, members: [], endpoints: [pd.url] };
    const subject = tikv.open({ topology, runtime: undefined, clock: systemClock });
    const options = {
      probeDeadlineMs: PROBE_DEADLINE_MS,
      signal: AbortSignal.timeout(120_000),
    };
    await subject.observe(options);
    await subject.observe(options);
    pd.takeBytes();
    const timesMs: number[] = [];
    for (let sample = 0; sample < SAMPLES; sample += 1) {
      const startedAt = performance.now();
      const seen = await subject.observe(options);
      timesMs.push(performance.now() - startedAt);
      if (seen.members.some(({ health }) => health !== "up")) throw new Error("a member is not up");
    }
    return { timesMs, bytes: pd.takeBytes() / SAMPLES };
  } finally {
    await pd.stop();
  }
}

function figuresOf(regions: number, cost: Cost | undefined): readonly Figure[] {
  if (!cost) return [];
  const name = `one observation, ${regions} regions`;
  return [
    { name, value: median(cost.timesMs), unit: "ms", how: spread(cost.timesMs) },
    { name: `${name}, bytes`, value: cost.bytes, unit: "B", how: "bodies sent by the stand-in PD" },
  ];
}

function ratioOf(costs: readonly Cost[]): Figure {
  const times = costs.map(({ timesMs }) => median(timesMs));
  return {
    name: "one observation, 1,000,000 : 10 regions",
    value: (times.at(-1) ?? Number.NaN) / (times[0] ?? Number.NaN),
    unit: "times",
    bound: { max: RATIO_MAX },
    how: "of medians",
  };
}
