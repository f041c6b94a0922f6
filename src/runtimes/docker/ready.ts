// Waits until a member that was started answers, and says why when it does not.
import type { OperatorError } from "../../domain/errors.ts";
import { failedStart, interruptedStart, LOG_LINES_SHOWN } from "../member-errors.ts";
import { askReady, placeOf, type ReadyLook } from "../ready-probe.ts";
import { waitUntil } from "../wait-until.ts";
import type { FoundContainer } from "./container.ts";
import { tailOfContainer } from "./logs.ts";
import { type DockerMember, findContainer } from "./member.ts";
import type { MemberCall } from "./operate.ts";

/** A real store opens its files in seconds; on a slow disk in tens of them. */
const READY_WITHIN_MS = 30_000;

/** Rejects as soon as the container ends, at the latest when the time is over. */
export async function awaitReady({ member, signal }: MemberCall): Promise<void> {
  let found = "not asked";
  const isReady = async () => {
    const container = await findContainer(member);
    if (container?.state !== "running") throw await hasEnded(member, container);
    const look = await lookAt(member, container, signal);
    found = look.found;
    return look.isReady;
  };
  const limits = { withinMs: READY_WITHIN_MS, clock: member.subject.clock, signal };
  if (await waitUntil(isReady, limits)) return;
  const { topology } = member.subject;
  if (signal.aborted) {
    throw interruptedStart({ subject: topology.subject, name: member.plan.name });
  }
  throw await notStarted(member, `no answer in ${READY_WITHIN_MS / 1000} s (${found})`);
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
