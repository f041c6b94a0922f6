// One session from claim to end, on the real store and with a real shell.
import { expect, test } from "bun:test";
import { OperatorError } from "../../src/domain/errors.ts";
import { eventually } from "../support/eventually.ts";
import { actCall, concludeCall, resultsIn, says, shellCall } from "../support/scripted-model.ts";
import { openWorld, type World } from "./world.ts";

/** The monitor's part: confirms as soon as the session has concluded. */
async function confirmWhenAsked(world: World): Promise<void> {
  await world.untilLine(/-> verifying/);
  await world.store.verifyTicket(1, "seen well three times");
}

test("a repair is diagnosed, done, concluded and verified", async () => {
  using world = openWorld({
    script: [
      says({ type: "text", text: "Is it dark?" }, shellCall("echo looking")),
      says(actCall("switch_on", "left")),
      says(concludeCall("fixed")),
    ],
  });
  await world.openTicket();
  await Promise.all([world.run(), confirmWhenAsked(world)]);
  expect((await world.ticket()).resolution).toBe("verified_fix");
  expect(await world.session()).toMatchObject({
    stopReason: "concluded",
    turns: 3,
    changes: 1,
    conclusion: { outcome: "fixed", rootCause: "it was stopped" },
  });
  expect(world.lines.map((line) => line.replace(/in [\d.]+ s|after [\d.]+ s/, "in time"))).toEqual([
    "Agent loop starting",
    "Processing ticket #1: lamps/lamp_on/left: no answer",
    "[Script] Is it dark?",
    "[Tool Call] shell: echo looking (to see)",
    "[Tool Result] Exit 0: looking",
    "[Tool Call] act: switch_on left (to repair)",
    "[Guard] allow: starts left: mode execute allows it; no undo needed: lamps are meant to be on",
    "[Tool Result] Exit 0: done: switched left on; postcondition met in time",
    "[Tool Call] conclude: fixed: it runs again",
    "Ticket #1 -> verifying",
    "[Verify] waiting for the monitor to confirm",
    "[Verify] resolved as verified_fix",
    "Ticket #1 -> resolved",
  ]);
});

test("the audit holds briefing, replies, guard decisions and results, in their order", async () => {
  using world = openWorld({
    script: [
      says(shellCall("echo one"), actCall("switch_on", "left")),
      says(concludeCall("fixed")),
    ],
  });
  await world.openTicket();
  await Promise.all([world.run(), confirmWhenAsked(world)]);
  const types = (await world.store.eventsOf({})).map(({ type }) => type);
  expect(types).toEqual([
    "ticket_opened",
    "session_started",
    "ticket_moved",
    "session_briefed",
    "session_recorded",
    "model_replied",
    "guard_decided",
    "tool_result",
    "guard_decided",
    "step_begun",
    "step_finished",
    "tool_result",
    "session_recorded",
    "model_replied",
    "session_concluded",
    "ticket_moved",
    "ticket_moved",
    "session_ended",
    "session_recorded",
  ]);
  expect((await world.store.verifyAudit()).state).toBe("intact");
});

test("two tool calls in one message have two results, by id and in order", async () => {
  const first = shellCall("echo first");
  const second = shellCall("echo second; exit 3");
  using world = openWorld({ script: [says(first, second), says(concludeCall("cannot_fix"))] });
  await world.openTicket();
  await world.run();
  const blocks = world.model.requests[1]?.messages.at(-1)?.blocks ?? [];
  expect(blocks).toMatchObject([
    { callId: "id" in first ? first.id : "", isError: false },
    { callId: "id" in second ? second.id : "", isError: true },
  ]);
  const [one, two] = resultsIn(world.model.requests[1]);
  expect(one).toMatch(/^exit 0 in [\d.]+ s\n```text\nfirst\n```\n\(audit event \d+\)$/);
  expect(two).toMatch(/^exit 3 /);
});

test("calls to which a model gives one id have each their own, in the record too", async () => {
  const same = (command: string) => ({ ...shellCall(command), id: "same" });
  const script = [
    says(same("echo a"), same("shutdown -h now"), same("echo b")),
    says(same("echo c")),
    says(concludeCall("cannot_fix")),
  ];
  using world = openWorld({ script });
  await world.openTicket();
  await world.run();
  const ids = ["same", "same_2", "same_3", "same_4"];
  for (const type of ["guard_decided", "tool_result"] as const) {
    const found = (await world.events(type)).map(({ content }) => content.callId);
    expect(found.filter((id) => `${id}`.startsWith("same"))).toEqual(ids);
  }
  const [, denied] = await world.events("guard_decided");
  expect(denied?.content).toMatchObject({ callId: "same_2", decision: "deny" });
  const messages = world.model.requests[2]?.messages ?? [];
  const told = messages.flatMap(({ blocks }) =>
    blocks.flatMap((block) => (block.type === "tool_call" ? [block.id] : [])),
  );
  expect(told).toEqual(ids);
});

test("calls after a conclusion are not executed, and get a result", async () => {
  using world = openWorld({
    script: [
      says(concludeCall("fixed"), actCall("switch_on", "left")),
      says(concludeCall("cannot_fix")),
    ],
  });
  await world.openTicket();
  const running = world.run();
  await world.untilLine(/-> verifying/);
  await world.store.refuseTicket(1, "left is still dark");
  await running;
  expect(resultsIn(world.model.requests[1])).toEqual([
    expect.stringContaining("verification refused: left is still dark"),
    expect.stringContaining("not executed: it came after conclude"),
  ]);
  expect(world.lamps.deeds).toEqual([]);
});

test("a refused verification goes on in the same session, which may succeed then", async () => {
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
  await world.untilLine(/\[Verify\] refused: left is still dark/);
  await world.untilLine(/on; postcondition met/);
  await confirmAgain(world);
  await running;
  expect((await world.store.sessionsOf(1)).length).toBe(1);
  expect((await world.ticket()).resolution).toBe("verified_fix");
});

test("waiting for the monitor is not working time", async () => {
  using world = openWorld({
    script: [says(concludeCall("fixed")), says(concludeCall("cannot_fix"))],
    limits: { sessionMsMax: 400 },
  });
  await world.openTicket();
  const running = world.run();
  await confirmable(world);
  await Bun.sleep(600);
  await world.store.refuseTicket(1, "left is still dark");
  await running;
  expect((await world.session()).stopReason).toBe("gave_up");
});

test("a conclusion that is refused again and again ends with a person", async () => {
  using world = openWorld({ script: [says(concludeCall("fixed"))], limits: { refusalsMax: 2 } });
  await world.openTicket();
  const running = world.run();
  for (const reason of ["dark once", "dark twice"]) {
    await confirmable(world);
    await world.store.refuseTicket(1, reason);
  }
  await running;
  expect(await world.session()).toMatchObject({
    stopReason: "repetition",
    stopDetail: expect.stringContaining("2 verifications were refused, the last one: dark twice"),
  });
});

test("cannot_fix escalates with the diagnosis", async () => {
  using world = openWorld({ script: [says(concludeCall("cannot_fix"))] });
  await world.openTicket();
  await world.run();
  expect(await world.ticket()).toMatchObject({
    state: "escalated",
    note: "cannot fix: it was stopped; it runs again",
  });
  expect(await world.session()).toMatchObject({
    stopReason: "gave_up",
    conclusion: { outcome: "cannot_fix" },
  });
  expect(world.lines.at(-1)).toStartWith("Ticket #1 -> escalated: cannot fix");
});

test("a session that changed nothing earns no credit", async () => {
  using world = openWorld({
    script: [
      says(shellCall("echo nothing"), actCall("switch_on", "right")),
      says(concludeCall("no_action_needed")),
    ],
  });
  await world.openTicket();
  await Promise.all([world.run(), confirmWhenAsked(world)]);
  expect((await world.ticket()).resolution).toBe("self_healed");
});

test("a ticket that a person resolves while it is verified ends the session quietly", async () => {
  using world = openWorld({ script: [says(concludeCall("fixed"))] });
  await world.openTicket();
  const running = world.run();
  await world.untilLine(/-> verifying/);
  await world.store.resolveTicket(1, "I did it");
  await running;
  expect((await world.ticket()).resolution).toBe("manual");
  expect(world.lines.at(-1)).toBe("Ticket #1 -> resolved");
});

test("a ticket held while it is verified lets its agent go, and comes back", async () => {
  const fixed = says(concludeCall("fixed"));
  using world = openWorld({ script: [says(actCall("switch_on", "left")), fixed, fixed] });
  await world.openTicket();
  const running = world.run();
  await world.untilLine(/-> verifying/);
  await world.store.setHeld(1, true);
  await running;
  expect(await world.session()).toMatchObject({
    stopReason: "aborted",
    stopDetail: "a person holds the ticket",
  });
  expect(await world.ticket()).toMatchObject({ state: "open", isHeld: true });
  await world.store.setHeld(1, false);
  await Promise.all([world.run(), confirmAgain(world)]);
  expect(await world.ticket()).toMatchObject({ state: "resolved", attempts: 2 });
});

test("without a monitor the wait for verification ends with a person", async () => {
  using world = openWorld({
    script: [says(concludeCall("fixed"))],
    limits: { verificationMsMax: 30 },
  });
  await world.openTicket();
  await world.run();
  expect(await world.session()).toMatchObject({
    stopReason: "time_limit",
    stopDetail: expect.stringContaining("no monitor has decided"),
  });
});

test("a subject that cannot be opened is for a person", async () => {
  using world = openWorld({
    script: [],
    openSubject: () => Promise.reject(new OperatorError("subject", "lamps do not run here")),
  });
  await world.openTicket();
  await world.run();
  expect((await world.ticket()).note).toBe("opening the subject lamps: lamps do not run here");
});

async function confirmable(world: World): Promise<void> {
  await eventually(async () => (await world.ticket()).state === "verifying", "verifying");
}

async function confirmAgain(world: World): Promise<void> {
  await confirmable(world);
  await world.store.verifyTicket(1, "seen well three times");
}
