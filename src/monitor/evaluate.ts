// Pure: from observations to verdicts, one for each invariant and entity.
import type { Observation } from "../domain/observation.ts";
import type { History, Invariant, Verdict } from "../domain/verdict.ts";

export function evaluate<O extends Observation>(
  invariants: readonly Invariant<O>[],
  history: History<O>,
): readonly Verdict[] {
  return invariants.flatMap((invariant) =>
    invariant.judge(history).map((judgement) => ({
      ...judgement,
      subject: history.current.subject,
      invariant: invariant.name,
      severity: invariant.severity,
      forMs: invariant.forMs,
      settleMs: invariant.settleMs,
    })),
  );
}

export interface VerdictCount {
  readonly holds: number;
  readonly violated: number;
  readonly unknown: number;
}

export function countVerdicts(verdicts: readonly Verdict[]): VerdictCount {
  const count = { holds: 0, violated: 0, unknown: 0 };
  for (const verdict of verdicts) count[verdict.state] += 1;
  return count;
}
