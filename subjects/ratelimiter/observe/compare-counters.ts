// Pure: Redis's account of every key beside the nodes' own, over one window that is past.
import { readValue } from "../../../src/domain/observation.ts";
import type {
  CounterReading,
  CounterScan,
  LimiterObservation,
  NodeSighting,
} from "../observation.ts";

export interface ComparedCounter {
  readonly counter: CounterReading;
  readonly account: Account;
}

export type Account =
  /** Redis counts as many as the nodes were granted. */
  | { readonly state: "agrees"; readonly granted: number }
  /** Redis counts units that no node was granted, or dates them ahead. */
  | { readonly state: "too_many"; readonly granted: number | null; readonly reason: string }
  /** Redis has forgotten units that nodes were granted. */
  | { readonly state: "too_few"; readonly granted: number; readonly reason: string }
  | { readonly state: "unknown"; readonly reason: string };

/** Both sides date by Redis's clock, to the microsecond; this much is let pass all the same. */
const TOLERANCE = 2;
/** Entries leave at the end of the window in force, which must reach beyond the compared one. */
const WINDOW_MARGIN_MS = 1_500;

/** So much in a window that losing a third of it shows. */
const TELLING_UNITS_MIN = 9;

/** Of each counter that was read, in their order; none when they could not be read. */
export function compareCounters({
  counters,
  nodes,
  recentOverrides,
}: Pick<LimiterObservation, "counters" | "nodes" | "recentOverrides">): readonly ComparedCounter[] {
  const scan = readValue(counters);
  if (!scan) return [];
  const memory = memoryOf({ scan, nodes });
  const resets = new Set(nodes.flatMap(({ usage }) => readValue(usage)?.resets ?? []));
  const windows = new Map(recentOverrides.map(({ key, windowMs }) => [key, windowMs]));
  return scan.items.map((counter) => {
    const windowMs = windows.get(counter.key) ?? counter.rule?.window_ms ?? 0;
    const isReset = resets.has(counter.key);
    return { counter, account: accountOf(counter, { memory, scan, windowMs, isReset }) };
  });
}

/**
 * The end of the compared window, by Redis's clock, when most counters that can tell disagree:
 * something happened to all of them at once. Undefined when it is one, or a few.
 */
export function upheavalIn(observation: Parameters<typeof compareCounters>[0]): number | undefined {
  const telling = compareCounters(observation).filter(({ counter, account }) => {
    if (counter.future > 0 || !("granted" in account)) return false;
    return Math.max(counter.used, account.granted ?? 0) >= TELLING_UNITS_MIN;
  });
  const away = telling.filter(({ account }) => account.state !== "agrees");
  const isUpheaval = away.length >= 2 && away.length * 2 > telling.length;
  return isUpheaval ? readValue(observation.counters)?.endUs : undefined;
}

type Memory =
  | { readonly state: "read"; readonly of: (key: string) => { allowed: number; uncertain: number } }
  | { readonly state: "unknown"; readonly reason: string };

/** Every node's, or none: one that is missing may have been granted what Redis counts. */
function memoryOf({
  scan,
  nodes,
}: {
  readonly scan: CounterScan;
  readonly nodes: readonly NodeSighting[];
}): Memory {
  const fromUs = scan.endUs - scan.lengthMs * 1_000;
  const sums = new Map<string, { allowed: number; uncertain: number }>();
  for (const { name, usage } of nodes) {
    if (usage.state === "failed") {
      return { state: "unknown", reason: `what ${name} was granted is not known: ${usage.reason}` };
    }
    if (usage.value.sinceUs > fromUs) {
      return { state: "unknown", reason: `${name} has not remembered for a whole window yet` };
    }
    for (const { key, allowed, uncertain } of usage.value.items) {
      const sum = sums.get(key) ?? { allowed: 0, uncertain: 0 };
      sums.set(key, { allowed: sum.allowed + allowed, uncertain: sum.uncertain + uncertain });
    }
  }
  return { state: "read", of: (key) => sums.get(key) ?? { allowed: 0, uncertain: 0 } };
}

interface AccountParts {
  readonly memory: Memory;
  readonly scan: CounterScan;
  /** The shortest that may have cut its log of late. */
  readonly windowMs: number;
  readonly isReset: boolean;
}

function accountOf(
  counter: CounterReading,
  { memory, scan, windowMs, isReset }: AccountParts,
): Account {
  const { key, used, future } = counter;
  const granted = memory.state === "read" ? memory.of(key) : undefined;
  if (future > 0) {
    const reason = `${future} units are dated ahead of Redis's clock and do not leave`;
    return { state: "too_many", granted: granted?.allowed ?? null, reason };
  }
  if (memory.state === "unknown") return memory;
  if (windowMs < scan.lengthMs + WINDOW_MARGIN_MS) {
    return { state: "unknown", reason: `a window of ${windowMs} ms is too short to compare` };
  }
  const { allowed, uncertain } = memory.of(key);
  const words = `Redis counts ${used}, the nodes were granted ${allowed}`;
  if (used > allowed + uncertain + TOLERANCE) {
    return { state: "too_many", granted: allowed, reason: words };
  }
  if (used < allowed - TOLERANCE && isReset) return { state: "unknown", reason: "it was reset" };
  if (used < allowed - TOLERANCE) return { state: "too_few", granted: allowed, reason: words };
  return { state: "agrees", granted: allowed };
}
