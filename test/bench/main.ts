// bun run bench [name …]: measures the built executable against the blueprint's bounds, prints a
// table and writes test/bench/results/latest.json. Exit 3 when a figure is outside its bound.
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { cpus, tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { claims } from "./claims.ts";
import { demos } from "./demos.ts";
import { detection } from "./detection.ts";
import { limiter } from "./limiter.ts";
import { type Benchmark, EXECUTABLE, type Figure, isWithin, tableOf } from "./measure.ts";
import { monitorCost } from "./monitor-cost.ts";
import { observation } from "./observation.ts";
import { scale } from "./scale.ts";
import { screen } from "./screen.ts";
import { start } from "./start.ts";
import { store } from "./store.ts";

const BENCHMARKS: readonly Benchmark[] = [
  start,
  store,
  claims,
  observation,
  monitorCost,
  detection,
  demos,
  screen,
  limiter,
  scale,
];

process.exit(await main(process.argv.slice(2)));

async function main(names: readonly string[]): Promise<number> {
  const unknown = names.filter((name) => !BENCHMARKS.some((benchmark) => benchmark.name === name));
  if (unknown.length > 0) {
    console.error(
      `unknown: ${unknown.join(", ")}; there are: ${BENCHMARKS.map(({ name }) => name)}`,
    );
    return 2;
  }
  const chosen = BENCHMARKS.filter(({ name }) => names.length === 0 || names.includes(name));
  const figures: Figure[] = [];
  for (const benchmark of chosen) figures.push(...(await runOne(benchmark)));
  const machine = describeMachine();
  console.log(["", machine, "", ...tableOf(figures)].join("\n"));
  await writeResults(machine, figures);
  return figures.every(isWithin) ? 0 : 3;
}

async function runOne(benchmark: Benchmark): Promise<readonly Figure[]> {
  const dir = await mkdtemp(join(tmpdir(), "operator-bench-"));
  const say = (line: string) => console.log(`${benchmark.name}: ${line}`);
  say(benchmark.describes);
  try {
    return await benchmark.run({ executable: EXECUTABLE, dir, say });
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

function describeMachine(): string {
  const [cpu] = cpus();
  const memory = `${Math.round(totalmem() / 2 ** 30)} GiB`;
  const platform = `${process.platform} ${process.arch}, Bun ${Bun.version}`;
  return `machine: ${cpus().length} × ${cpu?.model.trim() ?? "unknown"}, ${memory}, ${platform}`;
}

async function writeResults(machine: string, figures: readonly Figure[]): Promise<void> {
  const dir = join(import.meta.dir, "results");
  await mkdir(dir, { recursive: true });
  const path = join(dir, "latest.json");
  const results = { at: new Date().toISOString(), machine, figures };
  await Bun.write(path, `${JSON.stringify(results, null, 2)}\n`);
  console.log(`\nwritten to test/bench/results/latest.json`);
}
