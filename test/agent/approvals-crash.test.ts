// Agents that are killed while a person is asked, and several that go on: the word counts once.
import { expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { eventually } from "../support/eventually.ts";
import { type Line, says } from "../support/scripted-model.ts";
import { openWorld, type World } from "./world.ts";

const AGENT = join(import.meta.dir, "waiting-agent.ts");
const MAIN = join(import.meta.dir, "../../src/main.ts");
const NEVER: Line = says();
const WITHIN_MS = 30_000;

interface Agents extends AsyncDisposable {
  start(): Bun.Subprocess;
  /** Everything that it asks for leaves a line in this file. */
  readonly mark: string;
}

function agentsOf(world: World): Agents {
  const started: Bun.Subprocess[] = [];
  const mark = join(world.scratch, "mark");
  const command = `echo done >> ${mark}`;
  return {
    mark,
    start: () => {
      const words = [process.execPath, AGENT, world.home, command];
      const agent = Bun.spawn(words, { stdio: ["ignore", "ignore", "inherit"] });
      started.push(agent);
      return agent;
    },
    [Symbol.asyncDispose]: async () => {
      for (const agent of started) agent.kill("SIGKILL");
      await Promise.all(started.map((agent) => agent.exited));
    },
  };
}

function until(what: string, isSo: () => Promise<boolean>): Promise<unknown> {
  return eventually(async () => (await isSo()) || undefined, what, WITHIN_MS);
}

async function untilAsked({ store }: World, id: number): Promise<void> {
  await until("it is asked", async () => (await store.getApproval(id))?.state === "pending");
}

function untilGivenUp({ store }: World): Promise<unknown> {
  return until("the end", async () => (await store.getTicket(1))?.state === "escalated");
}

async function killed(agent: Bun.Subprocess): Promise<void> {
  agent.kill("SIGKILL");
  await agent.exited;
}

async function operator(world: World, ...words: readonly string[]) {
  const command = [process.execPath, MAIN, ...words];
  const env = { PATH: process.env.PATH ?? "", OPERATOR_HOME: world.home };
  const run = Bun.spawn(command, { env, stdio: ["ignore", "pipe", "pipe"] });
  const [said, complained] = [run.stdout, run.stderr].map((pipe) => new Response(pipe).text());
  return { exitCode: await run.exited, text: `${await said}${await complained}` };
}

function linesIn(file: string): readonly string[] {
  return existsSync(file) ? readFileSync(file, "utf8").trimEnd().split("\n") : [];
}

test("kill -9 while it waits: a later yes is used by the next agent, and asked once", async () => {
  using world = openWorld({ script: [NEVER] });
  await using agents = agentsOf(world);
  await world.openTicket();
  const doomed = agents.start();
  await untilAsked(world, 1);
  await killed(doomed);
  await world.store.decideApproval(1, "approved");
  expect(linesIn(agents.mark)).toEqual([]);
  agents.start();
  await untilGivenUp(world);
  expect(linesIn(agents.mark)).toEqual(["done"]);
  expect(await world.store.listApprovals({})).toMatchObject([{ id: 1, state: "used" }]);
  const types = (await world.store.eventsOf({})).map(({ type }) => type);
  expect(types.filter((type) => type.startsWith("approval_"))).toEqual([
    "approval_requested",
    "approval_decided",
    "approval_taken_up",
    "approval_used",
  ]);
  expect(await world.store.verifyAudit()).toMatchObject({ state: "intact" });
}, 60_000);

test("kill -9 while it waits: three agents that come find it waiting, and act once", async () => {
  using world = openWorld({ script: [NEVER] });
  await using agents = agentsOf(world);
  await world.openTicket();
  const doomed = agents.start();
  await untilAsked(world, 1);
  await killed(doomed);
  for (let count = 0; count < 3; count += 1) agents.start();
  const first = (await world.store.getApproval(1))?.holderId;
  await until("another waits", async () => {
    const now = await world.store.getApproval(1);
    return now?.holderId !== first && now?.isAwaited === true;
  });
  const answers = await Promise.all([
    operator(world, "actions", "approve", "1"),
    operator(world, "actions", "deny", "1", "too late"),
  ]);
  const [yes, no] = answers.map(({ exitCode }) => exitCode);
  expect([yes, no].toSorted()).toEqual([0, 1]);
  const loser = answers.find(({ exitCode }) => exitCode === 1);
  expect(loser?.text).toContain(`approval 1 is already ${yes === 0 ? "" : "denied"}`);
  await untilGivenUp(world);
  expect(linesIn(agents.mark)).toEqual(yes === 0 ? ["done"] : []);
  expect(await world.store.listApprovals({})).toMatchObject([
    { id: 1, state: yes === 0 ? "used" : "denied" },
  ]);
}, 60_000);
