// The independent account of a limiter: every check as its client saw it, judged against what is
// declared. It asks nobody and believes no counter; where it cannot know, it accuses nobody.
// Memory grows with the rate and the windows, never with time.
import type { Rule } from "../declared.ts";
import { createBacklogs } from "./backlogs.ts";
import { createKeyAccount, JUDGED_SPAN_MS_MAX, type KeyAccount } from "./key-account.ts";
import { possiblyWithinMs, type Span } from "./window.ts";

export type Decision =
  | "allowed"
  | "denied"
  /** Allowed by a node that did not learn Redis's word: Redis may count it yet. */
  | "allowed_unasked"
  /** No answer, or one that decides nothing. Redis may count it yet. */
  | "undecided";

/** One request to one node. */
export interface Attempt {
  readonly key: string;
  readonly units: number;
  readonly node: string;
  /** Taken before it leaves. */
  readonly sentMs: number;
}

export interface Accusation {
  readonly name: "allowed_above_limit" | "wrongly_denied";
  /** Units of cost. */
  readonly count: number;
  readonly atMs: number;
}

export interface AccountOptions {
  /** What is declared of a key, whatever overrides it. */
  readonly ruleOf: (key: string) => Rule;
  /** Nothing is known of what was counted before. */
  readonly knownFromMs: number;
  /** Where checks of another life of this generator may still be stuck. */
  readonly nodesWithPast: readonly string[];
  readonly accuse: (accusation: Accusation) => void;
}

/** All times are of one monotonic clock, and never go back from one call to the next. */
export interface Account {
  begin(attempt: Attempt): Attempt;
  /** Every attempt that has begun ends, once. */
  end(attempt: Attempt, ending: { readonly decision: Decision; readonly atMs: number }): void;
  /** What came before this moment cannot be measured against what comes after. */
  forget(knownFromMs: number): void;
  /** Denials that could be judged, since the beginning. */
  judgedDenials(): number;
}

type Ended = Attempt & Span;

export function createAccount(options: AccountOptions): Account {
  const { ruleOf, accuse } = options;
  const accounts = new Map<string, KeyAccount>();
  const backlogs = createBacklogs({ ...options, accountOf });
  /** In the order of sending. */
  const underWay = new Set<Attempt>();
  /** In the order of receiving: each waits for the end of all that was sent before it came. */
  const waitingDenials: Ended[] = [];
  let { knownFromMs } = options;
  let judgedDenials = 0;

  function accountOf(key: string): KeyAccount {
    const known = accounts.get(key);
    if (known) return known;
    const account = createKeyAccount(ruleOf(key));
    accounts.set(key, account);
    return account;
  }

  function enter(decision: Decision, ended: Ended): void {
    const { key, units, receivedMs } = ended;
    const isAllowed = decision === "allowed" || decision === "allowed_unasked";
    if (isAllowed && ended.sentMs >= knownFromMs) {
      const count = accountOf(key).allow(ended, units);
      if (count > 0) accuse({ name: "allowed_above_limit", count, atMs: receivedMs });
    }
    const isByRedis = decision === "allowed" || decision === "denied";
    if (isByRedis) backlogs.settle(ended, receivedMs);
    else backlogs.leaveOpen(ended, receivedMs);
    if (decision === "allowed") accountOf(key).grant(ended, units);
    // What is above the limit by itself is never denied wrongly.
    if (decision === "denied" && units <= ruleOf(key).limit) waitingDenials.push(ended);
  }

  function judgeDenials(nowMs: number): void {
    const [oldest] = underWay;
    const mustWait = ({ receivedMs }: Span) => oldest !== undefined && oldest.sentMs <= receivedMs;
    const first = waitingDenials.findIndex(mustWait);
    const ready = waitingDenials.splice(0, first === -1 ? waitingDenials.length : first);
    for (const denial of ready) {
      const { key, units: count, receivedMs: atMs } = denial;
      // Asked anew each time: whoever is told of an accusation may make us forget.
      if (!isJudgeable(denial, nowMs)) continue;
      judgedDenials += 1;
      if (!accountOf(key).wouldHaveFitted(denial, count)) continue;
      accuse({ name: "wrongly_denied", count, atMs });
    }
  }

  function isJudgeable({ key, sentMs }: Ended, nowMs: number): boolean {
    const windowFromMs = sentMs - possiblyWithinMs(ruleOf(key).window_ms);
    const isKnown = windowFromMs >= Math.max(knownFromMs, backlogs.knownFromMs());
    return isKnown && nowMs - sentMs <= JUDGED_SPAN_MS_MAX;
  }

  return {
    begin: (attempt) => {
      underWay.add(attempt);
      return attempt;
    },
    end: (attempt, { decision, atMs }) => {
      underWay.delete(attempt);
      enter(decision, { ...attempt, receivedMs: atMs });
      judgeDenials(atMs);
    },
    forget: (fromMs) => {
      knownFromMs = Math.max(knownFromMs, fromMs);
      for (const account of accounts.values()) account.forgetAllowances();
    },
    judgedDenials: () => judgedDenials,
  };
}
