// Whether a limiter kept its limits, seen from outside: the account of the limiter's own load
// generator, by when each check left and when its answer came, into which a whole run is replayed.
import { DECLARED_LIMITS } from "../../subjects/ratelimiter/declared.ts";
import { declaredRule } from "../../subjects/ratelimiter/service/limits-file.ts";
import { type Attempt, createAccount } from "../../subjects/ratelimiter/workload/account.ts";

/** By check. */
export interface Seen {
  /** Nothing is known of what was counted before. */
  readonly startedMs: number;
  readonly schedule: { readonly keys: readonly string[]; keyOf(check: number): number };
  readonly sentMs: Float64Array;
  readonly receivedMs: Float64Array;
  /** 200 allowed, 429 denied; else it may have been counted or not. */
  readonly statuses: Uint16Array;
}

export interface Verdict {
  /** The least that it can have been, over all keys and windows. */
  readonly allowedAboveLimit: number;
  readonly wronglyDenied: number;
  readonly judgedDenials: number;
}

export function judge(seen: Seen): Verdict {
  const counts = { allowed_above_limit: 0, wrongly_denied: 0 };
  const account = createAccount({
    ruleOf: (key) => declaredRule(DECLARED_LIMITS, key),
    knownFromMs: seen.startedMs,
    nodesWithPast: [],
    accuse: ({ name, count }) => {
      counts[name] += count;
    },
  });
  const underWay = new Map<number, Attempt>();
  for (const { check, atMs } of momentsOf(seen)) {
    const attempt = underWay.get(check);
    if (attempt) {
      underWay.delete(check);
      account.end(attempt, { decision: decisionOf(seen.statuses[check]), atMs });
    } else {
      const key = seen.schedule.keys[seen.schedule.keyOf(check)] ?? "";
      underWay.set(check, account.begin({ key, units: 1, node: "any", sentMs: atMs }));
    }
  }
  return {
    allowedAboveLimit: counts.allowed_above_limit,
    wronglyDenied: counts.wrongly_denied,
    judgedDenials: account.judgedDenials(),
  };
}

interface Moment {
  readonly check: number;
  readonly atMs: number;
}

/** Each check twice, when it left and when its answer came, in the order of time. */
function momentsOf({ sentMs, receivedMs }: Seen): readonly Moment[] {
  const toMoment = (atMs: number, check: number): Moment => ({ check, atMs });
  const moments = [...[...sentMs].map(toMoment), ...[...receivedMs].map(toMoment)];
  return moments.sort((one, other) => one.atMs - other.atMs);
}

function decisionOf(status: number | undefined): "allowed" | "denied" | "undecided" {
  if (status === 200) return "allowed";
  return status === 429 ? "denied" : "undecided";
}
