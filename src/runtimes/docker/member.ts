// One member as the docker runtime handles it: what was declared, and its container as it is now.

import type { Clock } from "../../domain/clock.ts";
import { OperatorError } from "../../domain/errors.ts";
import type { MemberStatus } from "../../domain/runtime.ts";
import type { MemberPlan, ReadyProbe, SavingMembers, Topology } from "../../domain/subject.ts";
import { type FoundContainer, findContainers, type Site } from "./container.ts";

/** A subject that runs as one compose project, and the world that its operations need. */
export interface DockerSubject {
  readonly site: Site;
  /** Members are named as their services; their ports are the published ones. */
  readonly topology: Topology;
  /** Answered as told when the member is up. */
  readonly readyProbe: (member: MemberPlan) => ReadyProbe;
  readonly savesAtEnd?: SavingMembers;
  readonly clock: Clock;
}

export interface DockerMember {
  readonly subject: DockerSubject;
  readonly plan: MemberPlan;
}

/** A container that is gone is a member that is stopped. */
export function describeMember(plan: MemberPlan, found: FoundContainer | undefined): MemberStatus {
  const { name, role, isStandIn, ports } = plan;
  const declared = { name, role, isStandIn, ports };
  if (!found) {
    return { ...declared, state: "stopped", pid: null, startedAtMs: null, lastExit: "gone" };
  }
  const { state, pid, startedAtMs, lastExit, hasFailed, health } = found;
  return { ...declared, state, pid, startedAtMs, lastExit, hasFailed, health };
}

export async function findContainer({
  subject,
  plan,
}: DockerMember): Promise<FoundContainer | undefined> {
  const [found] = await findContainers(subject.site, { service: plan.name });
  return found;
}

/** Rejects with code "runtime" when somebody has removed it. */
export async function containerOf(member: DockerMember, doing: string): Promise<FoundContainer> {
  const found = await findContainer(member);
  if (found) return found;
  const { site, topology } = member.subject;
  const where = `project ${site.project} has none`;
  throw new OperatorError(
    "runtime",
    `${doing} ${member.plan.name}: its container is gone, ${where}`,
    {
      hint: `operator subject up ${topology.subject} makes it again`,
    },
  );
}
