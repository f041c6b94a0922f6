// Brings a disturbance into force that a helper container holds.
import { OperatorError } from "../../../domain/errors.ts";
import { planOf } from "../../member-errors.ts";
import type { FoundContainer, Site } from "../container.ts";
import { containerOf, type DockerMember, findContainer } from "../member.ts";
import { awaitInForce, type DisturbCall } from "./await-helper.ts";
import { type FoundHelper, findHelpers, type HelperPlan, runOf } from "./find-helpers.ts";
import { startHelper } from "./helpers.ts";
import { liftHeld } from "./lift.ts";
import type { Held, HoldOrder } from "./order.ts";
import { boundedVolumeOf } from "./volume.ts";

/** As the engine's name server knows a container: by the front of its id. */
const SHORT_ID = 12;

/** In force when it resolves; when it rejects, nothing is left. */
export async function hold(
  call: DisturbCall,
  held: Held,
  container: FoundContainer,
): Promise<void> {
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

async function orderOf({ member }: DisturbCall, held: Held): Promise<HoldOrder> {
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
