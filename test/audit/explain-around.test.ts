// What a page tells of what lies around a ticket: what agents did to the same member for another,
// whose rows a model named, when nobody had it, that the clock was set, and what age has left.
import { expect, test } from "bun:test";
import { explainLines } from "../../src/commands/audit-explain.ts";
import { storyOf } from "../../src/commands/audit-story.ts";
import { openWorld } from "../agent/world.ts";
import { claimed, FIXED, firing, openRoom, type Room } from "../store/room.ts";
import { eventually } from "../support/eventually.ts";
import { actCall, concludeCall, says, shellCall } from "../support/scripted-model.ts";

const SECOND_MS = 1_000;
const GAVE_UP = { stopReason: "gave_up", detail: "no idea" } as const;

/** However it is wrapped. */
async function pageOf({ store, clock }: Pick<Room, "store" | "clock">, id = 1): Promise<string> {
  const ticket = await store.getTicket(id);
  if (!ticket) throw new Error("there is such a ticket");
  const lines = explainLines(await storyOf(store, { ticket, nowMs: clock.now() }));
  return lines.join("\n").replace(/\s+/g, " ");
}

test("rows of other tickets, and numbers that no row has, are no evidence", async () => {
  await using room = await openRoom();
  const { store } = room;
  await store.recordViolations([firing({ entity: "one" })]);
  await store.recordViolations([firing({ entity: "two" })]);
  const { session } = await claimed(store);
  await store.concludeTicket(session.id, { ...FIXED, evidence: [1, 2, 3, 999_999] });
  const page = await pageOf(room);
  expect(page).toContain(
    "from these rows, which it named: rows 1, 3 " +
      "of another ticket, or of none: row 2 there is no row 999999 ",
  );
});

test("the time in which no session had the ticket is told", async () => {
  await using room = await openRoom();
  const { store, clock } = room;
  await store.recordViolations([{ ...firing(), sinceMs: clock.now() }]);
  clock.advance(SECOND_MS);
  const { session } = await claimed(store);
  clock.advance(2 * SECOND_MS);
  await store.releaseTicket(session.id, GAVE_UP);
  clock.advance(3 * SECOND_MS);
  const second = await claimed(store);
  await store.escalateTicket(second.session.id, GAVE_UP);
  clock.advance(7 * SECOND_MS);
  expect(await pageOf(room)).toContain("it was a person's for 7.0 s ");
  await store.healTicket(1, "it holds");
  expect(await pageOf(room)).toContain(
    "agents worked 2.0 s; the ticket lay open for 4.0 s; it was a person's for 7.0 s " +
      "broken for 13.0 s in all at most, by the clock",
  );
});

test("a clock that was set back is told with the row that shows it", async () => {
  await using room = await openRoom();
  await room.store.recordViolations([firing()]);
  await room.store.setHeld(1, true);
  expect(await pageOf(room)).not.toContain("the clock was set back");
  room.clock.advance(-60 * SECOND_MS);
  await room.store.setHeld(1, false);
  expect(await pageOf(room)).toContain("the clock was set back meanwhile (row 3)");
});

test("what the guard refused and allowed is told when what was said is gone by age", async () => {
  using world = openWorld({
    script: [
      says(shellCall("shutdown -h now"), actCall("switch_on", "left"), shellCall("uptime")),
      says(concludeCall("fixed")),
    ],
  });
  await world.openTicket();
  const running = world.run();
  await world.untilLine(/-> verifying/);
  await world.store.verifyTicket(1, "seen well three times");
  await running;
  await world.store.compactAudit({ cutoffMs: Date.now() + 1_000, afterId: 0 });
  const page = await pageOf({ store: world.store, clock: { now: Date.now } as Room["clock"] });
  expect(page).toMatch(/ refused what an agent proposed, and it did not run: shutdown -h now \(/);
  expect(page).toMatch(/row \d+: REFUSED by the guard \(row \d+\): shutdown -h now \(the whole/);
  expect(page).toMatch(/: the guard allowed it \(row \d+\); it became step 1 /);
  expect(page).not.toContain("uptime");
});

test("what persons were asked and said is told once each when what was said is gone", async () => {
  using world = openWorld({
    script: [
      says(actCall("switch_on", "left")),
      says(actCall("switch_on", "left")),
      says(concludeCall("cannot_fix")),
    ],
    mode: "approve",
  });
  await world.openTicket();
  const running = world.run();
  for (const [id, decision] of [
    [1, "revised"],
    [2, "approved"],
  ] as const) {
    const isAsked = async () => (await world.store.getApproval(id))?.state === "pending";
    await eventually(isAsked, `approval ${id} is asked`);
    await world.store.decideApproval(id, decision, "one at a time");
  }
  await running;
  await world.store.healTicket(1, "it holds");
  const told = { store: world.store, clock: { now: Date.now } as Room["clock"] };
  await world.store.compactAudit({ cutoffMs: Date.now() + 1_000, afterId: 0 });
  const page = await pageOf(told);
  expect(page).toContain(" refused what an agent proposed, and it did not run: switch_on left ");
  expect(page).toMatch(/: not done: switch_on left: a person's word was: revised /);
  expect(page).toMatch(/: a person allowed it; the guard had asked \(row \d+\); it became step 1 /);
  expect(page.match(/the guard had asked|the guard asked/g)).toHaveLength(1);
});
