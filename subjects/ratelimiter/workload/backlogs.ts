// Checks whose fate was never told, by the node that was asked: as long as a way to Redis is stuck,
// what went into it may still be carried out, and weighs on its key.
import type { Attempt } from "./account.ts";
import { type KeyAccount, SETTLE_MS } from "./key-account.ts";

export interface Backlogs {
  leaveOpen(attempt: Attempt, endedMs: number): void;
  /** Redis decided through this node: what was stuck on this way before is on its way now. */
  settle(attempt: Attempt, decidedMs: number): void;
  /** Windows that begin before this may hold what another life of this generator has left open. */
  knownFromMs(): number;
}

interface Backlog {
  readonly unitsByKey: Map<string, number>;
  lastEndedMs: number;
  /** Left by another life: nobody knows of which keys. */
  readonly isUnknown: boolean;
}

export function createBacklogs(options: {
  readonly accountOf: (key: string) => KeyAccount;
  readonly knownFromMs: number;
  readonly nodesWithPast: readonly string[];
}): Backlogs {
  const { accountOf, nodesWithPast } = options;
  const backlogs = new Map<string, Backlog>();
  let { knownFromMs } = options;
  for (const node of nodesWithPast) {
    backlogs.set(node, { unitsByKey: new Map(), lastEndedMs: knownFromMs, isUnknown: true });
  }
  return {
    leaveOpen: ({ node, key, units }, endedMs) => {
      const none = { unitsByKey: new Map(), lastEndedMs: endedMs, isUnknown: false };
      const backlog = backlogs.get(node) ?? none;
      backlogs.set(node, backlog);
      backlog.lastEndedMs = endedMs;
      backlog.unitsByKey.set(key, (backlog.unitsByKey.get(key) ?? 0) + units);
      accountOf(key).leaveOpen(units);
    },
    settle: ({ node, sentMs }, decidedMs) => {
      const backlog = backlogs.get(node);
      if (backlog === undefined || sentMs <= backlog.lastEndedMs) return;
      backlogs.delete(node);
      for (const [key, units] of backlog.unitsByKey) accountOf(key).settle(units, decidedMs);
      if (backlog.isUnknown) knownFromMs = Math.max(knownFromMs, decidedMs + SETTLE_MS);
    },
    knownFromMs: () => {
      const isBlind = [...backlogs.values()].some(({ isUnknown }) => isUnknown);
      return isBlind ? Number.POSITIVE_INFINITY : knownFromMs;
    },
  };
}
