// Pure: what the members that are shown really are.
import type { Topology } from "../src/domain/subject.ts";

export function provenanceOf({ members, timeScale }: Topology): string {
  if (members.length === 0) return "by its endpoints";
  const standIns = members.filter(({ isStandIn }) => isStandIn);
  if (standIns.length === 0) return "real members";
  const isAll = standIns.length === members.length;
  const who = isAll ? "stand-ins" : `stand-in: ${standIns.map(({ name }) => name).join(", ")}`;
  return timeScale === 1 || !isAll ? who : `${who}, timers ÷ ${timeScale}`;
}
