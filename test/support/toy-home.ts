// A home of its own for a test, in which the toy subject runs; disposing it leaves nothing behind.
import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { JsonObject } from "../../src/domain/json.ts";
import type { Runtime } from "../../src/domain/runtime.ts";
import type { MemberPlan, Topology } from "../../src/domain/subject.ts";
import { systemClock } from "../../src/infra/clock.ts";
import { downLocal } from "../../src/runtimes/local/down.ts";
import { type MemberPaths, memberPaths, subjectPaths } from "../../src/runtimes/local/layout.ts";
import { openLocalRuntime } from "../../src/runtimes/local/open.ts";
import { upLocal } from "../../src/runtimes/local/up.ts";
import { toyOperator } from "./toy-operator.ts";
import { toy } from "./toy-subject.ts";

export interface ToyHome extends AsyncDisposable {
  readonly dir: string;
  /** Settings by member name. */
  up(settings?: Readonly<Record<string, JsonObject>>, signal?: AbortSignal): Promise<Topology>;
  /** Of the subject that is up. */
  runtime(): Promise<Runtime>;
  plan(member: string): Promise<MemberPlan>;
  files(member: string): MemberPaths;
  /** `operator subject …` of the toy, as a process of its own. */
  spawnSubject(words: readonly string[]): Bun.ReadableSubprocess;
  /** `operator …` likewise. */
  spawn(words: readonly string[]): Bun.ReadableSubprocess;
}

export async function createToyHome(): Promise<ToyHome> {
  const dir = await realpath(await mkdtemp(join(tmpdir(), "operator-toy-")));
  const options = { definition: toy, home: dir, self: toyOperator, clock: systemClock };
  const open = async () => {
    const opened = await openLocalRuntime(options);
    if (!opened) throw new Error("the toy is not up");
    return opened;
  };
  const spawn = (words: readonly string[]) =>
    Bun.spawn([...toyOperator, ...words], {
      env: { ...process.env, OPERATOR_HOME: dir, ANTHROPIC_API_KEY: "sk-ant-secret" },
      stdio: ["ignore", "pipe", "pipe"],
    });
  return {
    dir,
    spawn,
    up: (settings = {}, signal = new AbortController().signal) =>
      upLocal({ ...options, timeScale: 1, settings, signal }),
    runtime: async () => (await open()).runtime,
    plan: async (member) => planOf((await open()).topology, member),
    files: (member) => memberPaths(subjectPaths(dir, toy.name), member),
    spawnSubject: (words) => spawn(["subject", ...words]),
    async [Symbol.asyncDispose]() {
      await downLocal({ subject: toy.name, home: dir, clock: systemClock });
      await rm(dir, { recursive: true, force: true });
    },
  };
}

function planOf({ members }: Topology, name: string): MemberPlan {
  const plan = members.find((member) => member.name === name);
  if (!plan) throw new Error(`no member ${name}`);
  return plan;
}
