// Whether taking one member away for a moment would cost the cluster a majority.
import type { TikvObservation } from "../observation.ts";
import { tikvQuorums } from "../quorums.ts";

/**
 * The reason not to interrupt this member; undefined when nothing is lost by it. A member that does
 * not serve costs nothing; one that could not be seen counts as lost already.
 */
export function harmOfInterrupting(observation: TikvObservation, name: string): string | undefined {
  const healthOf = (one: string) =>
    observation.members.find((member) => member.name === one)?.health ?? "away";
  const group = tikvQuorums(observation).find(({ members }) => members.includes(name));
  if (group === undefined || healthOf(name) === "down") return undefined;
  // Who answers us, and whom its peers do not hear, is lost to them.
  const stateOf = (one: string) =>
    healthOf(one) === "up" && group.cutOff?.includes(one) ? "cut off" : healthOf(one);
  const lost = group.members.filter((one) => one !== name && stateOf(one) !== "up");
  if (lost.length < group.spare) return undefined;
  const others = lost.map((one) => `${one} is ${stateOf(one)}`).join(", ");
  const why = others === "" ? `there is none to spare of ${group.members.length}` : others;
  return `${name} still serves and cannot be spared: ${why}`;
}
