// An account whose accusations a test reads, and attempts for it in as few words as possible.
import type { Rule } from "../../../subjects/ratelimiter/declared.ts";
import {
  type Account,
  type Accusation,
  type Attempt,
  createAccount,
  type Decision,
} from "../../../subjects/ratelimiter/workload/account.ts";

export const WINDOW_MS = 1_000;

export interface Seen {
  readonly sentMs: number;
  readonly receivedMs: number;
  readonly decision: Decision;
  readonly units?: number;
  readonly node?: string;
  readonly key?: string;
}

export interface Watched extends Account {
  readonly accusations: readonly Accusation[];
  sumOf(name: Accusation["name"]): number;
}

/** By default everything is known from long before. */
export function watchedAccount(
  rule: Partial<Rule> & { readonly knownFromMs?: number; readonly nodesWithPast?: string[] },
): Watched {
  const accusations: Accusation[] = [];
  const { limit = 1, window_ms = WINDOW_MS, knownFromMs = -1e9, nodesWithPast = [] } = rule;
  const account = createAccount({
    ruleOf: () => ({ limit, window_ms }),
    knownFromMs,
    nodesWithPast,
    accuse: (accusation) => accusations.push(accusation),
  });
  const sumOf = (name: Accusation["name"]) =>
    accusations.reduce((sum, one) => sum + (one.name === name ? one.count : 0), 0);
  return { ...account, accusations, sumOf };
}

/** Begins and ends them all in the order of time: at one moment, ends come first. */
export function replay(account: Account, seen: readonly Seen[]): void {
  const moments = seen.flatMap((one) => {
    const { sentMs, receivedMs, decision, units = 1, node = "node1", key = "k" } = one;
    const attempt: Attempt = { key, units, node, sentMs };
    return [
      { atMs: sentMs, order: 1, happen: () => void account.begin(attempt) },
      {
        atMs: receivedMs,
        order: receivedMs === sentMs ? 2 : 0,
        happen: () => account.end(attempt, { decision, atMs: receivedMs }),
      },
    ];
  });
  moments.sort((one, other) => one.atMs - other.atMs || one.order - other.order);
  for (const { happen } of moments) happen();
}

export function allowed(sentMs: number, receivedMs = sentMs, units = 1): Seen {
  return { sentMs, receivedMs, units, decision: "allowed" };
}

export function denied(sentMs: number, receivedMs = sentMs, units = 1): Seen {
  return { sentMs, receivedMs, units, decision: "denied" };
}
