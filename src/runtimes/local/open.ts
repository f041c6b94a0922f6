// The local runtime: members as processes on loopback, which outlive the command that started them.

import { resolve } from "node:path";
import type { Clock } from "../../domain/clock.ts";
import { unreachable } from "../../domain/errors.ts";
import type { MemberOperation, Runtime } from "../../domain/runtime.ts";
import type { SubjectDefinition, Topology } from "../../domain/subject.ts";
import { killMember, pauseMember, resumeMember, stopMember } from "./end.ts";
import { subjectPaths } from "./layout.ts";
import { followLog, tailOfLog } from "./log-file.ts";
import { type LocalSubject, memberOf, membersOf, statusOf, withMemberLock } from "./member.ts";
import type { Start } from "./ready.ts";
import { readTopology } from "./records.ts";
import { startMember } from "./start.ts";

export interface OpenLocalOptions {
  readonly definition: SubjectDefinition;
  readonly home: string;
  /** How this executable is started again: the front of an argv. */
  readonly self: readonly string[];
  readonly clock: Clock;
}

export interface LocalRuntime {
  readonly runtime: Runtime;
  readonly topology: Topology;
}

/** Undefined when the subject is not up in this home. Starts nothing. */
export async function openLocalRuntime(
  options: OpenLocalOptions,
): Promise<LocalRuntime | undefined> {
  const home = resolve(options.home);
  const paths = subjectPaths(home, options.definition.name);
  const topology = await readTopology(paths);
  if (!topology) return undefined;
  return { runtime: createLocalRuntime({ ...options, home, paths, topology }), topology };
}

export function createLocalRuntime(subject: LocalSubject): Runtime {
  return {
    name: "local",
    topology: subject.topology,
    members: () => Promise.all(membersOf(subject).map(statusOf)),
    logs: async (name, { lines }) => tailOfLog(memberOf(subject, name).paths.log, lines),
    async followLog(name, options) {
      const member = memberOf(subject, name);
      const isWritten = async () => (await statusOf(member)).state !== "stopped";
      await followLog(member.paths.log, { ...options, clock: subject.clock, isWritten });
    },
    async operate(name, operation, signal = new AbortController().signal) {
      const member = memberOf(subject, name);
      await withMemberLock(member, () => operateOn({ member, signal }, operation));
      return statusOf(member);
    },
  };
}

async function operateOn(start: Start, operation: MemberOperation): Promise<void> {
  const { member } = start;
  switch (operation) {
    case "start":
      return startMember(start);
    case "stop":
      return stopMember(member);
    case "restart":
      await stopMember(member);
      return startMember({ ...start, isOwed: true });
    case "kill":
      return killMember(member);
    case "pause":
      return pauseMember(member);
    case "resume":
      return resumeMember(member);
    default:
      return unreachable(operation);
  }
}
