// What stands beside an operation that waits for a person: what it would do, and replace, how it
// would be taken back, why it is asked for, in which state of the cluster, and for how long.
import { effectWords } from "../../src/domain/effect.ts";
import { describeSeen } from "../../src/domain/seen-state.ts";
import type { Approval } from "../../src/domain/session.ts";
import { formatDuration } from "../../src/panels/units.ts";

export function approvalFacts(approval: Approval, nowMs: number): readonly [string, string][] {
  const { effects, undo, reason, seen, ticketId, expiresAtMs, isAwaited } = approval;
  const left = `${formatDuration(Math.max(0, expiresAtMs - nowMs))} left`;
  const waits = isAwaited ? "" : "; nobody waits: it is for the next session that asks";
  const replaced: readonly [string, string][] = seen?.replaces ? [["Replaces", seen.replaces]] : [];
  return [
    ["Effect", effects.map(effectWords).join("; ") || "not known"],
    ...replaced,
    ["Way back", undo ?? "not known"],
    ["Reason", reason],
    ["Asked while", seen ? describeSeen(seen) : "nobody noted the state: it is not used any more"],
    ["For", `ticket #${ticketId}, ${left}${waits}`],
  ];
}
