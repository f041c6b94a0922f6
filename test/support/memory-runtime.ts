// Members that are nothing but their state, for those who only need somebody to operate on.
import type { MemberOperation, MemberStatus, Runtime } from "../../src/domain/runtime.ts";

export interface MemoryRuntime {
  readonly runtime: Runtime;
  /** What was done, as "stop store1". */
  readonly done: string[];
  /** What is there to be changed by a test. */
  readonly members: Map<string, MemberStatus>;
  /** Operations wait until it is called, from now on. */
  hold(): () => void;
}

/** Roles by name. All run. */
export function memoryRuntime(roles: Readonly<Record<string, string>>): MemoryRuntime {
  const members = new Map(
    Object.entries(roles).map(([name, role]) => [name, runningMember(name, role)] as const),
  );
  const plans = Object.entries(roles).map(([name, role]) => ({
    ...{ name, role, isStandIn: true, settings: {} },
    ports: { http: 8080 },
  }));
  const done: string[] = [];
  let held: Promise<void> = Promise.resolve();
  const runtime: Runtime = {
    name: "docker",
    topology: { subject: "toy", timeScale: 1, members: plans, endpoints: [] },
    members: async () => [...members.values()],
    logs: async (name, { lines }) =>
      Array.from({ length: lines }, (_, index) => `${name} says ${index}`).join("\n"),
    async operate(name, operation) {
      await held;
      done.push(`${operation} ${name}`);
      const before = members.get(name) ?? runningMember(name, "?");
      const after = { ...before, state: stateAfter(operation) };
      members.set(name, after);
      return after;
    },
  };
  return {
    ...{ runtime, done, members },
    hold() {
      const { promise, resolve } = Promise.withResolvers<void>();
      held = promise;
      return resolve;
    },
  };
}

function runningMember(name: string, role: string): MemberStatus {
  return {
    ...{ name, role, state: "running", isStandIn: true, pid: 1, startedAtMs: 1 },
    ports: { http: 8080 },
    lastExit: null,
  };
}

function stateAfter(operation: MemberOperation): MemberStatus["state"] {
  if (operation === "stop" || operation === "kill") return "stopped";
  return operation === "pause" ? "paused" : "running";
}
