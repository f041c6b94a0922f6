// Whether taking one member away for a moment would cost the cluster a majority.
import type { TikvObservation } from "../observation.ts";
import { tikvQuorums } from "../quorums.ts";

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
  const group = tikvQuorums(observation).find(({ members }) => members.includes(name));
  if (group === undefined || lost.length < group.spare) return undefined;
  const others = lost.map((member) => `${member.name} is ${member.health}`).join(", ");
  const why = others === "" ? `there is none to spare of ${peers.length}` : others;
  return `${name} still serves and cannot be spared: ${why}`;
}
