// An attempt that mended nothing is taken back: in what order, after which ends, and on whose word.
import { expect, test } from "bun:test";
import { NO_POLICY, type PolicyRule } from "../../src/agent/guard/policy.ts";
import { ModelError } from "../../src/domain/model.ts";
import { eventually } from "../support/eventually.ts";
import { concludeCall, says } from "../support/scripted-model.ts";
import { AT_FIRST, isReplayedTheSame, openDialWorld, setCall, stepStates } from "./dial-world.ts";

const GIVES_UP = says(concludeCall("cannot_fix"));
const TURNS_TWO = says(setCall("left", 5), setCall("right", 7), setCall("left", 6));

test("a session that gives up takes back what it did, newest first", async () => {
  using world = openDialWorld({ script: [TURNS_TWO, GIVES_UP] });
  await world.openTicket();
  await world.run();
  expect(world.dials.deeds).toEqual(["left=5", "right=7", "left=6", "left=5", "right=2", "left=1"]);
  expect(world.dials.read()).toEqual(AT_FIRST);
  expect(await stepStates(world)).toEqual([
    "set_dial left: undone",
    "set_dial right: undone",
    "set_dial left: undone",
    "put_back left: done",
    "put_back right: done",
    "put_back left: done",
  ]);
  expect((await world.steps()).map(({ undoes }) => undoes)).toEqual([null, null, null, 3, 2, 1]);
  const undone = (await world.events("step_undone")).map(({ content }) => content);
  expect(undone).toMatchObject([
    { entryId: 3, by: 4 },
    { entryId: 2, by: 5 },
    { entryId: 1, by: 6 },
  ]);
  const { note } = await world.ticket();
  expect(note).toContain('taken back: step 3 set_dial left {"value":6}, step 2 set_dial right');
  await isReplayedTheSame(world);
});

const ENDS: readonly (readonly [what: string, options: Parameters<typeof openDialWorld>[0]])[] = [
  ["its turns are used up", { script: [says(setCall("left", 5))], limits: { turnsMax: 1 } }],
  ["the model fails", { script: [says(setCall("left", 5)), new ModelError("unauthorized", "no")] }],
  ["it turns in circles", { script: [says(setCall("left", 5))] }],
];
for (const [what, options] of ENDS) {
  test(`when ${what}, it is taken back`, async () => {
    using world = openDialWorld(options);
    await world.openTicket();
    await world.run();
    expect(world.dials.read()).toEqual(AT_FIRST);
    expect((await world.ticket()).note).toContain("taken back: step 1");
    await isReplayedTheSame(world);
  });
}

test("after the last verification was refused it is taken back", async () => {
  using world = openDialWorld({
    script: [says(setCall("left", 5)), says(concludeCall("fixed"))],
    limits: { refusalsMax: 1 },
  });
  await world.openTicket();
  const running = world.run();
  await world.untilLine(/-> verifying/);
  await world.store.refuseTicket(1, "left is still dark");
  await running;
  expect(world.dials.read()).toEqual(AT_FIRST);
  expect(await stepStates(world)).toEqual(["set_dial left: undone", "put_back left: done"]);
  await isReplayedTheSame(world);
});

test("what was verified stays", async () => {
  using world = openDialWorld({ script: [says(setCall("left", 5)), says(concludeCall("fixed"))] });
  await world.openTicket();
  const running = world.run();
  await world.untilLine(/-> verifying/);
  await world.store.verifyTicket(1, "seen well three times");
  await running;
  expect(world.dials.read()).toMatchObject({ left: 5 });
  expect(await stepStates(world)).toEqual(["set_dial left: done"]);
});

for (const onShutdown of ["escalate", "release"] as const) {
  test(`at SIGTERM it is taken back before the end: ${onShutdown}`, async () => {
    using world = openDialWorld({ script: [says(setCall("left", 5)), "hang"], onShutdown });
    await world.openTicket();
    const running = world.run();
    await eventually(() => world.model.requests.length === 2, "the step is done");
    world.stop("SIGTERM");
    await running;
    expect(world.dials.read()).toEqual(AT_FIRST);
    expect((await world.session()).stopDetail).toContain("taken back: step 1");
    expect((await world.ticket()).state).toBe(onShutdown === "release" ? "open" : "escalated");
    await isReplayedTheSame(world);
  });
}

test("what waits for its verification stays at SIGTERM: nobody has refused it", async () => {
  using world = openDialWorld({ script: [says(setCall("left", 5)), says(concludeCall("fixed"))] });
  await world.openTicket();
  const running = world.run();
  await world.untilLine(/waiting for the monitor/);
  world.stop("SIGTERM");
  await running;
  expect(world.dials.read()).toMatchObject({ left: 5 });
  expect((await world.ticket()).note).toContain("its changes stay");
});

test("a ticket that a person took away is not touched any more", async () => {
  using world = openDialWorld({ script: [says(setCall("left", 5)), "hang"], leaseMs: 300 });
  await world.openTicket();
  const running = world.run();
  await eventually(() => world.model.requests.length === 2, "the step is done");
  await world.store.resolveTicket(1, "I look after it");
  await running;
  expect(world.dials.deeds).toEqual(["left=5"]);
  await isReplayedTheSame(world);
});

function ruleOf(decision: "ask" | "deny"): PolicyRule {
  const anything = { subjects: undefined, effects: undefined, members: undefined };
  const which = { actions: ["put_back"], hours: undefined };
  return { name: "nothing back", decision, reason: undefined, ...anything, ...which };
}

test("an undo that the guard refuses is not done, and a person is told", async () => {
  const policy = { ...NO_POLICY, rules: [ruleOf("deny")] };
  using world = openDialWorld({
    script: [says(setCall("left", 5)), GIVES_UP],
    policy: async () => policy,
  });
  await world.openTicket();
  await world.run();
  expect(world.dials.deeds).toEqual(["left=5"]);
  const { note } = await world.ticket();
  expect(note).toMatch(/still there: step 1 set_dial left .*refused by the guard: .*nothing back/);
  const [kept] = await world.events("step_kept");
  expect(kept?.content).toMatchObject({ entryId: 1 });
  await isReplayedTheSame(world);
});

test("an undo that a person would have to be asked for is not done", async () => {
  const policy = { ...NO_POLICY, rules: [ruleOf("ask")] };
  using world = openDialWorld({
    script: [says(setCall("left", 5)), GIVES_UP],
    policy: async () => policy,
  });
  await world.openTicket();
  await world.run();
  expect(world.dials.deeds).toEqual(["left=5"]);
  expect((await world.ticket()).note).toContain("a person must be asked");
});

test("the blast radius does not stand in the way back", async () => {
  const one = { steps: 1, interruptions: 1 };
  const policy = { ...NO_POLICY, radius: { ticket: one, hour: one } };
  using world = openDialWorld({
    script: [says(setCall("left", 5)), GIVES_UP],
    policy: async () => policy,
  });
  await world.openTicket();
  await world.run();
  expect(world.dials.read()).toEqual(AT_FIRST);
});

test("an undo that fails is told, and those before it go on", async () => {
  using world = openDialWorld({
    script: [says(setCall("left", 5), setCall("right", 7)), GIVES_UP],
    before: ({ target, args }) => {
      if (target === "right" && args.value === 2) throw new Error("stuck");
    },
  });
  await world.openTicket();
  await world.run();
  expect(world.dials.read()).toEqual({ left: 1, right: 7 });
  expect((await world.ticket()).note).toContain("still there: step 2");
  expect(await stepStates(world)).toEqual([
    "set_dial left: undone",
    "set_dial right: done",
    "put_back right: failed",
    "put_back left: done",
  ]);
});
