// The docker runtime: members as containers of one compose project, on an engine that is here or
// far. What does not carry the project's label it never touches.
import type { Runtime } from "../../domain/runtime.ts";
import { planOf } from "../member-errors.ts";
import { findContainers } from "./container.ts";
import { watchDockerEvents } from "./events.ts";
import { tailOfContainer } from "./logs.ts";
import {
  containerOf,
  type DockerMember,
  type DockerSubject,
  describeMember,
  statusOf,
} from "./member.ts";
import { operateOn } from "./operate.ts";

/** Asks nothing of the engine yet. */
export function openDockerRuntime(subject: DockerSubject): Runtime {
  const { site, topology, clock } = subject;
  const memberOf = (name: string): DockerMember => ({ subject, plan: planOf(topology, name) });
  return {
    name: "docker",
    topology,
    async members() {
      const found = await findContainers(site);
      return topology.members.map((plan) =>
        describeMember(
          plan,
          found.find(({ service }) => service === plan.name),
        ),
      );
    },
    async logs(name, { lines }) {
      const container = await containerOf(memberOf(name), "reading the log of");
      return tailOfContainer(site, { container, lines });
    },
    async operate(name, operation, signal = new AbortController().signal) {
      const member = memberOf(name);
      await operateOn({ member, signal }, operation);
      return statusOf(member);
    },
    follow: (options) => watchDockerEvents({ ...options, site, clock }),
  };
}
