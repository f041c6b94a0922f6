// The local runtime: members as processes on loopback, which outlive the command that started them.

import type { Clock } from "../../domain/clock.ts";
import { unreachable } from "../../domain/errors.ts";
import type { MemberOperation, Runtime } from "../../domain/runtime.ts";
import type { SubjectDefinition, Topology } from "../../domain/subject.ts";
import { killMember, pauseMember, resumeMember, stopMember } from "./end.ts";
import { subjectPaths } from "./layout.ts";
import { tailOfLog } from "./log-file.ts";
import {
  type LocalMember,
  type LocalSubject,
  memberOf,
  membersOf,
  statusOf,
  withMemberLock,
} from "./member.ts";
import { readTopology } from "./records.ts";
import { startMember } from "./start.ts";

export interface OpenLocalOptions {
  readonly definition: SubjectDefinition;
  readonly home: string;
  /** How this executable is started again: the front of an argv. */
  readonly self: readonly string[];
  readonly clock: Clock;
}

/** Undefined when the subject is not up in this home. Starts nothing. */
export async function openLocalRuntime(
  options: OpenLocalOptions,
): Promise<{ readonly runtime: Runtime; readonly topology: Topology } | undefined> {
  const paths = subjectPaths(options.home, options.definition.name);
  const topology = await readTopology(paths);
  return topology && { runtime: createLocalRuntime({ ...options, paths, topology }), topology };
}

export function createLocalRuntime(subject: LocalSubject): Runtime {
  return {
    name: "local",
    members: () => Promise.all(membersOf(subject).map(statusOf)),
    logs: async (name, { lines }) => tailOfLog(memberOf(subject, name).paths.log, lines),
    async operate(name, operation, signal = new AbortController().signal) {
      const member = memberOf(subject, name);
      await withMemberLock(member, () => operateOn(member, operation, signal));
      return statusOf(member);
    },
  };
}

async function operateOn(
  member: LocalMember,
  operation: MemberOperation,
  signal: AbortSignal,
): Promise<void> {
  switch (operation) {
    case "start":
      return startMember(member, signal);
    case "stop":
      return stopMember(member);
    case "restart":
      await stopMember(member);
      return startMember(member, signal);
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
