// The account of one key: which allowances no limiter could have given that keeps the limit, and
// which denials no such limiter could have meant. Pure: times come with what is entered.
import type { Rule } from "../declared.ts";
import { certainlyWithinMs, possiblyWithinMs, type Span } from "./window.ts";

export interface KeyAccount {
  /**
   * Returns the units by which a window now certainly holds more than the limit. Allowances are
   * entered in the order in which they were received; each excess is returned once.
   */
  allow(span: Span, units: number): number;
  /** Redis has decided so, by its own count: the other half of the account. */
  grant(span: Span, units: number): void;
  /** Redis may carry this out at any time, until it is settled and a while longer. */
  leaveOpen(units: number): void;
  settle(units: number, nowMs: number): void;
  /** Whether the units would have fitted even if all that may have been counted was. */
  wouldHaveFitted(denied: Span, units: number): boolean;
  /** Allowances of before say nothing about windows from now on. */
  forgetAllowances(): void;
}

interface Grant extends Span {
  readonly units: number;
}

/** A denial that took longer is not judged, so that no grant is kept for longer. */
export const JUDGED_SPAN_MS_MAX = 10_000;
/**
 * What was stuck in a paused member, or in a slow link, is on its way when the member answers
 * again; links are slowed by seconds at most.
 */
export const SETTLE_MS = 10_000;
/** How exactly old entries are kept. */
const GRAIN_MS = 1_000;

export function createKeyAccount(rule: Rule): KeyAccount {
  const certainMs = certainlyWithinMs(rule.window_ms);
  const possibleMs = possiblyWithinMs(rule.window_ms);
  /** Together at most the limit. */
  let kept: readonly Grant[] = [];
  /** In the order of receiving. */
  let grants: Grant[] = [];
  let openUnits = 0;
  let settled: { units: number; readonly untilMs: number }[] = [];
  let pruneDueMs = 0;

  /** As seldom as it takes to stay small. */
  function prune(nowMs: number): void {
    if (nowMs < pruneDueMs) return;
    pruneDueMs = nowMs + GRAIN_MS;
    const fromMs = nowMs - JUDGED_SPAN_MS_MAX - possibleMs;
    grants = grants.filter(({ receivedMs }) => receivedMs > fromMs);
    settled = settled.filter(({ untilMs }) => untilMs > fromMs);
  }

  return {
    allow: (span, units) => {
      const fromMs = span.receivedMs - certainMs;
      // What took longer than a window certainly shared one with nothing but itself.
      if (span.sentMs <= fromMs) return Math.max(0, units - rule.limit);
      kept = [...kept.filter(({ sentMs }) => sentMs > fromMs), { ...span, units }];
      const excess = Math.max(0, unitsOf(kept) - rule.limit);
      kept = withoutLatest(kept, excess);
      return excess;
    },
    grant: (span, units) => {
      prune(span.receivedMs);
      grants.push({ ...span, units });
    },
    leaveOpen: (units) => {
      openUnits += units;
    },
    settle: (units, nowMs) => {
      prune(nowMs);
      openUnits -= units;
      const untilMs = Math.ceil((nowMs + SETTLE_MS) / GRAIN_MS) * GRAIN_MS;
      const last = settled.at(-1);
      if (last?.untilMs === untilMs) last.units += units;
      else settled.push({ units, untilMs });
    },
    wouldHaveFitted: (denied, units) => {
      const fromMs = denied.sentMs - possibleMs;
      const lately = settled.filter(({ untilMs }) => untilMs > fromMs);
      let free = rule.limit - units - openUnits - unitsOf(lately);
      // From the newest on, for most denials are explained by a few: `free` ends it early.
      for (let index = grants.length - 1; index >= 0 && free >= 0; index -= 1) {
        const grant = grants[index];
        if (grant === undefined || grant.receivedMs < fromMs) break;
        if (grant.sentMs <= denied.receivedMs) free -= grant.units;
      }
      return free >= 0;
    },
    forgetAllowances: () => {
      kept = [];
    },
  };
}

/**
 * Those that stay in sight longest are taken out first: then the excess over all windows is the
 * least that it can be, and nobody is accused of more (Faigle and Nawijn, "Note on scheduling
 * intervals on-line", 1995: an allowance is an interval over the ends of the windows it is in).
 */
function withoutLatest(grants: readonly Grant[], units: number): readonly Grant[] {
  if (units === 0) return grants;
  let left = units;
  const bySending = grants.toSorted((one, other) => other.sentMs - one.sentMs);
  return bySending.flatMap((grant) => {
    const taken = Math.min(left, grant.units);
    left -= taken;
    return taken === grant.units ? [] : [{ ...grant, units: grant.units - taken }];
  });
}

function unitsOf(entries: readonly { readonly units: number }[]): number {
  return entries.reduce((sum, { units }) => sum + units, 0);
}
