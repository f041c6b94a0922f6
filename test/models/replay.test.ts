// A recorded session's replies, said again in another session.
import { expect, test } from "bun:test";
import { type AuditEvent, compactedContent } from "../../src/domain/audit.ts";
import { createReplayModel } from "../../src/models/replay.ts";
import { eventIn } from "../../src/models/result-event.ts";
import { openWorld, type World } from "../agent/world.ts";
import { actCall, call, type Line, says, shellCall } from "../support/scripted-model.ts";

const REPAIR: readonly Line[] = [
  says({ type: "text", text: "Is it dark?" }, shellCall("echo looking")),
  says(actCall("switch_on", "left")),
  // As a language model concludes: with the audit events that results name.
  ({ messages }) => {
    const blocks = messages.flatMap((message) => message.blocks);
    const evidence = blocks.flatMap((block) =>
      block.type === "tool_result" ? (eventIn(block.text) ?? []) : [],
    );
    const words = { outcome: "fixed", root_cause: "it was off", summary: "it is on" };
    return says(call("conclude", { ...words, evidence }));
  },
];

test("another session comes to the same end, on evidence of its own", async () => {
  const events = await recordRepair();
  using world = worldOf(events);
  await world.openTicket();
  // So that the same results have other numbers.
  await world.store.setHeld(1, true);
  await world.store.setHeld(1, false);
  await runConfirmed(world);
  const { conclusion, usage } = await world.session();
  expect((await world.ticket()).resolution).toBe("verified_fix");
  expect(conclusion?.evidence).toEqual(resultsOf(await eventsOf(world)).slice(0, 2));
  expect(conclusion?.evidence).not.toEqual(resultsOf(events).slice(0, 2));
  expect(usage.costUsd).toBe(0);
});

test("a record that is over is no answer, and is not asked again", async () => {
  const events = await recordRepair();
  const [first] = events.filter(({ type }) => type === "model_replied");
  using world = worldOf(first ? [first] : []);
  await world.openTicket();
  await world.run();
  const { stopReason, stopDetail } = await world.session();
  expect(stopReason).toBe("model_error");
  expect(stopDetail).toContain("the recorded session has no reply 2), try 1");
});

test("what is no reply of ours is not said", async () => {
  const events = await recordRepair();
  using world = worldOf(events.map((event) => ({ ...event, content: { blocks: "none" } })));
  await world.openTicket();
  await world.run();
  expect((await world.session()).stopDetail).toContain("reply 1 of the recorded session cannot be");
});

test("a record whose content was removed says so", async () => {
  const events = await recordRepair();
  using world = worldOf(
    events.map((event) => ({ ...event, content: compactedContent(event.hash) })),
  );
  await world.openTicket();
  await world.run();
  expect((await world.session()).stopDetail).toContain("was removed by audit compact");
});

async function recordRepair(): Promise<readonly AuditEvent[]> {
  using world = openWorld({ script: REPAIR });
  await world.openTicket();
  await runConfirmed(world);
  return await eventsOf(world);
}

function worldOf(events: readonly AuditEvent[]): World {
  const model = createReplayModel({ name: "replay:recorded", events });
  return openWorld({ script: [(request, signal) => model.query(request, signal)] });
}

async function runConfirmed(world: World): Promise<void> {
  const running = world.run();
  await world.untilLine(/-> verifying/);
  await world.store.verifyTicket(1, "seen well three times");
  await running;
}

async function eventsOf(world: World): Promise<readonly AuditEvent[]> {
  return world.store.eventsOf({ sessionId: (await world.session()).id });
}

function resultsOf(events: readonly AuditEvent[]): readonly number[] {
  return events.filter(({ type }) => type === "tool_result").map(({ id }) => id);
}
