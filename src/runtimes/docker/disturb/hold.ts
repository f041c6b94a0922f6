// Disturbances that a helper container holds: brought into force, and lifted by another one.
import { OperatorError } from "../../../domain/errors.ts";
import { planOf } from "../../member-errors.ts";
import { waitUntil } from "../../wait-until.ts";
import type { FoundContainer, Site } from "../container.ts";
import { tailOfContainer } from "../logs.ts";
import { containerOf, type DockerMember, findContainer } from "../member.ts";
import {
  type FoundHelper,
  findHelpers,
  type HelperPlace,
  type HelperPlan,
  lookAtHelper,
  removeHelper,
  runOf,
  startHelper,
} from "./helpers.ts";
import { type Held, type HeldType, type HoldOrder, IN_FORCE } from "./order.ts";
import { boundedVolumeOf, isVolumeThere } from "./volume.ts";

export interface HoldCall {
  readonly member: DockerMember;
  readonly image: string;
  readonly signal: AbortSignal;
}

/** From the start of a helper to the end of its work; on a busy machine a few seconds. */
const DONE_WITHIN_MS = 20_000;
const LINES_READ = 20;
/** As the engine's name server knows a container: by the front of its id. */
const SHORT_ID = 12;

/** In force when it resolves; when it rejects, nothing is left. */
export async function hold(call: HoldCall, held: Held, container: FoundContainer): Promise<void> {
  const { member, image } = call;
  const { site } = member.subject;
  const order = await orderOf(call, held);
  const place =
    held.type === "disk"
      ? { volume: await boundedVolumeOf(site, container) }
      : { network: container.id };
  const plan = { member: member.plan.name, run: runOf(container), place, order, image };
  const same = await findSame(site, plan);
  if (!same) await liftHeld(call, held.type);
  let isInForce = false;
  try {
    await awaitInForce(call, same?.id ?? (await startHelper(site, plan)));
    await checkRun(member, container);
    isInForce = true;
  } finally {
    if (!isInForce) await liftHeld({ ...call, signal: new AbortController().signal }, held.type);
  }
}

/** A helper that holds exactly this, or is about to: its injector may have been killed. */
async function findSame(site: Site, plan: HelperPlan): Promise<FoundHelper | undefined> {
  const wanted = JSON.stringify(plan.order);
  const found = await findHelpers(site, { member: plan.member });
  return found.find(
    ({ isRunning, run, order }) => isRunning && run === plan.run && order === wanted,
  );
}

/** A restart meanwhile has left it in a namespace that has ended. */
async function checkRun(member: DockerMember, container: FoundContainer): Promise<void> {
  const now = await findContainer(member);
  if (now && runOf(now) === runOf(container)) return;
  throw new OperatorError("runtime", `disturbing ${member.plan.name}: it was restarted meanwhile`);
}

async function orderOf({ member }: HoldCall, held: Held): Promise<HoldOrder> {
  const { subject, plan } = member;
  const peers = "peers" in held ? held.peers : [];
  const containers = await Promise.all(
    peers.map((name) =>
      containerOf({ subject, plan: planOf(subject.topology, name) }, `disturbing ${plan.name} to`),
    ),
  );
  const hosts = containers.map(({ id }) => id.slice(0, SHORT_ID));
  return { do: "hold", disturbance: held, hosts };
}

async function awaitInForce(call: HoldCall, id: string): Promise<void> {
  const { member } = call;
  const isInForce = async () => {
    const said = await saidBy(call, id);
    if (said.includes(IN_FORCE)) return true;
    const look = await lookAtHelper(member.subject.site, id);
    if (look?.isRunning) return false;
    const why = look
      ? (said.at(-1) ?? `exit ${look.exitCode}`)
      : "somebody has lifted it meanwhile";
    throw new OperatorError("runtime", `disturbing ${member.plan.name}: ${why}`);
  };
  await awaitHelper(call, isInForce);
}

/** One that is gone was removed by somebody who had lifted the same before. */
async function awaitEnd(call: HoldCall, id: string): Promise<void> {
  const { member } = call;
  const hasEnded = async () => {
    const look = await lookAtHelper(member.subject.site, id);
    if (look?.isRunning) return false;
    if (!look || look.exitCode === 0) return true;
    const why = (await saidBy(call, id)).at(-1) ?? `exit ${look.exitCode}`;
    throw new OperatorError("runtime", `lifting what disturbs ${member.plan.name}: ${why}`);
  };
  await awaitHelper(call, hasEnded);
}

async function awaitHelper(
  { member, signal }: HoldCall,
  isDone: () => Promise<boolean>,
): Promise<void> {
  const { clock } = member.subject;
  if (await waitUntil(isDone, { withinMs: DONE_WITHIN_MS, clock, signal })) return;
  const doing = `waiting for the helper container of ${member.plan.name}`;
  if (signal.aborted) throw new OperatorError("interrupted", `${doing}: interrupted`);
  throw new OperatorError("runtime", `${doing}: not done in ${DONE_WITHIN_MS / 1000} s`);
}

async function saidBy({ member }: HoldCall, id: string): Promise<readonly string[]> {
  const container = { id, service: `a helper of ${member.plan.name}` };
  const text = await tailOfContainer(member.subject.site, { container, lines: LINES_READ });
  return text === "" ? [] : text.split("\n");
}

/** Idempotent; of all types when none is named. */
export async function liftHeld(call: HoldCall, type: HeldType | undefined): Promise<void> {
  const { member } = call;
  const { site } = member.subject;
  const helpers = await findHelpers(site, { member: member.plan.name, type });
  const types = new Set(helpers.map((helper) => helper.type));
  for (const each of types) await sweep(call, { type: each, helpers });
  await Promise.all(helpers.map(({ id }) => removeHelper(site, id)));
}

/**
 * Takes away what helpers have made, before they go: until then a way around still leads somewhere.
 * In the namespace of a container that does not run there is nothing; on its volume there is.
 */
async function sweep(
  call: HoldCall,
  { type, helpers }: { readonly type: HeldType; readonly helpers: readonly FoundHelper[] },
): Promise<void> {
  const { member, image } = call;
  const { site } = member.subject;
  const container = await findContainer(member);
  const volume = helpers.find((helper) => helper.type === type)?.volume;
  const place = volume === undefined ? networkOf(container) : await volumeOf(site, volume);
  if (!place) return;
  const order = { do: "lift" as const, type };
  const run = container ? runOf(container) : "gone";
  try {
    const id = await startHelper(site, { member: member.plan.name, run, place, order, image });
    await awaitEnd(call, id);
    await removeHelper(site, id);
  } catch (error) {
    // With the container's run the namespace has ended, and what was in it.
    const now = await findContainer(member);
    if (volume !== undefined || (now && runOf(now) === run)) throw error;
  }
}

function networkOf(container: FoundContainer | undefined): HelperPlace | undefined {
  return container && container.state !== "stopped" ? { network: container.id } : undefined;
}

/** One that is gone would be made anew by mounting it. */
async function volumeOf(site: Site, volume: string): Promise<HelperPlace | undefined> {
  return (await isVolumeThere(site, volume)) ? { volume } : undefined;
}
