// One member as the local runtime handles it: what was declared, where its files are, how it is
// now, and the lock that lets one operation at a time touch it.
import type { Clock } from "../../domain/clock.ts";
import { OperatorError } from "../../domain/errors.ts";
import type { MemberState, MemberStatus } from "../../domain/runtime.ts";
import type { MemberPlan, SubjectDefinition, Topology } from "../../domain/subject.ts";
import { withFileLock } from "../../infra/file-lock.ts";
import { withFileErrors } from "../../infra/files.ts";
import { stateOf } from "../../infra/process-identity.ts";
import { planOf } from "../member-errors.ts";
import { type MemberPaths, memberPaths, type SubjectPaths } from "./layout.ts";
import { type ProcessRecord, readLastExit, readProcess } from "./records.ts";

/** A subject that is up on this machine, and the world that its operations need. */
export interface LocalSubject {
  readonly definition: SubjectDefinition;
  readonly topology: Topology;
  readonly paths: SubjectPaths;
  readonly home: string;
  /** How this executable is started again: the front of an argv. */
  readonly self: readonly string[];
  readonly clock: Clock;
}

/** Enough to end a member's process, even when its topology is lost. */
export interface MemberHandle {
  readonly name: string;
  readonly paths: MemberPaths;
  readonly clock: Clock;
  /**
   * What it holds is to be kept, and is written when it ends: gives what would be lost all the
   * same. Absent where nothing is to be kept.
   */
  readonly lossAtEnd?: (() => Promise<string | undefined>) | undefined;
}

export interface LocalMember extends MemberHandle {
  readonly subject: LocalSubject;
  readonly plan: MemberPlan;
}

/** A restart may take 10 s to stop and 30 s to start. */
const LOCK_WITHIN_MS = 60_000;

/** In declared order. */
export function membersOf(subject: LocalSubject): readonly LocalMember[] {
  return subject.topology.members.map((plan) => handleOf(subject, plan));
}

/** Throws code "not_found" with the valid names. */
export function memberOf(subject: LocalSubject, name: string): LocalMember {
  return handleOf(subject, planOf(subject.topology, name));
}

export async function statusOf({ plan, paths }: LocalMember): Promise<MemberStatus> {
  const { name, role, isStandIn, ports } = plan;
  const record = await readProcess(paths);
  const state = stateOfRecord(record);
  const declared = { name, role, state, isStandIn, ports };
  if (record && state !== "stopped") {
    return { ...declared, pid: record.pid, startedAtMs: record.startedAtMs, lastExit: null };
  }
  const lastExit = record ? ((await readLastExit(paths)) ?? "gone") : null;
  return { ...declared, pid: null, startedAtMs: null, lastExit };
}

export function stateOfRecord(record: ProcessRecord | undefined): MemberState {
  const state = record ? stateOf(record) : "gone";
  return state === "gone" ? "stopped" : state;
}

/** Rejects with code "conflict" when another operation on the member does not end in time. */
export async function withMemberLock<T>(member: MemberHandle, work: () => Promise<T>): Promise<T> {
  const { name, paths, clock } = member;
  return withFileErrors(`handling ${name} in ${paths.dir}`, () =>
    withFileLock({ path: paths.lock, withinMs: LOCK_WITHIN_MS, clock }, work),
  );
}

export function notUp(subject: string): OperatorError {
  return new OperatorError("runtime", `${subject} is not up`, {
    hint: `operator subject up ${subject}`,
  });
}

function handleOf(subject: LocalSubject, plan: MemberPlan): LocalMember {
  const { name } = plan;
  const { clock, definition } = subject;
  const ask = definition.savesAtEnd?.[name];
  const lossAtEnd = ask && (() => ask(plan));
  return { subject, plan, name, paths: memberPaths(subject.paths, name), clock, lossAtEnd };
}
