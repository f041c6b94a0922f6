// bun run sim: the simulator over many seeds. Prints each failure with its seed and how to run it
// again; exit 3 when there was one.
import { parseArgs } from "node:util";
import { type SimulatedRun, simulate } from "./simulate.ts";

const USAGE = "usage: bun run sim [--seeds N] [--seed S] [--from S] [--verbose]";
const PROGRESS_MS = 5_000;

process.exit(await main());

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      seeds: { type: "string", default: "200" },
      seed: { type: "string" },
      from: { type: "string", default: "1" },
      verbose: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  const [from, seeds] = [
    Number(values.seed ?? values.from),
    Number(values.seed ? 1 : values.seeds),
  ];
  if (values.help || !Number.isInteger(from) || !Number.isInteger(seeds)) {
    console.log(USAGE);
    return values.help ? 0 : 2;
  }
  return runSeeds({ from, seeds, isVerbose: values.verbose });
}

interface Range {
  readonly from: number;
  readonly seeds: number;
  readonly isVerbose: boolean;
}

async function runSeeds({ from, seeds, isVerbose }: Range): Promise<number> {
  const startedAtMs = Date.now();
  let saidAtMs = startedAtMs;
  let failures = 0;
  const ends = new Map<string, number>();
  for (let seed = from; seed < from + seeds; seed += 1) {
    const run = await simulate({ seed, keepsAll: isVerbose });
    if (isVerbose || run.failure) for (const line of run.lines) console.log(line);
    if (run.failure) failures += 1;
    if (run.failure) console.log(describeFailure(run));
    for (const end of run.ends) ends.set(end, (ends.get(end) ?? 0) + 1);
    if (Date.now() - saidAtMs > PROGRESS_MS) {
      saidAtMs = Date.now();
      console.log(`seed ${seed}: ${seed - from + 1} of ${seeds}, ${failures} failed`);
    }
  }
  const seconds = (Date.now() - startedAtMs) / 1_000;
  const told = [...ends].map(([end, count]) => `${count} ${end}`).join(", ");
  console.log(`${seeds} seeds in ${seconds.toFixed(1)} s, ${failures} failed; tickets: ${told}`);
  return failures > 0 ? 3 : 0;
}

function describeFailure({ seed, failure }: SimulatedRun): string {
  const at = ((failure?.atMs ?? 0) / 1_000).toFixed(3);
  return [
    `seed ${seed} failed at ${at} s: ${failure?.rule}: ${failure?.message}`,
    `again: bun run sim --seed ${seed} --verbose`,
  ].join("\n");
}
