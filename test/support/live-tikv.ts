// A TiKV cluster of stand-in processes in a home of its own, looked at and acted on as by operator.
import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { JsonObject } from "../../src/domain/json.ts";
import type { Runtime } from "../../src/domain/runtime.ts";
import type { Subject, Topology } from "../../src/domain/subject.ts";
import type { Judgement } from "../../src/domain/verdict.ts";
import { systemClock as clock } from "../../src/infra/clock.ts";
import { downLocal } from "../../src/runtimes/local/down.ts";
import { openLocalRuntime } from "../../src/runtimes/local/open.ts";
import { upLocal } from "../../src/runtimes/local/up.ts";
import { tikv } from "../../subjects/tikv/definition.ts";
import type { TikvObservation } from "../../subjects/tikv/observation.ts";
import { openTikv } from "../../subjects/tikv/subject.ts";
import { eventually } from "./eventually.ts";

const PROBE_DEADLINE_MS = 800;
const signal = new AbortController().signal;

export interface LiveTikv extends AsyncDisposable {
  readonly subject: Subject<TikvObservation>;
  readonly runtime: Runtime;
  readonly topology: Topology;
  readonly home: string;
  look(): Promise<TikvObservation>;
  /** `invariant/entity` of everything that is violated now. */
  violated(): Promise<readonly string[]>;
  /** Waits until one invariant says this of one entity. */
  until(
    invariant: string,
    entity: string,
    state: Judgement["state"],
    pace?: { readonly everyMs: number },
  ): Promise<Judgement>;
  /** Waits until nothing is violated and every member is up. */
  untilWell(): Promise<void>;
  /** Pre- and postcondition are checked as the agent does; rejects with the reason. */
  act(action: string, target: string, args?: JsonObject): Promise<string>;
  /** PD's API through its first member that answers; the body of the answer. */
  callPd(method: string, path: string, body?: JsonObject): Promise<string>;
  /** A fault switch of one stand-in; null takes it away. */
  setFailpoint(member: string, name: string, value: number | null): Promise<void>;
}

export async function startLiveTikv(timeScale: number): Promise<LiveTikv> {
  const home = await realpath(await mkdtemp(join(tmpdir(), "operator-tikv-")));
  const self = [process.execPath, join(import.meta.dir, "../../src/main.ts")];
  const options = { definition: tikv, home, self, clock };
  const topology = await upLocal({ ...options, timeScale, signal });
  const opened = await openLocalRuntime(options);
  if (!opened) throw new Error("the cluster is not up");
  const { runtime } = opened;
  const subject = openTikv({ topology, runtime, clock });
  const look = () => subject.observe({ probeDeadlineMs: PROBE_DEADLINE_MS, signal });
  return {
    subject,
    runtime,
    topology,
    home,
    look,
    violated: async () => violatedIn(subject, await look()),
    until: (invariant, entity, state, { everyMs } = { everyMs: 0 }) =>
      eventually(
        async () => {
          await clock.sleep(everyMs);
          const judged = judge(subject, invariant, await look());
          return judged.find((one) => one.entity === entity && one.state === state);
        },
        `${invariant} of ${entity} is ${state}`,
        30_000,
      ),
    async untilWell() {
      await eventually(() => isWell(subject, look), "the cluster is well", 30_000);
    },
    act: (action, target, args = {}) => carryOut({ subject, look }, { action, target, args }),
    callPd: (method, path, body) => callPd(topology, { method, path, body }),
    setFailpoint: (member, name, value) => setFailpoint(topology, { member, name, value }),
    async [Symbol.asyncDispose]() {
      await downLocal({ subject: "tikv", home, clock });
      await rm(home, { recursive: true, force: true });
    },
  };
}

function violatedIn(
  subject: Subject<TikvObservation>,
  observation: TikvObservation,
): readonly string[] {
  return subject.invariants.flatMap(({ name }) =>
    judge(subject, name, observation)
      .filter(({ state }) => state === "violated")
      .map(({ entity }) => `${name}/${entity}`),
  );
}

function judge(
  { invariants }: Subject<TikvObservation>,
  name: string,
  current: TikvObservation,
): readonly Judgement[] {
  const invariant = invariants.find((candidate) => candidate.name === name);
  if (!invariant) throw new Error(`no invariant ${name}`);
  return invariant.judge({ current, previous: undefined });
}

async function isWell(
  subject: Subject<TikvObservation>,
  look: () => Promise<TikvObservation>,
): Promise<boolean> {
  const seen = await look();
  const isUp = seen.members.every(({ health }) => health === "up");
  return isUp && violatedIn(subject, seen).length === 0;
}

async function carryOut(
  { subject, look }: Pick<LiveTikv, "subject" | "look">,
  words: { readonly action: string; readonly target: string; readonly args: JsonObject },
): Promise<string> {
  const action = subject.actions.find(({ name }) => name === words.action);
  if (!action) throw new Error(`no action ${words.action}`);
  const { target, args } = words;
  const call = { target, args };
  const before = await look();
  const ready = action.precondition(before, call);
  if (!ready.isMet) throw new Error(ready.reason);
  if (action.postcondition(before, call).isMet) return "already in effect";
  const done = await action.run(call, { runtime: subject.runtime, signal, clock });
  await eventually(
    async () => action.postcondition(await look(), call).isMet,
    `${action.name} ${target} took effect`,
    action.withinMs,
  );
  return done;
}

async function callPd(
  { members }: Topology,
  call: { readonly method: string; readonly path: string; readonly body: JsonObject | undefined },
): Promise<string> {
  const failures: string[] = [];
  for (const { role, ports } of members) {
    if (role !== "pd") continue;
    const url = `http://127.0.0.1:${ports.client}/pd/api/v1${call.path}`;
    const body = call.body === undefined ? null : JSON.stringify(call.body);
    const answer = await fetch(url, { method: call.method, body }).catch(() => undefined);
    const text = (await answer?.text()) ?? "no answer";
    if (answer?.ok) return text;
    failures.push(text);
  }
  throw new Error(`${call.method} ${call.path}: ${failures.join("; ")}`);
}

async function setFailpoint(
  { members }: Topology,
  point: { readonly member: string; readonly name: string; readonly value: number | null },
): Promise<void> {
  const plan = members.find(({ name }) => name === point.member);
  const port = plan?.role === "pd" ? plan.ports.client : plan?.ports.status;
  const url = `http://127.0.0.1:${port}/stand-in/failpoints/${point.name}`;
  const request =
    point.value === null ? { method: "DELETE" } : { method: "PUT", body: String(point.value) };
  const answer = await fetch(url, request);
  if (!answer.ok) throw new Error(`${point.name} of ${point.member}: ${await answer.text()}`);
}
