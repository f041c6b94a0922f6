// The named operations on one member's container. Each changes nothing when it is already so.
import type Docker from "dockerode";
import { unreachable } from "../../domain/errors.ts";
import type { MemberOperation } from "../../domain/runtime.ts";
import { needsToRun, startOfPaused } from "../member-errors.ts";
import { waitUntil } from "../wait-until.ts";
import { ASK_MS } from "./container.ts";
import { endSaving } from "./end-saving.ts";
import { askEngine } from "./engine.ts";
import { isAnswered } from "./engine-failure.ts";
import { containerOf, type DockerMember, findContainer } from "./member.ts";
import { awaitReady } from "./ready.ts";

export interface MemberCall {
  readonly member: DockerMember;
  readonly signal: AbortSignal;
}

/** Between SIGTERM and SIGKILL. */
const GRACE_S = 5;
const STOP_MS = GRACE_S * 1_000 + ASK_MS;
/** From the engine's answer to a kill to the container's end. */
const GONE_WITHIN_MS = 5_000;

/** Rejects as `Runtime.operate` says. */
export async function operateOn(call: MemberCall, operation: MemberOperation): Promise<void> {
  switch (operation) {
    case "start":
      return start(call);
    case "stop":
      return stop(call);
    case "restart":
      return restart(call);
    case "kill":
      return kill(call);
    case "pause":
      return pause(call);
    case "resume":
      return resume(call);
    default:
      return unreachable(operation);
  }
}

async function start(call: MemberCall): Promise<void> {
  const { subject, plan } = call.member;
  const { id, state } = await containerOf(call.member, "starting");
  if (state === "paused") throw startOfPaused(subject.topology.subject, plan.name);
  if (state === "stopped") {
    await change(call, { doing: "starting", id }, (container) =>
      container.start({ abortSignal: AbortSignal.timeout(ASK_MS) }),
    );
  }
  await awaitReady(call);
}

/** A paused one is resumed, for it could not hear the signal to end. */
async function stop(call: MemberCall): Promise<void> {
  const { id, state } = await containerOf(call.member, "stopping");
  if (state === "stopped") return;
  if (state === "paused") {
    await change(call, { doing: "stopping", id }, (container) => container.unpause());
  }
  const { subject, plan } = call.member;
  const { name } = plan;
  const ask = subject.savesAtEnd?.[name];
  if (ask) {
    const { site, clock } = subject;
    return endSaving(site, { id, name, clock, lossAtEnd: () => ask(plan) });
  }
  await change(call, { doing: "stopping", id }, (container) =>
    container.stop({ t: GRACE_S, abortSignal: AbortSignal.timeout(STOP_MS) }),
  );
}

/**
 * By the engine as one: whoever asked for it may be gone between the end and the start. But the
 * engine would kill what is still saving.
 */
async function restart(call: MemberCall): Promise<void> {
  const { subject, plan } = call.member;
  if (subject.savesAtEnd?.[plan.name]) {
    await stop(call);
    return start(call);
  }
  const { id, state } = await containerOf(call.member, "restarting");
  if (state === "stopped") return start(call);
  if (state === "paused") await resume(call);
  await change(call, { doing: "restarting", id }, (container) =>
    container.restart({ t: GRACE_S, abortSignal: AbortSignal.timeout(STOP_MS + ASK_MS) }),
  );
  await awaitReady(call);
}

async function kill(call: MemberCall): Promise<void> {
  const { id, state } = await containerOf(call.member, "killing");
  if (state === "stopped") return;
  await change(call, { doing: "killing", id }, (container) =>
    container.kill({ signal: "SIGKILL", abortSignal: AbortSignal.timeout(ASK_MS) }),
  );
  const isGone = async () => (await findContainer(call.member))?.state !== "running";
  await waitUntil(isGone, { withinMs: GONE_WITHIN_MS, clock: call.member.subject.clock });
}

async function pause(call: MemberCall): Promise<void> {
  const { id, state } = await containerOf(call.member, "pausing");
  if (state === "stopped") throw needsToRun("pausing", call.member.plan.name);
  if (state === "paused") return;
  await change(call, { doing: "pausing", id }, (container) => container.pause());
}

async function resume(call: MemberCall): Promise<void> {
  const { id, state } = await containerOf(call.member, "resuming");
  if (state === "stopped") throw needsToRun("resuming", call.member.plan.name);
  if (state === "running") return;
  await change(call, { doing: "resuming", id }, (container) => container.unpause());
}

/** What the container already is, somebody else has made it meanwhile. */
async function change(
  { member }: MemberCall,
  { doing, id }: { readonly doing: string; readonly id: string },
  make: (container: Docker.Container) => Promise<unknown>,
): Promise<void> {
  const { engine } = member.subject.site;
  await askEngine(engine, `${doing} ${member.plan.name}`, async () => {
    try {
      await make(engine.client.getContainer(id));
    } catch (error) {
      if (!isAnswered(error, 304)) throw error;
    }
  });
}
