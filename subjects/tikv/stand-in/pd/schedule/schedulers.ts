// The schedulers by name: which there are, which take stores, and which are paused.
import type { Office } from "../cluster/office.ts";

/** Of a fresh v8.5.7 cluster. Of these, only balance-leader moves anything here. */
export const DEFAULT_SCHEDULERS = [
  "balance-region-scheduler",
  "balance-leader-scheduler",
  "balance-hot-region-scheduler",
  "evict-slow-store-scheduler",
  "evict-stopping-store-scheduler",
] as const;

export const BALANCE_LEADER = "balance-leader-scheduler";
export const EVICT_LEADER = "evict-leader-scheduler";

/** Created with a store's id, and once more for each further store. */
export const STORE_SCHEDULERS: readonly string[] = [EVICT_LEADER, "grant-leader-scheduler"];

/** pkg/schedule/types/type.go. */
export const KNOWN_SCHEDULERS: readonly string[] = [
  ...DEFAULT_SCHEDULERS,
  ...STORE_SCHEDULERS,
  "balance-range-scheduler",
  "balance-witness-scheduler",
  "evict-slow-trend-scheduler",
  "grant-hot-region-scheduler",
  "label-scheduler",
  "random-merge-scheduler",
  "scatter-range-scheduler",
  "shuffle-hot-region-scheduler",
  "shuffle-leader-scheduler",
  "shuffle-region-scheduler",
  "transfer-witness-leader-scheduler",
];

/** Its type as in `schedulers-v2`: the name without the ending. */
export function schedulerType(name: string): string {
  return name.replace(/-scheduler$/, "");
}

/** `evict-leader-scheduler-4` names one store of a scheduler; undefined for any other name. */
export function storeOfScheduler(name: string): { name: string; storeId: number } | undefined {
  const owner = STORE_SCHEDULERS.find((candidate) => name.startsWith(`${candidate}-`));
  if (owner === undefined) return undefined;
  const digits = name.slice(owner.length + 1);
  return /^\d+$/.test(digits) ? { name: owner, storeId: Number(digits) } : undefined;
}

export function isPaused(office: Office, name: string, nowMs: number): boolean {
  const pause = office.pauses.get(name);
  return pause !== undefined && nowMs < pause.resumesAtMs;
}
