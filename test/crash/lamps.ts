// The subject of the tests of crashes: lamps, each with a file that counts what was done to it.
// Its members cost nothing, so that a whole story can be told for every step at which it may break.
import { readdirSync } from "node:fs";
import type { Action, Check } from "../../src/domain/action.ts";
import type { Fault } from "../../src/domain/fault.ts";
import type { Observation, ObservedMember } from "../../src/domain/observation.ts";
import type { Runbook, RunbookStep } from "../../src/domain/runbook.ts";
import type {
  DockerMemberPlan,
  OpenOptions,
  Subject,
  SubjectDefinition,
} from "../../src/domain/subject.ts";
import { undoUnneeded } from "../../src/domain/undo.ts";
import type { Invariant } from "../../src/domain/verdict.ts";
import { doToLamp, LAMPS_ENV, lampFile, readLamp } from "./lamp.ts";
import { MEMBERS } from "./small-engine.ts";

export const lamps: SubjectDefinition = {
  name: "lamps",
  describes: "lamps that are lit or dark",
  endpoints: [],
  open: openLamps,
  runbooks: { lamp_lit: relight },
  faults: [darkness()],
  figures: [],
  local: { members: [], readyProbe: () => ({ port: 0, path: "/" }) },
  docker: { files: { "compose.yaml": "" }, members: MEMBERS.map(containerOf) },
  runMember: async () => 1,
  runWorkload: async () => 1,
};

/** What its runbook does before it presses: the lamps are named for it. */
export const LAMPS = {
  plain: "plain",
  /** Claims at first that all is well, and is refused. */
  hasty: "hasty",
  /** Its runbook has a defect. */
  puzzling: "puzzling",
} as const;

/** For the broker alone, which knows nothing of what they do. */
function containerOf(name: string): DockerMemberPlan {
  return { name, role: "lamp", image: "OPERATOR_IMAGE_LAMP", ports: {} };
}

function openLamps({ topology, runtime, clock }: OpenOptions): Subject {
  return {
    name: topology.subject,
    runtime,
    invariants: [lampLit],
    actions: [press],
    // None of them is needed: what keeps a lamp lit here is only that nobody acts blindly.
    quorums: () => [],
    primer: "Lamps are lit or dark; a press changes that.",
    describe: ({ members }) => members.map(({ name, detail }) => `${name}: ${detail}`).join("\n"),
    observe: async () => {
      const startedAtMs = clock.now();
      const members = readdirSync(folder()).toSorted().map(observe);
      return { subject: topology.subject, startedAtMs, endedAtMs: clock.now(), members };
    },
  };
}

function folder(): string {
  return process.env[LAMPS_ENV] ?? "";
}

function observe(name: string): ObservedMember {
  const { isLit } = readLamp(lampFile(folder(), name));
  return { name, role: "lamp", health: isLit ? "up" : "down", detail: isLit ? "lit" : "dark" };
}

const lampLit: Invariant = {
  name: "lamp_lit",
  describes: "Every lamp is lit.",
  severity: "critical",
  forMs: 0,
  // Longer than the backoff after a lost lease: the next agent has the ticket before it heals.
  settleMs: 8_000,
  judge: ({ current }) =>
    current.members.map(({ name, health, detail }) => ({
      entity: name,
      state: health === "up" ? ("holds" as const) : ("violated" as const),
      reason: detail,
      evidence: { health },
    })),
};

/** Done twice it undoes itself, so whoever repeats it blindly does harm. */
const press: Action = {
  name: "press",
  describes: "Presses the switch of a lamp.",
  targets: "a lamp",
  args: {},
  effect: "interrupt",
  undo: undoUnneeded("every lamp is to be lit"),
  touches: ({ target }) => [target],
  precondition: isInState("down"),
  postcondition: isInState("up"),
  withinMs: 2_000,
  run: async ({ target }) => {
    doToLamp(lampFile(folder(), target), "press");
    return `pressed the switch of ${target}`;
  },
};

function isInState(wanted: ObservedMember["health"]): Action["precondition"] {
  return ({ members }: Observation, { target }): Check => {
    const found = members.find(({ name }) => name === target);
    if (found?.health === wanted) return { isMet: true };
    return { isMet: false, reason: `${target} is ${found?.detail ?? "no lamp"}` };
  };
}

function* relight({ entity }: Parameters<Runbook>[0]): ReturnType<Runbook> {
  if (entity === LAMPS.puzzling) throw new Error("the runbook is puzzled");
  const thought = `${entity} is dark`;
  const command = `cat ${lampFile(folder(), entity)}`;
  yield { tool: "shell", thought, command, reason: "what was done to it" };
  if (entity === LAMPS.hasty) yield conclude("fixed");
  const pressed = yield { tool: "act", thought, action: "press", target: entity, reason: thought };
  yield conclude(pressed.isError ? "cannot_fix" : "fixed");
}

function conclude(outcome: "fixed" | "cannot_fix"): RunbookStep {
  const rootCause = "it was switched off";
  return { tool: "conclude", thought: rootCause, outcome, rootCause, summary: "it was pressed" };
}

function darkness(): Fault {
  return {
    name: "darkness",
    describes: "one lamp goes dark",
    plan({ members }, random) {
      const target = members[Math.floor(random() * members.length)]?.name ?? "";
      return { fault: "darkness", targets: [target], details: {} };
    },
    async inject({ targets }) {
      for (const name of targets) doToLamp(lampFile(folder(), name), "break");
    },
    async heal({ targets }) {
      for (const name of targets) doToLamp(lampFile(folder(), name), "mend");
    },
    expects: ({ targets }) => targets.map((entity) => ({ invariant: lampLit.name, entity })),
  };
}
