// The smallest subject that is real: each member is a process that answers GET /health, and the one
// invariant is that it does. Started through `toy-operator.ts`, as TiKV's members are through main.
import type { Action, ActionCall, Check } from "../../src/domain/action.ts";
import { assert } from "../../src/domain/errors.ts";
import type { Fault } from "../../src/domain/fault.ts";
import type { Observation, ObservedMember } from "../../src/domain/observation.ts";
import type { Runbook } from "../../src/domain/runbook.ts";
import type { MemberOperation } from "../../src/domain/runtime.ts";
import type {
  MemberOptions,
  MemberPlan,
  OpenOptions,
  Subject,
  SubjectDefinition,
  WorkloadOptions,
} from "../../src/domain/subject.ts";
import { undoUnneeded } from "../../src/domain/undo.ts";
import type { History, Invariant, Judgement } from "../../src/domain/verdict.ts";

const SETTLE_MS = 300;

/** What a test may set of a member, through `upLocal`'s settings. */
export const TOY_TROUBLES = {
  exitsAtStart: { exitsAtStart: true }, // logs "no disk", exits with code 7
  neverAnswers: { neverAnswers: true }, // runs, but answers 503
  ignoresTerm: { ignoresTerm: true }, // ends by SIGKILL alone
} as const;

export const toy: SubjectDefinition = {
  name: "toy",
  describes: "processes that answer /health",
  endpoints: [],
  open: openToy,
  runbooks: { member_answers: restartWhatIsDown },
  faults: [faultOf("toy_kill", "kill", "start"), faultOf("toy_pause", "pause", "resume"), hangOf()],
  figures: [],
  local: {
    members: ["one", "two"].map((name) => ({
      name,
      role: "node",
      runsAs: "stand_in" as const,
      ports: ["http", "spare"],
      settings: {},
    })),
    readyProbe: (member) => ({ port: httpPortOf(member), path: "/health" }),
  },
  runMember: serveToy,
  runWorkload: countSeconds,
};

export async function loadToy(name: string): Promise<SubjectDefinition> {
  assert(name === toy.name, "tests load the toy subject alone");
  return toy;
}

export function openToy({ topology, runtime, clock }: OpenOptions): Subject {
  return {
    name: topology.subject,
    runtime,
    invariants: [memberAnswers],
    actions: [actionOf("start_member", "start"), actionOf("resume_member", "resume")],
    primer: "A toy: each member answers GET /health while its process runs.",
    describe: ({ members }) => members.map(({ name, detail }) => `${name}: ${detail}`).join("\n"),
    async observe({ probeDeadlineMs, signal }) {
      const startedAtMs = clock.now();
      const deadline = AbortSignal.any([signal, AbortSignal.timeout(probeDeadlineMs)]);
      const members = await Promise.all(topology.members.map((plan) => probe(plan, deadline)));
      return { subject: topology.subject, startedAtMs, endedAtMs: clock.now(), members };
    },
  };
}

export function httpPortOf(member: MemberPlan): number {
  const port = member.ports.http;
  assert(port !== undefined, "every toy member has a port named http");
  return port;
}

const memberAnswers: Invariant = {
  name: "member_answers",
  describes: "Every member answers /health.",
  severity: "critical",
  forMs: 0,
  settleMs: SETTLE_MS,
  judge: ({ current }: History<Observation>) => current.members.map(judgeMember),
};

function judgeMember({ name, health, detail }: ObservedMember): Judgement {
  const state = health === "up" ? "holds" : health === "down" ? "violated" : "unknown";
  return { entity: name, state, reason: detail, evidence: { health } };
}

async function probe(plan: MemberPlan, signal: AbortSignal): Promise<ObservedMember> {
  const { name, role } = plan;
  const answer = fetch(`http://127.0.0.1:${httpPortOf(plan)}/health`, { signal });
  return answer.then(
    ({ ok, status }) => ({ name, role, health: ok ? "up" : "down", detail: `HTTP ${status}` }),
    () => ({ name, role, health: "down", detail: "no answer" }),
  );
}

function actionOf(name: string, operation: MemberOperation): Action {
  return {
    name,
    describes: `${operation} a member that does not answer`,
    targets: "a member",
    args: {},
    effect: "start",
    undo: undoUnneeded("members are declared to run"),
    touches: ({ target }) => [target],
    precondition: ({ members }, { target }) =>
      members.some((member) => member.name === target)
        ? { isMet: true }
        : { isMet: false, reason: `no member ${target}` },
    postcondition: answers,
    withinMs: 10_000,
    async run({ target }, { runtime, signal }) {
      const status = await runtime?.operate(target, operation, signal);
      return `${target} is ${status?.state ?? "out of reach"}`;
    },
  };
}

function answers({ members }: Observation, { target }: ActionCall): Check {
  const member = members.find(({ name }) => name === target);
  if (member?.health === "up") return { isMet: true };
  return { isMet: false, reason: member?.detail ?? `no member ${target}` };
}

function* restartWhatIsDown({ entity, reason }: Parameters<Runbook>[0]): ReturnType<Runbook> {
  const thought = `${entity}: ${reason}`;
  yield { tool: "act", thought, action: "start_member", target: entity, reason: "it is down" };
  yield {
    tool: "conclude",
    thought: "it was started",
    outcome: "fixed",
    rootCause: "the process was gone",
    summary: `started ${entity}`,
  };
}

function faultOf(name: string, breaks: MemberOperation, mends: MemberOperation): Fault {
  return {
    name,
    describes: `${breaks} one member`,
    plan({ members }, random) {
      const target = members[Math.floor(random() * members.length)]?.name ?? "one";
      return { fault: name, targets: [target], details: {} };
    },
    async inject({ targets }, { runtime }) {
      for (const target of targets) await runtime?.operate(target, breaks);
    },
    async heal({ targets }, { runtime }) {
      const since = breaks === "kill" ? "paused" : "stopped";
      const members = (await runtime?.members()) ?? [];
      const isTheirs = (target: string) =>
        members.some(({ name, state }) => name === target && state === since);
      const struck = targets.filter((target) => !isTheirs(target));
      for (const target of struck) await runtime?.operate(target, mends);
      return targets.filter(isTheirs).map((target) => `${target} is ${since}`);
    },
    expects: ({ targets }) => targets.map((entity) => ({ invariant: memberAnswers.name, entity })),
  };
}

/** Strikes, and never comes back to say so. */
function hangOf(): Fault {
  return {
    ...faultOf("toy_hang", "pause", "resume"),
    async inject({ targets }, { runtime, clock }) {
      for (const target of targets) await runtime?.operate(target, "pause");
      await clock.sleep(600_000);
    },
  };
}

async function serveToy({ member, signal, log }: MemberOptions): Promise<number> {
  const { exitsAtStart, neverAnswers, ignoresTerm } = member.settings;
  if (exitsAtStart === true) {
    log("no disk");
    return 7;
  }
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: httpPortOf(member),
    fetch: () => new Response(member.name, { status: neverAnswers === true ? 503 : 200 }),
  });
  log(`${member.name} listens on ${server.port}`);
  await new Promise<void>((resolve) => {
    if (ignoresTerm !== true) signal.addEventListener("abort", () => resolve());
    if (signal.aborted) resolve();
  });
  await server.stop(true);
  log(`${member.name} ends`);
  return 0;
}

async function countSeconds({ clock, signal, print, ...rest }: WorkloadOptions): Promise<number> {
  const { topology, ledgerFile, opsPerSecond, keys, durationMs } = rest;
  const [members, startedAtMs] = [topology.members.length, clock.now()];
  print(JSON.stringify({ type: "load", members, ledgerFile, opsPerSecond, keys, durationMs }));
  await clock.sleep(durationMs ?? 60_000, signal);
  print(JSON.stringify({ type: "end", ms: clock.now() - startedAtMs }));
  return 0;
}
