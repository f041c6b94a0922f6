// Disturbances of members that are containers: of their network and volumes by helper containers,
// of their CPU and memory by the engine. Nothing is remembered here: what is in force is read from
// the labels of helpers and from the limits of containers.
import type { Disturber, FoundDisturbance } from "../../../domain/disturbance.ts";
import { OperatorError } from "../../../domain/errors.ts";
import { planOf } from "../../member-errors.ts";
import type { FoundContainer } from "../container.ts";
import { containerOf, type DockerMember, type DockerSubject, findContainer } from "../member.ts";
import { OWN_IMAGE } from "../own-image.ts";
import type { DisturbCall } from "./await-helper.ts";
import { type FoundHelper, heldOf } from "./find-helpers.ts";
import { hold } from "./hold.ts";
import { liftHeld } from "./lift.ts";
import { changedLimits, changeLimit, restoreLimits } from "./limits.ts";
import { isHeldType, parseHeld } from "./order.ts";

/** Asks nothing of the engine yet. */
export function openDisturber(subject: DockerSubject): Disturber {
  const image = subject.topology.docker?.helperImage ?? OWN_IMAGE;
  const callOf = (name: string, signal = new AbortController().signal): DisturbCall => ({
    member: { subject, plan: planOf(subject.topology, name) },
    image,
    signal,
  });
  return {
    async apply(name, disturbance, signal) {
      const call = callOf(name, signal);
      const container = await runningOf(call.member);
      if (disturbance.type === "cpu" || disturbance.type === "memory") {
        return changeLimit(subject.site, container, disturbance);
      }
      await hold(call, parseHeld(disturbance, name), container);
    },
    async lift(name, type, signal) {
      const call = callOf(name, signal);
      if (type === undefined || isHeldType(type)) await liftHeld(call, type);
      if (type !== undefined && isHeldType(type)) return;
      const container = await findContainer(call.member);
      if (container) await restoreLimits(subject.site, container, type);
    },
  };
}

/** Of one member. */
export function disturbancesOf(
  container: FoundContainer | undefined,
  helpers: readonly FoundHelper[],
): readonly FoundDisturbance[] {
  return [...heldOf(container, helpers), ...changedLimits(container)];
}

/** Rejects with code "runtime" when it does not run, or shares its network with others. */
async function runningOf(member: DockerMember): Promise<FoundContainer> {
  const container = await containerOf(member, "disturbing");
  const { plan, subject } = member;
  if (!container.hasOwnNetwork) {
    throw new OperatorError("runtime", `disturbing ${plan.name}: its network is not its own`);
  }
  if (container.state !== "stopped") return container;
  throw new OperatorError("runtime", `disturbing ${plan.name}: it is stopped`, {
    hint: `operator subject start ${subject.topology.subject} ${plan.name}`,
  });
}
