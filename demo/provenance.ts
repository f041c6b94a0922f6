// Pure: what the members that are shown really are.
import type { Topology } from "../src/domain/subject.ts";

export function provenanceOf(topology: Topology): string {
  if (topology.members.length === 0) return "by its endpoints";
  const who = sayWho(topology);
  return topology.docker ? `containers: ${who}` : who;
}

function sayWho({ members, timeScale }: Topology): string {
  const standIns = members.filter(({ isStandIn }) => isStandIn);
  if (standIns.length === 0) return "real members";
  const isAll = standIns.length === members.length;
  const who = isAll ? "stand-ins" : `stand-in: ${standIns.map(({ name }) => name).join(", ")}`;
  return timeScale === 1 || !isAll ? who : `${who}, timers ÷ ${timeScale}`;
}
