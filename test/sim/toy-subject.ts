// The toy as monitor and agents have it: looked at, judged and operated like any other subject.
import type { Action, Check } from "../../src/domain/action.ts";
import { OperatorError } from "../../src/domain/errors.ts";
import type { Observation } from "../../src/domain/observation.ts";
import type { Subject } from "../../src/domain/subject.ts";
import { noUndo, undoUnneeded } from "../../src/domain/undo.ts";
import type { Invariant } from "../../src/domain/verdict.ts";
import { GROUPS, isUp, MEMBERS, type MemberTruth, SPARE, type Truth } from "./cluster.ts";
import type { Verb } from "./commands.ts";
import { undertake } from "./deeds.ts";
import type { Life } from "./life.ts";
import { seenOf } from "./looks.ts";
import { SECRET } from "./secret.ts";
import { tableOf } from "./toy-shell.ts";
import type { World } from "./world.ts";

interface ToyObservation extends Observation {
  readonly seen: Truth;
}

export function toySubject(world: World, life: Life): Subject<ToyObservation> {
  return {
    name: "toy",
    runtime: undefined,
    primer: "Six members in two groups of three. A group serves while two of its members run.",
    invariants: INVARIANTS,
    actions: ACTIONS.map((plan) => toyAction(plan, { world, life })),
    describe: ({ seen }) => tableOf(seen),
    quorums: () =>
      Object.entries(GROUPS).map(([name, members]) => ({ name, members, spare: SPARE })),
    observe: ({ probeDeadlineMs, signal }) => look(world, life, { probeDeadlineMs, signal }),
  };
}

function look(
  world: World,
  life: Life,
  { probeDeadlineMs, signal }: { readonly probeDeadlineMs: number; readonly signal: AbortSignal },
): Promise<ToyObservation> {
  const { timeline, cluster, weather, dice, looks, wallMs } = world;
  const [startedAtMs, wallStartMs] = [timeline.nowMs, wallMs()];
  return new Promise((resolve) => {
    timeline.after(dice.between(1, 20), () => {
      const seen = signal.aborted ? new Map() : seenOf(cluster.truth(), weather.blind);
      const sampledAtMs = timeline.nowMs;
      const isHeldUp = [...seen.values()].some(({ run }) => run === "paused") || seen.size < 6;
      timeline.after(isHeldUp ? probeDeadlineMs : dice.between(1, 20), () => {
        if (!life.isAlive) return;
        looks.add(life, { startedAtMs, sampledAtMs, endedAtMs: timeline.nowMs, seen });
        const members = MEMBERS.map((name) => observed(name, seen.get(name)));
        const times = { startedAtMs: wallStartMs, endedAtMs: wallMs() };
        resolve({ subject: "toy", ...times, members, seen });
      });
    });
  });
}

function observed(name: string, member: MemberTruth | undefined): Observation["members"][number] {
  const role = name.replace(/\d$/, "");
  if (!member) return { name, role, health: "unknown", detail: "no answer to the probe" };
  return { name, role, health: isUp(member) ? "up" : "down", detail: member.run };
}

type Judge = (member: MemberTruth) => boolean;

const INVARIANTS: readonly Invariant<ToyObservation>[] = [
  memberInvariant({ name: "member_up", forMs: 800, settleMs: 2_000 }, isUp),
  memberInvariant({ name: "member_quick", forMs: 800, settleMs: 1_500 }, ({ isSlow }) => !isSlow),
  memberInvariant({ name: "settings_declared", forMs: 0, settleMs: 1_000 }, (it) => it.isDeclared),
  {
    name: "group_serves",
    describes: "most members of a group run",
    severity: "critical",
    forMs: 500,
    settleMs: 1_000,
    judge: ({ current: { seen } }) =>
      Object.entries(GROUPS).map(([entity, members]) => {
        const up = members.filter((name) => seen.get(name)?.run === "running").length;
        const unseen = members.filter((name) => !seen.has(name)).length;
        const needed = members.length - SPARE;
        const state = up >= needed ? "holds" : up + unseen >= needed ? "unknown" : "violated";
        return { entity, state, reason: `${up} of ${members.length} run`, evidence: { up } };
      }),
  },
];

function memberInvariant(
  plan: Pick<Invariant, "name" | "forMs" | "settleMs">,
  isWell: Judge,
): Invariant<ToyObservation> {
  const needsRunning = plan.name !== "member_up";
  return {
    ...plan,
    describes: `${plan.name}, of each member`,
    severity: needsRunning ? "warning" : "critical",
    judge: ({ current: { seen } }) =>
      MEMBERS.map((entity) => {
        const member = seen.get(entity);
        if (!member || (needsRunning && !isUp(member))) {
          return { entity, state: "unknown", reason: "it cannot be seen", evidence: {} };
        }
        const state = isWell(member) ? "holds" : "violated";
        return { entity, state, reason: `it is ${member.run}`, evidence: { run: member.run } };
      }),
  };
}

interface ActionPlan {
  readonly name: string;
  readonly verb: Verb;
  readonly effect: Action["effect"];
  readonly undo: Action<ToyObservation>["undo"];
  readonly isUndoOnly?: true;
  readonly before: Judge;
  readonly after: Judge;
}

const ACTIONS: readonly ActionPlan[] = [
  {
    ...{ name: "start_member", verb: "start", effect: "start" },
    undo: undoUnneeded("members are declared to run"),
    before: ({ run }) => run === "stopped",
    after: isUp,
  },
  {
    ...{ name: "resume_member", verb: "resume", effect: "start" },
    undo: undoUnneeded("members are declared to run"),
    before: ({ run }) => run === "paused",
    after: isUp,
  },
  {
    ...{ name: "restart_member", verb: "restart", effect: "interrupt" },
    undo: noUndo("an interruption that has been cannot be taken back"),
    before: () => true,
    after: (member) => isUp(member) && !member.isSlow,
  },
  {
    ...{ name: "restore_settings", verb: "restore", effect: "configure" },
    undo: undoUnneeded("it puts back what is declared"),
    before: isUp,
    after: ({ isDeclared }) => isDeclared,
  },
  {
    // What only who errs would do; it can be taken back.
    ...{ name: "tune_settings", verb: "tune", effect: "configure" },
    undo: {
      describes: "restore_settings of the same member",
      plan: (_, { target }) => ({
        type: "call",
        call: { action: "restore_settings", target, args: {} },
      }),
    },
    before: isUp,
    after: ({ isDeclared }) => !isDeclared,
  },
  {
    ...{ name: "mark_member", verb: "mark", effect: "configure" },
    undo: {
      describes: "unmark_member of the same member",
      plan: (_, { target }) => ({
        type: "call",
        call: { action: "unmark_member", target, args: {} },
      }),
    },
    before: isUp,
    after: ({ isMarked }) => isMarked,
  },
  {
    ...{ name: "unmark_member", verb: "unmark", effect: "configure", isUndoOnly: true },
    undo: undoUnneeded("it takes a mark away"),
    before: ({ isMarked }) => isMarked,
    after: ({ isMarked }) => !isMarked,
  },
];

function toyAction(
  { name, verb, effect, undo, isUndoOnly, before, after }: ActionPlan,
  { world, life }: { readonly world: World; readonly life: Life },
): Action<ToyObservation> {
  return {
    ...{ name, effect, undo, ...(isUndoOnly && { isUndoOnly }) },
    describes: `${verb} one member`,
    targets: "a member",
    args: {},
    withinMs: 2_000,
    touches: ({ target }) => [target],
    precondition: ({ seen }, { target }) => check(before, { seen, target }),
    postcondition: ({ seen }, { target }) => check(after, { seen, target }),
    async run({ target, args }, { signal }) {
      const { dice, cluster } = world;
      const end = await undertake(world, {
        ...{ life, signal, kind: "act", durationMs: dice.between(20, 900) },
        sessionId: life.sessionId ?? "",
        operation: { action: name, target, args },
        deeds: [{ verb, member: target }],
        isStrange: false,
      });
      if (end === "aborted") throw new OperatorError("interrupted", `${name} was interrupted`);
      if (verb === "start" && !isUp(cluster.of(target))) {
        throw new OperatorError("runtime", `${target} does not come up`);
      }
      return `${verb} ${target}${dice.chance(0.2) ? ` with token=${SECRET}` : ""}`;
    },
  };
}

function check(
  isMet: Judge,
  { seen, target }: { readonly seen: Truth; readonly target: string },
): Check {
  const member = seen.get(target);
  if (member && isMet(member)) return { isMet: true };
  const reason = `${target} is ${member?.run ?? "not seen"}`;
  return { isMet: false, reason, ...(member ? {} : { isUnseen: true }) };
}
