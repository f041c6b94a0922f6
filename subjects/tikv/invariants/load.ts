// Whether stores answer quickly, and share the work.
import { readValue } from "../../../src/domain/observation.ts";
import {
  holds,
  judgeEach,
  judgeRead,
  type Opinion,
  unknown,
  violated,
} from "../../../src/domain/opinion.ts";
import type { ListedStore, TikvObservation } from "../observation.ts";
import { judgeCluster, scaleTime, type TikvInvariant } from "./judge.ts";

/** A slow one among fewer requests than this is not yet a slow store. */
const SAMPLES_MIN = 50;
const P99_MS_MAX = 250;

/** PD itself tolerates a spread; this one is far beyond what it leaves. */
const SPREAD = { leadersMin: 4, shareOfMean: 0.5 };

export const highP99Latency: TikvInvariant = {
  name: "high_p99_latency",
  describes: `On each store the 99th percentile of point requests is below ${P99_MS_MAX} ms.`,
  severity: "warning",
  // Longer than what an election costs the requests that wait for it.
  forMs: 10_000,
  settleMs: 5_000,
  judge: ({ current }) =>
    judgeEach(current.stores, ({ traffic }) =>
      judgeRead(traffic, ({ p99Ms, samples, opsPerSecond }) => {
        if (p99Ms === null) return holds("no requests");
        const reading = `p99 ${p99Ms.toFixed(1)} ms at ${opsPerSecond.toFixed(0)} ops/s`;
        if (p99Ms <= P99_MS_MAX) return holds(reading);
        if (samples < SAMPLES_MIN) return unknown(`${samples} requests are too few to judge`);
        return violated(`${reading}, the bound is ${P99_MS_MAX} ms`, {
          p99_ms: Math.round(p99Ms),
          ops_per_second: Math.round(opsPerSecond),
          samples,
        });
      }),
    ),
};

export function leaderImbalance(timeScale: number): TikvInvariant {
  return {
    name: "leader_imbalance",
    describes: "Region leaders are spread over the stores by their weights.",
    severity: "warning",
    // PD moves a few leaders at a time after a store has returned.
    forMs: scaleTime({ realMs: 300_000, floorMs: 15_000 }, timeScale),
    settleMs: 3_000,
    judge: ({ current }) => judgeCluster(judgeSpread(current)),
  };
}

/** By the name of its member, which everybody but PD calls it by. */
interface LeadingStore extends ListedStore {
  readonly name: string;
}

/** Only a cluster whose stores are all up, and all may lead, is expected to be even. */
function judgeSpread({ stores, schedulers }: TikvObservation): Opinion {
  const evicted = readValue(schedulers)?.evictedStoreIds;
  if (!evicted) return unknown("which stores are evicted could not be read");
  const leading: LeadingStore[] = [];
  for (const { name, listed } of stores) {
    const entry = readValue(listed);
    if (!entry) return unknown(`${name} is not on PD's list`);
    if (entry.stateName !== "Up") return unknown(`${name} is ${entry.stateName}`);
    if (evicted.includes(entry.id)) return unknown(`leaders are kept off ${name}`);
    if (!entry.isTiflash && entry.leaderWeight > 0) leading.push({ ...entry, name });
  }
  return leading.length < 2 ? holds("nothing to spread") : judgeCounts(leading);
}

function judgeCounts(stores: readonly LeadingStore[]): Opinion {
  const counts = stores.map(({ leaderCount, leaderWeight }) => leaderCount / leaderWeight);
  const mean = counts.reduce((sum, count) => sum + count, 0) / counts.length;
  const spread = Math.max(...counts) - Math.min(...counts);
  const bound = Math.max(SPREAD.leadersMin, SPREAD.shareOfMean * mean);
  const words = stores.map(({ name, leaderCount }) => `${name} ${leaderCount}`).join(", ");
  if (spread <= bound) return holds(words);
  const leaders = Object.fromEntries(stores.map(({ name, leaderCount }) => [name, leaderCount]));
  return violated(`leaders are uneven: ${words}`, { leaders, spread, bound });
}
