// What every benchmark shares: medians and percentiles, runs of the built executable, the table.
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** One measured figure, with the bound of the blueprint where there is one. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** The value must not be above (`max`) or below (`min`) it; absent for what is only reported. */
  readonly bound?: { readonly max: number } | { readonly min: number };
  /** How it was taken: samples, spread, what stood in for what. */
  readonly how: string;
}

export interface Benchmark {
  readonly name: string;
  readonly describes: string;
  run(bench: BenchContext): Promise<readonly Figure[]>;
}

export interface BenchContext {
  /** The built executable. */
  readonly executable: string;
  /** A directory of this benchmark's own, removed afterwards. */
  readonly dir: string;
  readonly say: (line: string) => void;
}

export const EXECUTABLE = join(import.meta.dir, "..", "..", "dist", "operator");

export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

export function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}

/** "20 samples, 5.1 to 9.3" */
export function spread(values: readonly number[]): string {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return `${values.length} samples, ${round(low)} to ${round(high)}`;
}

export function round(value: number): number {
  return Math.abs(value) >= 100 ? Math.round(value) : Number(value.toPrecision(3));
}

export interface RunResult {
  readonly exitCode: number;
  readonly durationMs: number;
  readonly stdout: string;
}

/** One whole process, from spawn to exit. */
export async function runExecutable(
  { executable }: BenchContext,
  words: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<RunResult> {
  const startedAt = performance.now();
  const child = Bun.spawn([executable, ...words], {
    env: { PATH: process.env.PATH ?? "", ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const stdout = await new Response(child.stdout).text();
  const exitCode = await child.exited;
  const durationMs = performance.now() - startedAt;
  return { exitCode, durationMs, stdout };
}

/**
 * The most memory that one whole process had, by reading /proc until it is gone. Not by its
 * resource usage: there the kernel counts what the parent had when it started it.
 */
export async function peakMiB(
  { executable }: BenchContext,
  words: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<number> {
  const child = Bun.spawn([executable, ...words], {
    env: { PATH: process.env.PATH ?? "", ...env },
    stdio: ["ignore", "ignore", "inherit"],
  });
  let peakKiB = Number.NaN;
  for (let seen = highWaterKiB(child.pid); seen !== undefined; seen = highWaterKiB(child.pid)) {
    peakKiB = seen;
  }
  await child.exited;
  return peakKiB / 1024;
}

/** Undefined when it has ended: what is left of it has no memory. */
function highWaterKiB(pid: number): number | undefined {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const text = /^VmHWM:\s+(\d+) kB/m.exec(status)?.[1];
  return text === undefined ? undefined : Number(text);
}

export function isWithin({ value, bound }: Figure): boolean {
  if (!bound) return true;
  return "max" in bound ? value <= bound.max : value >= bound.min;
}

export function tableOf(figures: readonly Figure[]): readonly string[] {
  const rows = figures.map((figure) => [
    figure.name,
    `${round(figure.value)} ${figure.unit}`,
    boundText(figure),
    isWithin(figure) ? "ok" : "OUTSIDE",
    figure.how,
  ]);
  const head = ["what", "value", "bound", "", "how"];
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  return all.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}

function boundText({ bound, unit }: Figure): string {
  if (!bound) return "-";
  return "max" in bound ? `≤ ${bound.max} ${unit}` : `≥ ${bound.min} ${unit}`;
}
