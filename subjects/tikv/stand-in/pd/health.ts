// Whether the members answer: what /health tells, and what the PD leader's metrics remember of it.
import { officeOf, type PdMember } from "./member.ts";
import type { PdPlan } from "./settings.ts";

/**
 * By name, in declared order. One member after the other, as PD does it (CheckHealth of
 * server/cluster/cluster.go): a silent one costs its whole deadline.
 */
export async function probeMembers(member: PdMember): Promise<ReadonlyMap<string, boolean>> {
  const healths = new Map<string, boolean>();
  for (const plan of member.settings.members) {
    const isSelf = plan === member.settings.self;
    healths.set(plan.name, isSelf || (await answersPing(member, plan)));
  }
  return healths;
}

/** Does nothing on a member that is not PD leader. */
export async function tickMemberHealth(member: PdMember): Promise<void> {
  const office = officeOf(member);
  if (office) office.memberHealth = await probeMembers(member);
}

/** Any failure means that it is not healthy; which one is not told. */
async function answersPing(member: PdMember, plan: PdPlan): Promise<boolean> {
  const limits = [member.signal, AbortSignal.timeout(member.settings.timings.probeMs)];
  try {
    const url = `${plan.clientUrl}/pd/api/v1/ping`;
    const response = await fetch(url, { signal: AbortSignal.any(limits) });
    return response.status === 200;
  } catch {
    return false;
  }
}
