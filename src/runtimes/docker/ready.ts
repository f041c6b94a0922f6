// Waits until a member that was started answers, and says why when it does not.
import type { OperatorError } from "../../domain/errors.ts";
import { failedStart, interruptedStart, LOG_LINES_SHOWN } from "../member-errors.ts";
import { askReady, placeOf, type ReadyLook } from "../ready-probe.ts";
import { untilReady } from "../until-ready.ts";
import type { FoundContainer } from "./container.ts";
import { tailOfContainer } from "./logs.ts";
import { type DockerMember, findContainer } from "./member.ts";
import type { MemberCall } from "./operate.ts";

/** Rejects as soon as the container ends, at the latest when the time is over. */
export async function awaitReady({ member, signal }: MemberCall): Promise<void> {
  const look = async () => {
    const container = await findContainer(member);
    if (container?.state !== "running") throw await hasEnded(member, container);
    return lookAt(member, container, signal);
  };
  const failure = await untilReady(look, { clock: member.subject.clock, signal });
  if (failure === undefined) return;
  const { topology } = member.subject;
  if (signal.aborted) {
    throw interruptedStart({ subject: topology.subject, name: member.plan.name });
  }
  throw await notStarted(member, failure);
}

/** Where its published ports cannot be reached from here, its health check says it. */
async function lookAt(
  { subject, plan }: DockerMember,
  { health }: FoundContainer,
  signal: AbortSignal,
): Promise<ReadyLook> {
  if (!subject.site.engine.isHere) {
    return { isReady: health !== "starting" && health !== "unhealthy", found: health ?? "runs" };
  }
  const probe = subject.readyProbe(plan);
  const look = await askReady(probe, signal);
  return { ...look, found: `${placeOf(probe)}: ${look.found}` };
}

async function hasEnded(
  member: DockerMember,
  container: FoundContainer | undefined,
): Promise<OperatorError> {
  if (container?.state === "paused") return notStarted(member, "somebody has paused it");
  return notStarted(member, `it ended before it answered (${container?.lastExit ?? "gone"})`);
}

/** With the end of the member's log. */
async function notStarted(member: DockerMember, cause: string): Promise<OperatorError> {
  const { site, topology } = member.subject;
  const container = await findContainer(member);
  const log = container ? await tailOfContainer(site, { container, lines: LOG_LINES_SHOWN }) : "";
  return failedStart({ subject: topology.subject, name: member.plan.name, cause, log });
}
