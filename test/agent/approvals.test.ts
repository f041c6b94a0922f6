// A person's word inside a session: on what was proposed, in the state in which it was proposed.
import { expect, test } from "bun:test";
import type { Decision } from "../../src/domain/session.ts";
import type { WorkQueue } from "../../src/domain/ticket-ops.ts";
import { replaySession } from "../../src/replay/replay.ts";
import { eventually } from "../support/eventually.ts";
import {
  actCall,
  concludeCall,
  type Line,
  resultsIn,
  says,
  shellCall,
} from "../support/scripted-model.ts";
import { openWorld, SECRET, type World, type WorldOptions } from "./world.ts";

const SWITCH_ON: Line = () => says(actCall("switch_on", "left"));
const GIVE_UP: Line = says(concludeCall("cannot_fix"));

async function openApproving(
  script: readonly Line[],
  options: Partial<WorldOptions> = {},
): Promise<World> {
  const world = openWorld({ script, mode: "approve", ...options });
  await world.openTicket();
  return world;
}

interface Answer {
  readonly id: number;
  readonly decision: Decision;
  readonly words?: string;
  /** Before it is answered. */
  readonly meanwhile?: () => void;
}

async function answer(world: World, { id, decision, words, meanwhile }: Answer): Promise<void> {
  await world.untilLine(new RegExp(`waiting for approval #${id}$`));
  meanwhile?.();
  await world.store.decideApproval(id, decision, words);
}

/** What the agent was told of its first call in the request of this number. */
function told({ model }: World, request: number): string {
  return resultsIn(model.requests[request])[0] ?? "";
}

function briefOf({ model }: World, request: number): string {
  const [brief] = model.requests[request]?.messages[0]?.blocks ?? [];
  return brief?.type === "text" ? brief.text : "";
}

async function expectReplay(world: World): Promise<void> {
  for (const { id } of await world.store.sessionsOf(1)) {
    const events = await world.store.eventsOf({ sessionId: id });
    expect(await replaySession(events)).toMatchObject({ state: "same", isWhole: true });
  }
}

test("words go back to the model, which goes on and may propose again", async () => {
  using world = await openApproving([SWITCH_ON, SWITCH_ON, GIVE_UP]);
  const running = world.run();
  const words = "Look at the fuse.\n```\nThen ask again.";
  await answer(world, { id: 1, decision: "revised", words });
  await answer(world, { id: 2, decision: "approved" });
  await running;
  expect(told(world, 1)).toStartWith(
    "refused by the guard: approval #1 is sent back for you to revise what you propose.\n" +
      "The person's words:\n```text\nLook at the fuse.\n'''\nThen ask again.\n```\nPropose anew",
  );
  expect(world.lamps.deeds).toEqual(["on left"]);
  const states = (await world.store.listApprovals({})).map(({ id, state }) => [id, state]);
  expect(states).toEqual([
    [2, "used"],
    [1, "revised"],
  ]);
  await expectReplay(world);
});

test("the reason of a no goes to the model, without secrets", async () => {
  using world = await openApproving([SWITCH_ON, GIVE_UP]);
  const running = world.run();
  await answer(world, { id: 1, decision: "denied", words: `it is a fire; ${SECRET}` });
  await running;
  expect(told(world, 1)).toStartWith(
    "refused by the guard: approval #1 is denied.\nThe person's words:\n" +
      "```text\nit is a fire; [redacted]\n```\n",
  );
  expect(world.lamps.deeds).toEqual([]);
  await expectReplay(world);
});

test("who asks again after a no is told it again: nobody is asked twice", async () => {
  using world = await openApproving([SWITCH_ON, says(shellCall("true")), SWITCH_ON, GIVE_UP]);
  const running = world.run();
  await answer(world, { id: 1, decision: "denied", words: "it is a fire" });
  await running;
  expect(told(world, 3)).toContain("approval #1 is denied.\nThe person's words:");
  expect(await world.store.listApprovals({})).toHaveLength(1);
  await expectReplay(world);
});

test("in another state an approval is void: the model is told, and asks anew", async () => {
  using world = await openApproving([SWITCH_ON, SWITCH_ON, GIVE_UP]);
  const running = world.run();
  const meanwhile = () => void world.lamps.health.set("right", "down");
  await answer(world, { id: 1, decision: "approved", meanwhile });
  await answer(world, { id: 2, decision: "approved" });
  await running;
  const changed = "the state has changed since it was proposed: right was up and is down";
  expect(told(world, 1)).toContain(`approval #1 is void: ${changed}. Look again`);
  expect(await world.store.getApproval(1)).toMatchObject({ state: "void", note: changed });
  expect(world.lamps.deeds).toEqual(["on left"]);
  const [voided] = await world.events("approval_voided");
  expect(voided?.content).toMatchObject({ approvalId: 1, reason: changed });
  await expectReplay(world);
});

test("a state that is again what it was is the same", async () => {
  using world = await openApproving([SWITCH_ON, GIVE_UP]);
  const running = world.run();
  const { health } = world.lamps;
  const meanwhile = () => void health.set("right", "down").set("right", "up");
  await answer(world, { id: 1, decision: "approved", meanwhile });
  await running;
  expect(world.lamps.deeds).toEqual(["on left"]);
});

test("a guard that refuses by now leaves the approval void", async () => {
  const script = [says(shellCall("operator subject kill lamps right")), GIVE_UP];
  using world = await openApproving(script);
  for (const name of ["left", "middle"]) world.lamps.health.set(name, "up");
  const running = world.run();
  const meanwhile = () => void world.lamps.health.set("left", "down");
  await answer(world, { id: 1, decision: "approved", meanwhile });
  await running;
  expect(told(world, 1)).toContain("(left missing already), and 2 are needed; approval #1 is void");
  expect(await world.store.getApproval(1)).toMatchObject({ state: "void" });
});

/** The first session is told to end while it waits, and gives its ticket back. */
async function interrupted(script: readonly Line[]): Promise<World> {
  const world = await openApproving(script, { onShutdown: "release" });
  const running = world.run();
  await world.untilLine(/waiting for approval #1$/);
  world.stop("SIGTERM");
  await running;
  expect(await world.store.getApproval(1)).toMatchObject({ state: "pending", isAwaited: false });
  return world;
}

/** Another agent, which nobody has told to end. */
function runAgain(world: World): Promise<void> {
  return world.run(new AbortController().signal);
}

test("the next session finds what waits still, and nobody is asked twice", async () => {
  using world = await interrupted([SWITCH_ON, SWITCH_ON, GIVE_UP]);
  const running = runAgain(world);
  await eventually(async () => (await world.store.getApproval(1))?.isAwaited, "a new holder");
  await world.store.decideApproval(1, "approved");
  await running;
  expect(world.lamps.deeds).toEqual(["on left"]);
  expect(await world.store.listApprovals({})).toMatchObject([{ id: 1, state: "used" }]);
  await expectReplay(world);
});

test("what was approved while nobody waited is used by the next session at once", async () => {
  using world = await interrupted([SWITCH_ON, SWITCH_ON, GIVE_UP]);
  await world.store.decideApproval(1, "approved");
  await runAgain(world);
  expect(briefOf(world, 1)).toContain(
    '- approval #1, approved and not used: {"action":"switch_on","args":{},"target":"left"}; ' +
      "asked while 1 of 2 members up; left down",
  );
  expect(world.lamps.deeds).toEqual(["on left"]);
  expect(await world.store.listApprovals({})).toMatchObject([{ id: 1, state: "used" }]);
  await expectReplay(world);
});

test("words that were said while nobody waited are the next session's", async () => {
  using world = await interrupted([SWITCH_ON, SWITCH_ON, SWITCH_ON, GIVE_UP]);
  await world.store.decideApproval(1, "revised", "look at the fuse");
  const running = runAgain(world);
  await answer(world, { id: 2, decision: "approved" });
  await running;
  expect(briefOf(world, 1)).toContain("; the person's words: look at the fuse\n");
  expect(told(world, 2)).toContain("```text\nlook at the fuse\n```");
  expect(world.lamps.deeds).toEqual(["on left"]);
  await expectReplay(world);
});

test("between sessions the state changed: what was approved is void, and asked anew", async () => {
  using world = await interrupted([SWITCH_ON, SWITCH_ON, GIVE_UP]);
  await world.store.decideApproval(1, "approved");
  world.lamps.health.set("right", "down");
  const running = runAgain(world);
  await answer(world, { id: 2, decision: "approved" });
  await running;
  expect(await world.store.listApprovals({})).toMatchObject([
    { id: 2, state: "used" },
    { id: 1, state: "void", note: expect.stringContaining("right was up and is down") },
  ]);
});

test("a command's step names the approval that let it pass", async () => {
  using world = await openApproving([says(shellCall("no-such-program left")), GIVE_UP]);
  const running = world.run();
  await answer(world, { id: 1, decision: "approved" });
  await running;
  const steps = await world.store.journalOf((await world.session()).id);
  expect(steps.map(({ kind, approvalId }) => [kind, approvalId])).toEqual([["shell", 1]]);
});

test("an approval that is gone when it is to be spent lets nothing pass", async () => {
  const gone = (queue: WorkQueue) =>
    new Proxy(queue, {
      get(target, name) {
        if (name === "useApproval") return async () => false;
        const method: unknown = Reflect.get(target, name);
        return typeof method === "function" ? method.bind(target) : method;
      },
    });
  using world = await openApproving([SWITCH_ON, GIVE_UP], { wrapQueue: gone });
  const running = world.run();
  await answer(world, { id: 1, decision: "approved" });
  await running;
  expect(world.lamps.deeds).toEqual([]);
  expect(told(world, 1)).toContain("is no longer valid");
});
