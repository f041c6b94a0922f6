// Faults of containers on a running subject: injected as a person does it, seen by observing,
// repaired by an action as an agent does it. And what must not be left of them.
import { expect } from "bun:test";
import type { JsonObject } from "../../src/domain/json.ts";
import type { Observation } from "../../src/domain/observation.ts";
import type { Runtime } from "../../src/domain/runtime.ts";
import type { Subject, SubjectDefinition } from "../../src/domain/subject.ts";
import { systemClock as clock } from "../../src/infra/clock.ts";
import { openRuntime } from "../../src/runtimes/open.ts";
import { testEngine } from "./docker-engine.ts";
import type { DockerSite } from "./docker-site.ts";
import { eventually } from "./eventually.ts";

export interface FaultSite {
  readonly runtime: Runtime;
  /** The fault's number and what it struck. */
  inject(fault: string): Promise<{ readonly id: number; readonly target: string }>;
  /** `invariant/entity` of everything that is violated now. */
  violated(): Promise<readonly string[]>;
  /** In several looks in a row nothing is violated, and nothing disturbed. */
  untilWell(): Promise<void>;
  act(action: string, target: string): Promise<void>;
}

const PROBE_DEADLINE_MS = 1_000;
const LOOK_EVERY_MS = 300;
const LOOKS_WELL = 4;
const WELL_WITHIN_MS = 60_000;

export async function openFaultSite(
  site: DockerSite,
  definition: SubjectDefinition,
): Promise<FaultSite> {
  const { home } = site;
  const opened = await openRuntime({ definition, home, self: [process.execPath], clock });
  if (!opened) throw new Error(`${definition.name} is not up`);
  const subject: Subject = definition.open({ ...opened, clock });
  const { signal } = new AbortController();
  const look = async () => {
    await clock.sleep(LOOK_EVERY_MS);
    return subject.observe({ probeDeadlineMs: PROBE_DEADLINE_MS, signal });
  };
  const { runtime } = opened;
  return {
    runtime,
    async inject(fault) {
      const words = `fault inject ${definition.name} ${fault} --seed 7 --json`;
      const { lines, code } = await site.run(words);
      expect([lines.join("\n"), code]).toEqual([expect.stringContaining('"id":'), 0]);
      const { id, targets } = JSON.parse(lines.at(-1) ?? "");
      return { id, target: targets[0] };
    },
    violated: async () => violatedIn(subject, await look()),
    async untilWell() {
      let wellInARow = 0;
      let last: readonly string[] = [];
      const isWell = async () => {
        last = violatedIn(subject, await look());
        wellInARow = last.length === 0 ? wellInARow + 1 : 0;
        return wellInARow >= LOOKS_WELL;
      };
      await eventually(isWell, "nothing is violated", WELL_WITHIN_MS).catch((error) => {
        throw new Error(`${error.message}: ${last.join(", ")}`);
      });
    },
    async act(name, target) {
      const action = subject.actions.find((candidate) => candidate.name === name);
      const call = { target, args: {} };
      expect(action?.precondition(await look(), call)).toEqual({ isMet: true });
      await action?.run(call, { runtime, signal, clock });
      const isMet = async () => action?.postcondition(await look(), call).isMet;
      await eventually(isMet, `${name} ${target} is in effect`, action?.withinMs);
    },
  };
}

function violatedIn(subject: Subject, current: Observation): readonly string[] {
  return subject.invariants.flatMap((invariant) =>
    invariant
      .judge({ current, previous: undefined })
      .filter(({ state }) => state === "violated")
      .map(({ entity }) => `${invariant.name}/${entity}`),
  );
}

/** Rules and queues of ours in the network namespaces of running members, and helper containers. */
export async function residueOf(runtime: Runtime): Promise<readonly string[]> {
  const running = (await runtime.members()).filter(({ state }) => state === "running");
  const found = await Promise.all(running.map(({ name, pid }) => rulesAt(name, pid ?? 0)));
  const { client } = await testEngine();
  const filters = { label: ["operator.disturbance"] };
  const helpers = await client.listContainers({ all: true, filters });
  const labels: JsonObject[] = helpers.map(({ Labels }) => Labels);
  return [...found.flat(), ...labels.map((one) => JSON.stringify(one))];
}

async function rulesAt(member: string, pid: number): Promise<readonly string[]> {
  const enter = ["nsenter", "--target", String(pid), "--net"];
  const texts = await Promise.all(
    [["iptables-save"], ["tc", "qdisc", "show"]].map((words) =>
      new Response(Bun.spawn([...enter, ...words]).stdout).text(),
    ),
  );
  const lines = texts.join("\n").split("\n");
  return lines
    .filter((line) => /OPERATOR_|\b4f5[0-9]:|\b(?:tbf|netem)\b/.test(line))
    .map((line) => `${member}: ${line}`);
}
