// Pure: what the members that are shown really are.
import type { Topology } from "../src/domain/subject.ts";

/** For a title: the runtime where that is not this machine's processes, and who the members are. */
export function provenanceOf(topology: Topology): string {
  const { members, docker, timeScale } = topology;
  if (members.length === 0) return "by its endpoints";
  if (!docker) return membersText(topology);
  const standIns = members.filter(({ isStandIn }) => isStandIn);
  if (standIns.length === 0) return "docker: real";
  if (standIns.length < members.length) return `docker, ${membersText(topology)}`;
  return timeScale === 1 ? "docker: stand-ins" : `docker: stand-ins ÷ ${timeScale}`;
}

export function membersText({ members, timeScale }: Topology): string {
  const standIns = members.filter(({ isStandIn }) => isStandIn);
  if (standIns.length === 0) return "real members";
  const isAll = standIns.length === members.length;
  const who = isAll ? "stand-ins" : `stand-in: ${standIns.map(({ name }) => name).join(", ")}`;
  return timeScale === 1 || !isAll ? who : `${who}, timers ÷ ${timeScale}`;
}
