// Pure: what taking one member away for a moment would cost its role, by the broker's own look at
// the containers. What an agent believes does not count here.
import type { MemberStatus } from "../../domain/runtime.ts";
import type { OfferedOperation } from "./protocol.ts";

export interface Interruption {
  readonly operation: OfferedOperation;
  readonly target: string;
  readonly members: readonly MemberStatus[];
  /** Members that an operation under way takes away, or brings back, at this moment. */
  readonly inWork: readonly string[];
}

/**
 * Why it must not be done now; undefined when nothing stands against it. A majority of the role
 * keeps running. What does not run has nothing to lose; of what runs and is unhealthy by its own
 * health check, a restart alone brings it back.
 */
export function harmOf({ operation, target, members, inWork }: Interruption): string | undefined {
  if (operation === "start" || operation === "resume") return undefined;
  const member = members.find(({ name }) => name === target);
  if (member?.state !== "running") return undefined;
  const role = members.filter((one) => one.role === member.role);
  const others = role.filter(({ name }) => name !== target);
  const left = others.filter((one) => serves(one) && !inWork.includes(one.name)).length;
  if (left * 2 > role.length) return undefined;
  const isAlone = others.every(({ name }) => !inWork.includes(name));
  if (operation === "restart" && member.health === "unhealthy" && isAlone) return undefined;
  const rest = `${left} of ${role.length} members of role ${member.role} running`;
  return `it would leave ${rest}, which is no majority`;
}

/** One that has just been started, and has not answered yet, is no support. */
function serves({ state, health }: MemberStatus): boolean {
  return state === "running" && health !== "starting" && health !== "unhealthy";
}
