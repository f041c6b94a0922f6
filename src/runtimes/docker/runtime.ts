// The docker runtime: members as containers of one compose project, on an engine that is here or
// far. What does not carry the project's label it never touches.
import { assert } from "../../domain/errors.ts";
import type { MemberStatus, Runtime } from "../../domain/runtime.ts";
import type { MemberPlan } from "../../domain/subject.ts";
import { planOf } from "../member-errors.ts";
import { findContainers } from "./container.ts";
import { disturbancesOf, openDisturber } from "./disturb/disturber.ts";
import { findHelpers } from "./disturb/find-helpers.ts";
import { watchDockerEvents } from "./events.ts";
import { followContainer, tailOfContainer } from "./logs.ts";
import { containerOf, type DockerMember, type DockerSubject, describeMember } from "./member.ts";
import { operateOn } from "./operate.ts";
import { outlastRestart } from "./outlast-restart.ts";

/** Asks nothing of the engine yet. */
export function openDockerRuntime(subject: DockerSubject): Runtime {
  const { site, topology, clock } = subject;
  const memberOf = (name: string): DockerMember => ({ subject, plan: planOf(topology, name) });
  return {
    name: "docker",
    topology,
    members: () => lookAt(subject, topology.members),
    async logs(name, { lines }) {
      const container = await containerOf(memberOf(name), "reading the log of");
      return tailOfContainer(site, { container, lines });
    },
    async followLog(name, options) {
      const container = await containerOf(memberOf(name), "following the log of");
      return followContainer(site, { container, ...options });
    },
    async operate(name, operation, signal = new AbortController().signal) {
      const member = memberOf(name);
      const work = async () => {
        await operateOn({ member, signal }, operation);
        const [status] = await lookAt(subject, [member.plan]);
        assert(status !== undefined, "who looks at one member sees one");
        return status;
      };
      return outlastRestart(work, { clock, signal });
    },
    follow: (options) => watchDockerEvents({ ...options, site, clock }),
    disturber: openDisturber(subject),
  };
}

/** One or all, in this order. */
async function lookAt(
  { site }: DockerSubject,
  plans: readonly MemberPlan[],
): Promise<readonly MemberStatus[]> {
  const only = plans.length === 1 ? plans[0]?.name : undefined;
  const [found, helpers] = await Promise.all([
    findContainers(site, only === undefined ? {} : { service: only }),
    findHelpers(site, { member: only }),
  ]);
  return plans.map((plan) => {
    const container = found.find(({ service }) => service === plan.name);
    const disturbances = disturbancesOf(container, helpers);
    return { ...describeMember(plan, container), disturbances };
  });
}
