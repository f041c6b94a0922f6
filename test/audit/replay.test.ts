// A session is run again from its record alone, and comes to the same, byte for byte.
import { expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import type { AuditEvent } from "../../src/domain/audit.ts";
import { ModelError } from "../../src/domain/model.ts";
import { NO_USAGE } from "../../src/domain/session.ts";
import { replaySession } from "../../src/replay/replay.ts";
import { openWorld, SECRET, type World } from "../agent/world.ts";
import { eventually } from "../support/eventually.ts";
import { lampSubject } from "../support/memory-subject.ts";
import { actCall, call, concludeCall, reply, says, shellCall } from "../support/scripted-model.ts";

async function eventsOf(world: World): Promise<readonly AuditEvent[]> {
  return world.store.eventsOf({ sessionId: (await world.session()).id });
}

async function confirmWhenAsked(world: World): Promise<void> {
  await world.untilLine(/-> verifying/);
  await world.store.verifyTicket(1, "seen well three times");
}

const SAME = { state: "same", isWhole: true };

test("a repair", async () => {
  using world = openWorld({
    script: [
      says({ type: "text", text: "Is it dark?" }, shellCall("echo looking; exit 3")),
      says(shellCall("shutdown -h now"), actCall("switch_on", "left")),
      says(actCall("switch_on", "left"), actCall("fly", "left"), shellCall("touch /tmp")),
      says(concludeCall("fixed")),
    ],
  });
  await world.openTicket();
  await Promise.all([world.run(), confirmWhenAsked(world)]);
  expect(await replaySession(await eventsOf(world))).toMatchObject(SAME);
});

test("what a provider said in its own form is kept, without secrets", async () => {
  const raw = { id: "msg_1", content: [{ type: "text", text: `the key is ${SECRET}` }] };
  const call = shellCall("echo looking");
  using world = openWorld({ script: [reply([call], { raw }), says(concludeCall("cannot_fix"))] });
  await world.openTicket();
  await world.run();
  const events = await eventsOf(world);
  const [said] = await world.events("model_replied");
  expect(said?.content.raw).toMatchObject({ id: "msg_1" });
  expect(JSON.stringify(events)).not.toContain(SECRET);
  expect(await replaySession(events)).toMatchObject(SAME);
});

test("a refused verification, and the turns after it", async () => {
  using world = openWorld({
    script: [
      says(concludeCall("fixed")),
      says(actCall("switch_on", "left")),
      says(concludeCall("fixed")),
    ],
  });
  await world.openTicket();
  const running = world.run();
  await world.untilLine(/-> verifying/);
  await world.store.refuseTicket(1, "left is still dark");
  await world.untilLine(/on; postcondition met/);
  await eventually(async () => (await world.ticket()).state === "verifying", "its second claim");
  await world.store.verifyTicket(1, "seen well three times");
  await running;
  const events = await eventsOf(world);
  expect(await replaySession(events)).toMatchObject(SAME);
  // Of two claims none may be missing.
  const claim = events.find(({ type }) => type === "session_concluded");
  const without = await replaySession(events.filter((event) => event !== claim));
  expect(without).toMatchObject({ state: "different", where: "the row session_concluded" });
});

test("failures of the model, waits by chance, and one too many", async () => {
  const failure = new ModelError("overloaded", "529");
  using world = openWorld({
    script: [failure, failure, says(shellCall("true")), new ModelError("unauthorized", "401")],
    random: Math.random,
  });
  await world.openTicket();
  await world.run();
  expect((await world.session()).stopReason).toBe("model_error");
  expect(await replaySession(await eventsOf(world))).toMatchObject(SAME);
});

test("an answer that came too late", async () => {
  using world = openWorld({ script: ["hang"], limits: { queryMsMax: 30, queryTriesMax: 2 } });
  await world.openTicket();
  await world.run();
  expect(await replaySession(await eventsOf(world))).toMatchObject(SAME);
});

test("long thoughts that a model condenses", async () => {
  const text = "dark ".repeat(100);
  using world = openWorld({
    script: [says({ type: "text", text }, shellCall("true")), says(concludeCall("cannot_fix"))],
    model: { condense: async () => ({ line: "it is dark", usage: { ...NO_USAGE, costUsd: 0.5 } }) },
  });
  await world.openTicket();
  await world.run();
  expect(await replaySession(await eventsOf(world))).toMatchObject(SAME);
});

test("an answer without a call, one that was cut off, and one in circles", async () => {
  using world = openWorld({
    script: [
      reply([{ type: "text", text: "hm" }], { stop: "end" }),
      reply([shellCall("rm")], { stop: "output_limit" }),
      says(shellCall("true")),
    ],
  });
  await world.openTicket();
  await world.run();
  expect((await world.session()).stopReason).toBe("repetition");
  expect(await replaySession(await eventsOf(world))).toMatchObject(SAME);
});

test("a call whose input is named by its keys, in an order of its own", async () => {
  const script = [says(call("shell", { zeal: 1, command: 7, art: 2 })), says(shellCall("true"))];
  using world = openWorld({ script, limits: { turnsMax: 2 } });
  await world.openTicket();
  await world.run();
  const [wrong] = await world.events("tool_result");
  expect(wrong?.content.text).toContain('Unrecognized keys: "art", "zeal"');
  expect(await replaySession(await eventsOf(world))).toMatchObject(SAME);
});

for (const decision of ["approved", "denied"] as const) {
  test(`a person's word: ${decision}`, async () => {
    using world = openWorld({
      script: [says(actCall("switch_on", "left")), says(concludeCall("cannot_fix"))],
      mode: "approve",
    });
    await world.openTicket();
    const running = world.run();
    await world.untilLine(/waiting for approval/);
    await world.store.decideApproval(1, decision);
    await running;
    expect(await replaySession(await eventsOf(world))).toMatchObject(SAME);
  });
}

for (const [what, script] of [
  ["while the model thinks", ["hang"]],
  ["in the middle of a command", [says(shellCall("echo begun; sleep 30"))]],
] as const) {
  test(`a signal ${what}`, async () => {
    using world = openWorld({ script: [...script] });
    await world.openTicket();
    const running = world.run();
    await eventually(() => world.model.requests.length > 0, "a request");
    if (what !== "while the model thinks") await world.untilLine(/\[Tool Call\]/);
    world.stop("SIGTERM");
    await running;
    expect(await world.session()).toMatchObject({ stopReason: "aborted" });
    expect(await replaySession(await eventsOf(world))).toMatchObject(SAME);
  });
}

test("an action that did not stop in time", async () => {
  const lamps = lampSubject({ run: () => new Promise(() => undefined) });
  using world = openWorld({ script: [says(actCall("switch_on", "left"))], lamps });
  await world.openTicket();
  const running = world.run();
  await world.untilLine(/\[Guard\] allow/);
  world.stop("SIGINT");
  await running;
  expect(await replaySession(await eventsOf(world))).toMatchObject(SAME);
});

test("a ticket that a person took away", async () => {
  using world = openWorld({ script: ["hang"], leaseMs: 300 });
  await world.openTicket();
  const running = world.run();
  await eventually(() => world.model.requests.length > 0, "a request");
  await world.store.resolveTicket(1, "mended by hand");
  await running;
  expect((await world.session()).stopReason).toBe("lease_lost");
  expect(await replaySession(await eventsOf(world))).toMatchObject(SAME);
});

test("a subject that cannot be opened", async () => {
  const { OperatorError } = await import("../../src/domain/errors.ts");
  using world = openWorld({
    script: ["hang"],
    openSubject: () => Promise.reject(new OperatorError("subject", "nobody answers")),
  });
  await world.openTicket();
  await world.run();
  expect(await replaySession(await eventsOf(world))).toMatchObject(SAME);
});

test("a record holds no secret, and a session that met one is replayed without it", async () => {
  using world = openWorld({
    script: [
      says({ type: "text", text: `I use ${SECRET}` }, shellCall(`echo ${SECRET}`)),
      // Without it the guard would not know which file that is.
      () => says(shellCall(`touch ${world.scratch}/${SECRET}`)),
      // What is told of a long line ends in the middle of it.
      says(shellCall(`echo ${"looking ".repeat(11)}${SECRET}`)),
      says(concludeCall("cannot_fix")),
    ],
  });
  await world.openTicket();
  await world.run();
  const events = await eventsOf(world);
  expect(JSON.stringify(events)).not.toContain(SECRET.slice(0, 6));
  expect(await replaySession(events)).toMatchObject(SAME);
});

test("arguments that hold secrets in their names are replayed in their order", async () => {
  const args = { "sk-zzzzzzzzzz": "one", "sk-aaaaaaaaaa": "two", [`${SECRET}-b`]: "three" };
  using world = openWorld({
    script: [
      says(call("act", { action: "switch_on", target: "left", reason: "r", args })),
      says(call("shell", { command: "true", ...args })),
      says(concludeCall("cannot_fix")),
    ],
  });
  await world.openTicket();
  await world.run();
  const events = await eventsOf(world);
  expect(JSON.stringify(events)).not.toContain(SECRET);
  expect(await replaySession(events)).toMatchObject(SAME);
});

test("of a secret that the bound of an output cuts in two neither half is kept", async () => {
  const [long, longer] = ["x".repeat(120), "z\n".repeat(4_000)];
  const output = `start\n${long} ${SECRET} y\n${longer}\n${SECRET} ${long}\nend\n`;
  for (let outputBytesMax = 256; outputBytesMax <= 296; outputBytesMax += 4) {
    using world = openWorld({
      script: [() => says(shellCall(`cat ${world.scratch}/log`)), says(concludeCall("cannot_fix"))],
      limits: { outputBytesMax },
    });
    writeFileSync(`${world.scratch}/log`, output);
    await world.openTicket();
    await world.run();
    const told = JSON.stringify(await eventsOf(world));
    expect(told).toContain("bytes cut here");
    expect(told, `${outputBytesMax} bytes`).not.toMatch(/hun|ter2/);
    expect(await replaySession(await eventsOf(world))).toMatchObject(SAME);
  }
});

test("calls that differ in a secret alone are the same calls", async () => {
  const guesses = Array.from({ length: 12 }, (_, index) => `echo --password=guess-${index}`);
  using world = openWorld({ script: guesses.map((guess) => says(shellCall(guess))) });
  await world.openTicket();
  await world.run();
  expect((await world.session()).stopReason).toBe("repetition");
  expect(await replaySession(await eventsOf(world))).toMatchObject(SAME);
});

test("of a thought that is told to its middle no half of a secret is left", async () => {
  const text = `${"x".repeat(388)} ${SECRET}`;
  using world = openWorld({
    script: [says({ type: "text", text }, shellCall("true"))],
    limits: { turnsMax: 1 },
  });
  await world.openTicket();
  await world.run();
  expect((await world.session()).stopDetail).toContain("last thought: xxx");
  expect(JSON.stringify(await world.session())).not.toContain(SECRET.slice(0, 6));
  expect(await replaySession(await eventsOf(world))).toMatchObject(SAME);
});

test("the session of an agent that was killed is replayed as far as it was recorded", async () => {
  using world = openWorld({
    script: [says(shellCall("echo one")), says(shellCall("echo two"), concludeCall("cannot_fix"))],
  });
  await world.openTicket();
  await world.run();
  const events = await eventsOf(world);
  for (let kept = events.length; kept > 0; kept -= 1) {
    const isBegun = events.slice(0, kept).some(({ type }) => type === "session_recorded");
    const isWhole = kept === events.length;
    const expected = isBegun ? { state: "same", isWhole } : { state: "unrecorded" };
    expect(await replaySession(events.slice(0, kept))).toMatchObject(expected);
  }
});
