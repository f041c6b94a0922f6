// One round of the load against one site: what the load saw, and what the processes took meanwhile.
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { type LoadOptions, type LoadResult, loadLineSchema } from "./limiter-load-form.ts";
import type { Site } from "./limiter-sites.ts";
import { cpuSeconds } from "./monitor-cost.ts";

export interface Round extends LoadResult {
  /** % of one core while it was measured, by what the processes are; `load` is the load's own. */
  readonly coreShares: Readonly<Record<string, number>>;
}

type Seconds = Readonly<Record<string, number>>;

export async function runRound(site: Site, pace: Omit<LoadOptions, "ports">): Promise<Round> {
  const options: LoadOptions = { ...pace, ports: [...site.ports] };
  const words = [join(import.meta.dir, "limiter-load.ts"), JSON.stringify(options)];
  const child = Bun.spawn([process.execPath, ...words], { stdio: ["ignore", "pipe", "inherit"] });
  const pids = { ...site.pids, load: [child.pid] };
  const samples: Seconds[] = [];
  for await (const text of createInterface({ input: Readable.fromWeb(child.stdout) })) {
    const line = loadLineSchema.parse(JSON.parse(text));
    if (line.type !== "result") samples.push(await sample(pids));
    else return { ...line, coreShares: sharesOf(samples, options.measureMs) };
  }
  throw new Error(`the load on the limiter failed: exit ${await child.exited}`);
}

async function sample(pids: Site["pids"]): Promise<Seconds> {
  const sums = Object.entries(pids).map(async ([name, own]) => {
    const seconds = await Promise.all(own.map(cpuSeconds));
    return [name, seconds.reduce((sum, one) => sum + one, 0)] as const;
  });
  return Object.fromEntries(await Promise.all(sums));
}

function sharesOf([before = {}, after = {}]: readonly Seconds[], durationMs: number): Seconds {
  const entries = Object.entries(after).map(
    ([name, seconds]) => [name, ((seconds - (before[name] ?? 0)) * 100_000) / durationMs] as const,
  );
  return Object.fromEntries(entries);
}
