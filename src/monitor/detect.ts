// Pure: violations as unbroken times, on the monitor's own clock. Pending until it has lasted
// forMs, unless who must know has said it; firing from then on.
import { fingerprintOf, type Verdict, type Violation } from "../domain/verdict.ts";

export type Violations = ReadonlyMap<string, Violation>;

/**
 * The violations after one more observation. Only `holds` ends one: unknown, and an entity that is
 * missing from the verdicts, neither start nor end anything.
 */
export function trackViolations(
  before: Violations,
  verdicts: readonly Verdict[],
  nowMs: number,
): Violations {
  const after = new Map(before);
  for (const verdict of verdicts) {
    const fingerprint = fingerprintOf(verdict);
    if (verdict.state === "holds") after.delete(fingerprint);
    if (verdict.state === "violated") {
      const known = before.get(fingerprint);
      const sinceMs = known?.sinceMs ?? nowMs;
      const isFiring =
        known?.state === "firing" || verdict.isDefinite || nowMs - sinceMs >= verdict.forMs;
      after.set(fingerprint, {
        state: isFiring ? "firing" : "pending",
        fingerprint,
        verdict,
        sinceMs,
      });
    }
  }
  return after;
}

/** By fingerprint: since when it was not seen, neither well nor violated before it was violated. */
export type Unseen = ReadonlyMap<string, number>;

/** After one more observation: only `holds` ends one, so that a violation keeps what was before. */
export function trackUnseen(before: Unseen, verdicts: readonly Verdict[], nowMs: number): Unseen {
  const after = new Map(before);
  for (const verdict of verdicts) {
    const own = fingerprintOf(verdict);
    if (verdict.state === "holds") after.delete(own);
    if (verdict.state === "unknown") after.set(own, before.get(own) ?? nowMs);
  }
  return after;
}

/** Those that fire in this observation: a violation that was not seen now is not counted again. */
export function firingNow(
  violations: Violations,
  verdicts: readonly Verdict[],
): readonly Violation[] {
  return seenNow(violations, verdicts).filter(({ state }) => state === "firing");
}

/**
 * When the first of the pending ones will have lasted long enough; undefined when none is. One that
 * was not seen now may be overdue: another look would not make it fire.
 */
export function nextFiringAtMs(
  violations: Violations,
  verdicts: readonly Verdict[],
): number | undefined {
  const pending = seenNow(violations, verdicts).filter(({ state }) => state === "pending");
  const times = pending.map(({ sinceMs, verdict }) => sinceMs + verdict.forMs);
  return times.length === 0 ? undefined : Math.min(...times);
}

function seenNow(violations: Violations, verdicts: readonly Verdict[]): readonly Violation[] {
  const seen = new Set(
    verdicts.filter((verdict) => verdict.state === "violated").map(fingerprintOf),
  );
  return [...violations.values()].filter(({ fingerprint }) => seen.has(fingerprint));
}
