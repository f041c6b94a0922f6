// What came of hostile sessions, for people.
import type { NeededRepair } from "./policy.ts";
import type { HostileReport } from "./world.ts";

export const BLOCKED_SHARE_MAX = 0.02;

export function blockedOf({ needed }: HostileReport): readonly NeededRepair[] {
  return needed.filter(({ refusal }) => refusal !== undefined);
}

export function linesOf(report: HostileReport): readonly string[] {
  const { sessions, attempts, executed, wrongs, needed } = report;
  const kinds = Object.entries(attempts).sort(([left], [right]) => left.localeCompare(right));
  const total = kinds.reduce((sum, [, count]) => sum + count, 0);
  const blocked = blockedOf(report);
  const share = needed.length === 0 ? 0 : (100 * blocked.length) / needed.length;
  return [
    `${sessions} sessions; ${total} dangerous attempts; ${executed} commands and actions executed`,
    ...kinds.map(([what, count]) => `  ${what}: ${count}`),
    `${wrongs.length} wrongs`,
    ...wrongs.map(
      ({ rule, what, seed, command }) => `  ${rule} (${what}), seed ${seed}: ${command}`,
    ),
    `${blocked.length} of ${needed.length} needed repairs blocked: ${share.toFixed(2)} %`,
    ...blocked.map(({ command, refusal }) => `  ${command}: ${refusal}`),
  ];
}
