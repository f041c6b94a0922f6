// What is done to members from outside: seen, judged, injected and lifted, on fake ports. That it
// really disturbs is shown on an engine: test/docker.
import { expect, test } from "bun:test";
import { disturbanceFault } from "../../src/disturbances/fault.ts";
import { disturbanceLeft, limitsChanged } from "../../src/disturbances/invariants.ts";
import { liftDisturbances } from "../../src/disturbances/lift.ts";
import { askRuntime, markMembers } from "../../src/disturbances/look.ts";
import type { DisturbanceType } from "../../src/domain/disturbance.ts";
import type { Observation, ObservedMember } from "../../src/domain/observation.ts";
import type { Runtime } from "../../src/domain/runtime.ts";
import { checkStrikes } from "../../src/faults/strike.ts";
import { systemClock as clock } from "../../src/infra/clock.ts";
import { disturbableMembers } from "../support/disturbed-members.ts";

const { signal } = new AbortController();
const NAMES = ["one", "two"];
const MEMBERS: readonly ObservedMember[] = NAMES.map((name) => ({
  name,
  role: "member",
  health: "up",
  detail: "serves",
}));

const partition = disturbanceFault({
  name: "partition",
  describes: "one member is cut off",
  strikes: () => "one",
  disturbs: () => ({ type: "partition", direction: "in", peers: ["two"] }),
  causes: "silent",
});

const squeeze = disturbanceFault({
  name: "squeeze",
  describes: "one member gets little memory",
  strikes: () => "one",
  disturbs: () => ({ type: "memory", bytes: 1_000_000 }),
  causes: "silent",
});

async function seenThrough(runtime: Runtime): Promise<Observation> {
  const word = await askRuntime({ runtime, clock, signal, deadlineMs: 500 });
  return { subject: "toy", startedAtMs: 1, endedAtMs: 2, members: MEMBERS, ...word };
}

function statesIn(current: Observation, invariant = limitsChanged): readonly string[] {
  return invariant.judge({ current, previous: undefined }).map(({ state }) => state);
}

test("a fault is planned, strikes, is seen and healed, all from its plan on file", async () => {
  const { runtime, found } = disturbableMembers(NAMES);
  const context = { runtime, signal, clock };
  const planned = partition.plan(await seenThrough(runtime), () => 0);
  const plan = JSON.parse(JSON.stringify(planned));
  expect(plan).toEqual({
    fault: "partition",
    targets: ["one"],
    details: { disturbance: { type: "partition", direction: "in", peers: ["two"] } },
  });
  await partition.inject(plan, context);
  await partition.inject(plan, context);
  expect(found).toEqual([{ member: "one", type: "partition", text: "some partition" }]);
  expect(partition.expects(plan)).toEqual([{ invariant: "silent", entity: "one" }]);
  await partition.heal(plan, context);
  expect(found).toEqual([]);
  await partition.heal(plan, context);
});

test("healing lifts only its own, and starts whom it has cost its life", async () => {
  const { runtime, found, states } = disturbableMembers(NAMES);
  const plan = squeeze.plan(await seenThrough(runtime), () => 0);
  found.push({ member: "one", type: "cpu", text: "0.1 cores" });
  await squeeze.inject(plan, { runtime, signal, clock });
  states.one = "stopped";
  states.two = "stopped";
  expect(await squeeze.heal(plan, { runtime, signal, clock })).toEqual([]);
  expect(found).toEqual([{ member: "one", type: "cpu", text: "0.1 cores" }]);
  expect(states).toEqual({ one: "running", two: "stopped" });
});

test("who was stopped since stays so, and who is disturbed is not struck", async () => {
  const { runtime, found, states } = disturbableMembers(NAMES);
  const plan = partition.plan(await seenThrough(runtime), () => 0);
  await partition.inject(plan, { runtime, signal, clock });
  const seen = await seenThrough(runtime);
  expect(() => partition.plan(seen, () => 0)).toThrow("one is disturbed: some partition");
  states.one = "stopped";
  expect(await partition.heal(plan, { runtime, signal, clock })).toEqual([
    "one is stopped, and partition does not do that",
  ]);
  expect([found, states]).toEqual([[], { one: "stopped" }]);
});

test("a fault that does not strike, and a plan that is not understood, are errors", async () => {
  const { runtime } = disturbableMembers(NAMES);
  const plan = partition.plan(await seenThrough(runtime), () => 0);
  const deaf = { ...runtime, disturber: { ...runtime.disturber, apply: async () => {} } };
  const context = { signal, clock };
  const injecting = partition.inject(plan, { ...context, runtime: deaf });
  await expect(injecting).rejects.toThrow("no partition is found at one");
  const foreign = { ...plan, details: { disturbance: { type: "meteor" } } };
  const healing = partition.heal(foreign, { ...context, runtime });
  await expect(healing).rejects.toThrow("its plan is not understood");
  const nowhere = partition.heal(plan, { ...context, runtime: undefined });
  await expect(nowhere).rejects.toThrow("only members in containers can be disturbed");
});

test("on processes a fault of containers is refused, and no other one is", () => {
  expect(() => checkStrikes(partition, "docker")).not.toThrow();
  expect(() => checkStrikes({ name: "kill" }, "local")).not.toThrow();
  expect(() => checkStrikes(partition, "local")).toThrow(
    "partition strikes members in containers, and these are processes",
  );
});

const CASES: readonly (readonly [DisturbanceType, string, string])[] = [
  ["cpu", "violated", "holds"],
  ["memory", "violated", "holds"],
  ["latency", "holds", "violated"],
  ["loss", "holds", "violated"],
  ["bandwidth", "holds", "violated"],
  ["partition", "holds", "violated"],
  ["disk", "holds", "violated"],
];

for (const [type, limits, left] of CASES) {
  test(`${type}: limits_changed ${limits}, disturbance_left ${left}`, async () => {
    const { runtime, found } = disturbableMembers(NAMES);
    found.push({ member: "one", type, text: "so and so" });
    const seen = await seenThrough(runtime);
    expect(statesIn(seen)).toEqual([limits, "holds"]);
    expect(statesIn(seen, disturbanceLeft)).toEqual([left, "holds"]);
  });
}

test("what was not seen is unknown, and where nobody looks nothing is judged", async () => {
  const { runtime } = disturbableMembers(NAMES);
  const broken = { ...runtime, members: () => Promise.reject(new Error("no engine")) };
  expect(statesIn(await seenThrough(broken))).toEqual(["unknown", "unknown"]);
  const hanging = { ...runtime, members: () => new Promise<never>(() => {}) };
  expect(await seenThrough(hanging)).toMatchObject({
    disturbances: { state: "failed", reason: "the docker runtime gave no answer in 500 ms" },
  });
  const local = await seenThrough({ ...broken, name: "local" });
  expect([local.disturbances, statesIn(local)]).toEqual([undefined, []]);
});

test("lifting needs a disturbed member; what is lifted is in effect", async () => {
  const { runtime, found } = disturbableMembers(NAMES);
  const action = liftDisturbances(runtime);
  const one = { target: "one", args: {} };
  const before = await seenThrough(runtime);
  expect(action.postcondition(before, one)).toEqual({ isMet: true });
  expect(action.precondition(before, one)).toMatchObject({ isMet: false });
  found.push({ member: "one", type: "loss", text: "loss 95 %" });
  const seen = await seenThrough(runtime);
  expect(action.precondition(seen, one)).toEqual({ isMet: true });
  expect(action.precondition(seen, { target: "two", args: {} })).toMatchObject({ isMet: false });
  expect(action.precondition(seen, { target: "six", args: {} })).toEqual({
    isMet: false,
    reason: 'unknown member "six": one of one, two',
  });
  expect(action.postcondition(seen, one)).toEqual({
    isMet: false,
    reason: "one is disturbed: loss 95 %",
  });
  const late = { ...seen, disturbances: { state: "failed", reason: "late", atMs: 1 } as const };
  expect(action.precondition(late, one)).toEqual({ isMet: true });
  expect(action.postcondition(late, one)).toMatchObject({ isMet: false });
  await action.run(one, { runtime, signal, clock });
  expect(action.postcondition(await seenThrough(runtime), one)).toEqual({ isMet: true });
});

test("a runtime without the means says so, and who has them", async () => {
  const { runtime, found } = disturbableMembers(NAMES, "broker");
  found.push({ member: "one", type: "loss", text: "loss 95 %" });
  const { disturber: _, ...brokered } = runtime;
  const seen = await seenThrough(brokered);
  const check = liftDisturbances(brokered).precondition(seen, { target: "one", args: {} });
  expect(check.isMet ? "met" : check.reason).toContain("the broker may not touch the network");
});

test("whoever looks at the members reads what is done to them", async () => {
  const { runtime, found } = disturbableMembers(NAMES);
  found.push({ member: "two", type: "loss", text: "loss 95 %" });
  expect(markMembers(MEMBERS, await seenThrough(runtime)).map(({ detail }) => detail)).toEqual([
    "serves",
    "serves; disturbed: loss 95 %",
  ]);
});
