// Pure: counters and overrides as rows for a screen, what is off first.
import { type ObservedTable, readValue } from "../../../src/domain/observation.ts";
import type { CounterScan, LimiterObservation, OverrideReading } from "../observation.ts";
import { type ComparedCounter, compareCounters } from "./compare-counters.ts";

type Parts = Pick<LimiterObservation, "counters" | "nodes" | "overrides" | "recentOverrides">;
type Row = ObservedTable["rows"][number];

const ROWS_MAX = 50;

export function tablesOf(parts: Parts): readonly ObservedTable[] {
  const scan = readValue(parts.counters);
  return [
    ...(scan ? [counterTable(parts, scan)] : []),
    {
      title: "overrides",
      columns: ["key", "limit", "ends in", "set by"],
      rows: sorted((readValue(parts.overrides)?.items ?? []).map(overrideRow)),
    },
  ];
}

function counterTable(parts: Parts, scan: CounterScan): ObservedTable {
  const limits = new Map(
    (readValue(parts.overrides)?.items ?? []).map(({ key, limit }) => [key, limit]),
  );
  const shown = compareCounters(parts)
    .filter(({ counter, account }) => counter.exists || account.state === "too_few")
    .sort((left, right) => shareOf(right) - shareOf(left));
  return {
    title: scan.isCut ? `counters (the first ${scan.items.length})` : "counters",
    columns: ["key", "used", "limit", "granted", "expires"],
    rows: sorted(shown.map((compared) => counterRow(compared, limits.get(compared.counter.key)))),
  };
}

/** The fullest first. */
function shareOf({ counter }: ComparedCounter): number {
  const limit = counter.rule?.limit ?? 0;
  return limit === 0 ? 0 : counter.usedNow / limit;
}

function counterRow(
  { counter, account }: ComparedCounter,
  overridden: number | null | undefined,
): Row {
  const { key, usedNow, rule, exists, ttlMs, wrongType } = counter;
  const limit = overridden ?? rule?.limit;
  const isAway = account.state === "too_many" || account.state === "too_few";
  return {
    cells: [
      key,
      String(usedNow),
      limit === undefined ? "?" : String(limit),
      sayGranted({ counter, account }),
      sayExpiry(exists, ttlMs),
    ],
    isOff: isAway || wrongType !== undefined || (exists && ttlMs === null),
  };
}

/** In the compared window, which is past: `used` is of the one that ends now. */
function sayGranted({ counter: { used, future }, account }: ComparedCounter): string {
  if (future > 0) return `${future} ahead`;
  if (account.state === "unknown" || account.granted === null) return "?";
  return account.granted === used ? "agrees" : `${account.granted} of ${used}`;
}

function sayExpiry(exists: boolean, ttlMs: number | null): string {
  if (!exists) return "gone";
  return ttlMs === null ? "never" : `${(ttlMs / 1000).toFixed(1)} s`;
}

function overrideRow({ key, limit, setBy, endsInMs, wrongType }: OverrideReading): Row {
  const ends = endsInMs === null ? "never" : `${Math.round(endsInMs / 1000)} s`;
  return {
    cells: [key, limit === null ? "?" : String(limit), ends, setBy ?? "?"],
    isOff: endsInMs === null || wrongType !== undefined,
  };
}

/** What is off first; the order is kept otherwise. */
function sorted(rows: readonly Row[]): readonly Row[] {
  return [...rows]
    .sort((left, right) => Number(right.isOff) - Number(left.isOff))
    .slice(0, ROWS_MAX);
}
