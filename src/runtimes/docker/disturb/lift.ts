// Lifts what helpers hold. One that lives takes away what it has made, and ends; after one that was
// killed at whatever step another helper does.
import type { FoundContainer, Site } from "../container.ts";
import { findContainer } from "../member.ts";
import { awaitEnd, awaitHelper, type DisturbCall, isInForce } from "./await-helper.ts";
import { type FoundHelper, findHelpers, type HelperPlace, runOf } from "./find-helpers.ts";
import { endHelper, removeHelper, startHelper } from "./helpers.ts";
import type { HeldType } from "./order.ts";
import { isVolumeThere } from "./volume.ts";

/** For what it takes away. */
const GRACE_MS = 5_000;

/** Idempotent; of all types when none is named. */
export async function liftHeld(call: DisturbCall, type: HeldType | undefined): Promise<void> {
  const { member } = call;
  // One that the engine is still making for an injector that was killed is there a moment later.
  await awaitHelper(call, async () => {
    const search = { member: member.plan.name, type };
    const helpers = await findHelpers(member.subject.site, search);
    await liftAll(call, helpers);
    return helpers.length === 0;
  });
}

async function liftAll(call: DisturbCall, helpers: readonly FoundHelper[]): Promise<void> {
  const { site } = call.member.subject;
  const ended = await Promise.all(
    helpers.map(async (helper) => ({ ...helper, isClean: await end(call, helper.id) })),
  );
  const left = ended.filter(({ isClean }) => !isClean);
  const places = new Map(left.map((helper) => [helper.type, helper.volume]));
  for (const [type, volume] of places) await sweep(call, { type, volume });
  await Promise.all(helpers.map(({ id }) => removeHelper(site, id)));
}

/** One that is only beginning does not hear yet that it is to end. */
async function end(call: DisturbCall, id: string): Promise<boolean> {
  const graceMs = (await isInForce(call, id)) ? GRACE_MS : 0;
  return endHelper(call.member.subject.site, id, graceMs);
}

/** In the namespace of a container that does not run there is nothing; on its volume there is. */
async function sweep(
  call: DisturbCall,
  { type, volume }: { readonly type: HeldType; readonly volume: string | undefined },
): Promise<void> {
  const { member, image } = call;
  const { site } = member.subject;
  const container = await findContainer(member);
  const place = volume === undefined ? networkOf(container) : await volumeOf(site, volume);
  if (!place) return;
  const order = { do: "lift", type } as const;
  const run = container ? runOf(container) : "gone";
  try {
    const id = await startHelper(site, { member: member.plan.name, run, place, order, image });
    await awaitEnd(call, id);
    await removeHelper(site, id);
  } catch (error) {
    // With the container's run its namespace has ended, and what was in it.
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
