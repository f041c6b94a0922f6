// The other end of a start: this process becomes the member that it was launched for, or ends.
import { OperatorError } from "../../domain/errors.ts";
import type { MemberPlan, Topology } from "../../domain/subject.ts";
import { withFileErrors } from "../../infra/files.ts";
import { memberPaths, subjectPaths } from "./layout.ts";
import { notUp } from "./member.ts";
import { claimMember, readTopology, writeLastExit } from "./records.ts";

export interface ClaimOptions {
  readonly home: string;
  readonly subject: string;
  readonly member: string;
  /** From the environment that the starter gave: LAUNCH_ENV. */
  readonly token: string;
  readonly startedAtMs: number;
}

export interface ClaimedMember {
  readonly plan: MemberPlan;
  readonly topology: Topology;
  readonly dataDir: string;
  /** The last thing that the process does. */
  recordExit(exitCode: number): Promise<void>;
}

/** Rejects with code "conflict" when a later start, a stop or a `down` took this start back. */
export async function becomeMember(options: ClaimOptions): Promise<ClaimedMember> {
  const { home, subject, member, token, startedAtMs } = options;
  const paths = subjectPaths(home, subject);
  const topology = await readTopology(paths);
  if (!topology) throw notUp(subject);
  const plan = topology.members.find(({ name }) => name === member);
  if (!plan) throw new OperatorError("not_found", `no member "${member}" in ${subject}`);
  const files = memberPaths(paths, member);
  if (!(await claimMember(files, { token, startedAtMs, pid: process.pid }))) {
    throw new OperatorError(
      "conflict",
      `becoming ${member} of ${subject}: its start was taken back`,
    );
  }
  return {
    plan,
    topology,
    dataDir: files.data,
    recordExit: (exitCode) =>
      withFileErrors(`recording the end of ${member}`, () =>
        writeLastExit(files, `exit code ${exitCode}`),
      ),
  };
}
