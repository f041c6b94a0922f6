// Members that can be disturbed from outside, without an engine: a fake of the two ports.
import type { Disturber, FoundDisturbance } from "../../src/domain/disturbance.ts";
import { OperatorError } from "../../src/domain/errors.ts";
import type { MemberState, Runtime } from "../../src/domain/runtime.ts";

export interface DisturbedMembers {
  readonly runtime: Runtime & { readonly disturber: Disturber };
  readonly found: FoundDisturbance[];
  /** By member; `running` for who is not named. */
  readonly states: Record<string, MemberState>;
  /** Of those that are stopped, who ended as it was asked to. */
  readonly orderly: string[];
}

export function disturbableMembers(
  names: readonly string[],
  name: Runtime["name"] = "docker",
): DisturbedMembers {
  const found: FoundDisturbance[] = [];
  const states: Record<string, MemberState> = {};
  const orderly: string[] = [];
  const isAt =
    (member: string, type = "") =>
    (one: FoundDisturbance) =>
      one.member === member && (type === "" || one.type === type);
  const disturber: Disturber = {
    async apply(member, { type }) {
      if (!names.includes(member)) throw new OperatorError("not_found", `no member "${member}"`);
      if (!found.some(isAt(member, type))) found.push({ member, type, text: `some ${type}` });
    },
    async lift(member, type) {
      const isLifted = isAt(member, type);
      found.splice(0, found.length, ...found.filter((one) => !isLifted(one)));
    },
  };
  const statusOf = (member: string) => ({
    name: member,
    role: "member",
    state: states[member] ?? "running",
    isStandIn: true,
    pid: 1,
    startedAtMs: 0,
    ports: {},
    lastExit: null,
    hasFailed: states[member] === "stopped" && !orderly.includes(member),
    disturbances: found.filter(isAt(member)),
  });
  const runtime = {
    name,
    topology: { subject: "toy", timeScale: 1, members: [], endpoints: [] },
    members: async () => names.map(statusOf),
    logs: async () => "",
    async operate(member: string) {
      states[member] = "running";
      return statusOf(member);
    },
    disturber,
  };
  return { runtime, found, states, orderly };
}
