// Whether taking one member away for a moment would cost the cluster a majority.
import type { ObservedMember } from "../../../src/domain/observation.ts";
import { readValue } from "../../../src/domain/observation.ts";
import type { TikvObservation } from "../observation.ts";

/**
 * The reason not to interrupt this member; undefined when nothing is lost by it. A member that does
 * not serve costs nothing; one that could not be seen counts as lost already.
 */
export function harmOfInterrupting(observation: TikvObservation, name: string): string | undefined {
  const { members } = observation;
  const target = members.find((member) => member.name === name);
  if (!target || target.health === "down") return undefined;
  const peers = members.filter(({ role }) => role === target.role);
  const lost = peers.filter((member) => member !== target && member.health !== "up");
  const spare = spareMembers(observation, target);
  if (lost.length < spare) return undefined;
  const others = lost.map((member) => `${member.name} is ${member.health}`).join(", ");
  const why = others === "" ? `there is none to spare of ${peers.length}` : others;
  return `${name} still serves and cannot be spared: ${why}`;
}

/** How many members of a role may be missing at once: a minority of the voters. */
function spareMembers(
  { members, replication, declared }: TikvObservation,
  { role }: ObservedMember,
): number {
  const count = members.filter((member) => member.role === role).length;
  const replicas = readValue(replication)?.maxReplicas ?? declared.replication?.maxReplicas ?? 1;
  const voters = role === "tikv" ? Math.min(count, replicas) : count;
  return Math.floor((voters - 1) / 2);
}
