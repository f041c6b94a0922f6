// bun run sim: the simulator over many seeds. Prints each failure with its seed and how to run it
// again; exit 3 when there was one. With --mutations: every planted bug, and who finds it.
import { parseArgs } from "node:util";
import { MUTATIONS } from "./mutations/all.ts";
import { openNursery } from "./nursery.ts";
import { type SimulatedRun, simulate } from "./simulate.ts";

const USAGE = `usage: bun run sim [--seeds N] [--from S] [--bail]
       bun run sim --seed S [--verbose]
       bun run sim --mutations [--only WORDS] [--seeds N]`;
const PROGRESS_MS = 5_000;

process.exit(await main());

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      seeds: { type: "string", default: "200" },
      from: { type: "string", default: "1" },
      bail: { type: "boolean", default: false },
      seed: { type: "string" },
      verbose: { type: "boolean", default: false },
      mutations: { type: "boolean", default: false },
      only: { type: "string", default: "" },
      help: { type: "boolean", default: false },
    },
  });
  const from = Number(values.seed ?? values.from);
  const seeds = values.seed === undefined ? Number(values.seeds) : 1;
  if (values.help || !Number.isInteger(from) || !Number.isInteger(seeds)) {
    console.log(USAGE);
    return values.help ? 0 : 2;
  }
  if (values.mutations) return runMutations({ only: values.only, seeds });
  return runSeeds({ from, seeds, keepsAll: values.verbose, stopsAtFailure: values.bail });
}

interface Range {
  readonly from: number;
  readonly seeds: number;
  readonly keepsAll: boolean;
  readonly stopsAtFailure: boolean;
}

async function runSeeds({ from, seeds, keepsAll, stopsAtFailure }: Range): Promise<number> {
  const startedAtMs = Date.now();
  let saidAtMs = startedAtMs;
  const failed: number[] = [];
  const happened = new Map<string, number>();
  for (let seed = from; seed < from + seeds; seed += 1) {
    const run = await simulate({ seed, keepsAll });
    if (keepsAll || run.failure) for (const line of run.lines) console.log(line);
    if (run.failure) failed.push(seed);
    if (run.failure) console.log(describeFailure(run));
    for (const [kind, times] of Object.entries(run.happenings)) {
      happened.set(kind, (happened.get(kind) ?? 0) + times);
    }
    if (stopsAtFailure && failed.length > 0) break;
    if (Date.now() - saidAtMs > PROGRESS_MS) {
      saidAtMs = Date.now();
      console.log(`seed ${seed}: ${seed - from + 1} of ${seeds}, ${failed.length} failed`);
    }
  }
  const seconds = (Date.now() - startedAtMs) / 1_000;
  for (const [kind, times] of [...happened].sort())
    console.log(`${String(times).padStart(8)} ${kind}`);
  console.log(`${seeds} seeds in ${seconds.toFixed(1)} s, ${failed.length} failed`);
  if (failed.length > 0) console.log(`failed: ${failed.join(", ")}`);
  return failed.length > 0 ? 3 : 0;
}

function describeFailure({ seed, failure }: SimulatedRun): string {
  const at = ((failure?.atMs ?? 0) / 1_000).toFixed(3);
  return [
    `seed ${seed} failed at ${at} s: ${failure?.rule}: ${failure?.message}`,
    `again: bun run sim --seed ${seed} --verbose`,
  ].join("\n");
}

async function runMutations(chosen: { readonly only: string; readonly seeds: number }) {
  const { only, seeds } = chosen;
  using nursery = openNursery();
  await nursery.checkSoil({ seeds });
  const missed: string[] = [];
  for (const mutation of MUTATIONS.filter(({ name }) => name.includes(only))) {
    const { foundBy, detail } = await nursery.plant(mutation, { seeds, isThorough: true });
    if (foundBy === "nobody") missed.push(mutation.name);
    console.log(`${foundBy.padEnd(9)} | ${mutation.name} | ${mutation.breaks} | ${detail}`);
  }
  console.log(missed.length === 0 ? "all were found" : `missed: ${missed.join("; ")}`);
  return missed.length === 0 ? 0 : 3;
}
