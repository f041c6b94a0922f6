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
import { type UndoPlan, undoUnneeded } from "../../src/domain/undo.ts";
import type { Invariant } from "../../src/domain/verdict.ts";
import { doToLamp, LAMPS_ENV, type LampDeed, lampFile, readLamp } from "./lamp.ts";
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

/** Lamps are named for what their runbook does. */
export const LAMPS = {
  /** Looks, presses, concludes. */
  plain: "plain",
  /** Claims at first that all is well, and is refused. */
  hasty: "hasty",
  /** Turns the lamp, polishes it in vain, and gives up: what it turned is turned back. */
  clumsy: "clumsy",
  /** Has a defect. */
  puzzling: "puzzling",
  /** Looks for longer than it may. */
  slow: "slow",
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
    actions: ACTIONS,
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
  const { isLit, isTurned } = readLamp(lampFile(folder(), name));
  const detail = `${isLit ? "lit" : "dark"}${isTurned ? ", turned" : ""}`;
  return { name, role: "lamp", health: isLit ? "up" : "down", detail };
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

type Deed = Pick<Action, "name" | "precondition" | "postcondition" | "undo"> & {
  readonly deed: LampDeed;
};

const isDark = finds((detail) => detail.startsWith("dark"));
const isLit = finds((detail) => detail.startsWith("lit"));
const isTurned = finds((detail) => detail.endsWith("turned"));
const isStraight = finds((detail) => !detail.endsWith("turned"));

const ACTIONS: readonly Action[] = [
  actionOf({
    ...{ name: "press", deed: "press", precondition: isDark, postcondition: isLit },
    undo: undoUnneeded("every lamp is to be lit"),
  }),
  actionOf({
    ...{ name: "turn", deed: "turn", precondition: isStraight, postcondition: isTurned },
    undo: byTurningBack(),
  }),
  actionOf({
    ...{ name: "turn_back", deed: "turn", precondition: isTurned, postcondition: isStraight },
    undo: undoUnneeded("a lamp is to be straight"),
  }),
  actionOf({
    ...{ name: "polish", deed: "polish", precondition: isDark, postcondition: finds(() => false) },
    undo: byTurningBack(),
  }),
];

function byTurningBack(): UndoPlan {
  return {
    describes: "turn_back",
    plan: (_, { target }) => ({ type: "call", call: { action: "turn_back", target, args: {} } }),
  };
}

function actionOf({ deed, ...rest }: Deed): Action {
  return {
    ...rest,
    describes: `${deed}s a lamp`,
    targets: "a lamp",
    args: {},
    effect: "interrupt",
    touches: ({ target }) => [target],
    withinMs: 500,
    run: async ({ target }) => {
      doToLamp(lampFile(folder(), target), deed);
      return `${deed} ${target}`;
    },
  };
}

function finds(isSo: (detail: string) => boolean): Action["precondition"] {
  return ({ members }: Observation, { target }): Check => {
    const found = members.find(({ name }) => name === target)?.detail ?? "no lamp";
    return isSo(found) ? { isMet: true } : { isMet: false, reason: `${target} is ${found}` };
  };
}

function* relight({ entity }: Parameters<Runbook>[0]): ReturnType<Runbook> {
  if (entity === LAMPS.puzzling) throw new Error("the runbook is puzzled");
  const look = entity === LAMPS.slow ? "sleep 60" : `cat ${lampFile(folder(), entity)}`;
  yield { tool: "shell", thought: "a look", command: look, reason: "what was done to it" };
  if (entity === LAMPS.hasty) yield conclude("fixed");
  if (entity === LAMPS.clumsy) {
    yield act("turn", entity);
    yield act("polish", entity);
    yield conclude("cannot_fix");
  }
  const pressed = yield act("press", entity);
  yield conclude(pressed.isError ? "cannot_fix" : "fixed");
}

function act(action: string, target: string): RunbookStep {
  return { tool: "act", thought: `${target} is dark`, action, target, reason: "it is dark" };
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
      return [];
    },
    expects: ({ targets }) => targets.map((entity) => ({ invariant: lampLit.name, entity })),
  };
}
