// What a page tells of other tickets beside one: which were open at the same time, and what agents
// did for them. Only what began while it was broken, and took effect, may stand behind its end.
import { expect, test } from "bun:test";
import { explainLines } from "../../src/commands/audit-explain.ts";
import { storyOf } from "../../src/commands/audit-story.ts";
import type { TicketOpsDB } from "../../src/store/ticket-ops-db.ts";
import { changeSomething, claimed, FIXED, firing, openRoom, type Room } from "../store/room.ts";
import { asking } from "../support/asking.ts";
import { ANNA, ANNAS_WORDS } from "../support/person.ts";

const SECOND_MS = 1_000;

/** However it is wrapped. */
async function pageOf({ store, clock }: Room, id: number): Promise<string> {
  const ticket = await store.getTicket(id);
  if (!ticket) throw new Error("there is such a ticket");
  const lines = explainLines(await storyOf(store, { ticket, nowMs: clock.now() }));
  return lines.join("\n").replace(/\s+/g, " ");
}

async function open({ store, clock }: Room, entity: string, subject = "toy"): Promise<void> {
  await store.recordViolations([{ ...firing({ entity, subject }), sinceMs: clock.now() }]);
}

async function failAtSomething(store: TicketOpsDB, sessionId: string): Promise<void> {
  const operation = { action: "start" };
  const entry = await store.beginStep({ sessionId, kind: "act", operation, targets: ["one"] });
  await store.finishStep(entry, { state: "failed", result: "it is paused", changed: true });
}

test("what agents did to the same member for another ticket is named, with its rows", async () => {
  await using room = await openRoom();
  await open(room, "two");
  await open(room, "one");
  await open(room, "three");
  const { session } = await claimed(room.store);
  room.clock.advance(5 * SECOND_MS);
  await changeSomething(room.store, session.id);
  await room.store.healTicket(2, "it holds");
  await room.store.healTicket(3, "it holds");
  const page = await pageOf(room, 2);
  expect(page).toContain(
    "OVER: it was seen well again; agents had changed one for another ticket, #1 (row 6).",
  );
  expect(page).toContain(" done nothing for this ticket; for ticket #1: start now ");
  expect(page).toMatch(/What it changed \S+ \+5\.0 s row 6: step 1, begun for ticket #1: start : /);
  expect(await pageOf(room, 3)).toContain("well again; no agent worked on it.");
});

test("what was done before it was seen broken is no part of how it ended", async () => {
  await using room = await openRoom();
  await open(room, "two");
  const { session } = await claimed(room.store);
  await changeSomething(room.store, session.id);
  room.clock.advance(5 * SECOND_MS);
  await open(room, "one");
  await room.store.healTicket(2, "it holds");
  const page = await pageOf(room, 2);
  expect(page).toContain("OVER: it was seen well again; no agent worked on it.");
  expect(page).toContain(" done no agent changed anything for it now ");
  expect(page).toContain(
    " before agents did to one: start, for ticket #1, 5.0 s before (row 4) done ",
  );
  expect(page).toMatch(/-5\.0 s row 4: step 1, begun for ticket #1, before this was seen broken: /);
});

test("what was done to it long before, or after it was over, is another matter", async () => {
  await using room = await openRoom();
  const { store, clock } = room;
  await open(room, "two");
  const { session } = await claimed(store);
  await changeSomething(store, session.id);
  clock.advance(61 * SECOND_MS);
  await store.renewLease(session.id, 600 * SECOND_MS);
  await open(room, "one");
  await store.healTicket(2, "it holds");
  clock.advance(SECOND_MS);
  await changeSomething(store, session.id);
  const page = await pageOf(room, 2);
  expect(page).toContain("well again; no agent worked on it.");
  expect(page).toContain("What it changed nothing ");
});

test("a step that failed has changed nothing that anybody knows of", async () => {
  await using room = await openRoom();
  await open(room, "two");
  await open(room, "one");
  const { session } = await claimed(room.store);
  await failAtSomething(room.store, session.id);
  await room.store.healTicket(2, "it holds");
  await room.store.releaseTicket(session.id, { stopReason: "gave_up", detail: "no idea" });
  await room.store.healTicket(1, "it holds");
  const other = await pageOf(room, 2);
  expect(other).toContain("it was seen well again; no agent is known to have changed one.");
  expect(other).toContain("; for ticket #1: start (failed) now ");
  expect(other).toContain("begun for ticket #1: start : it is paused ");
  const own = await pageOf(room, 1);
  expect(own).toContain(
    "again. An agent had tried to change something, of which no effect is known, and claimed no",
  );
  expect(own).toContain("; but whether what an agent tried is in force nobody knows");
});

test("a fix of which no step is known to have taken effect is not called a repair", async () => {
  await using room = await openRoom();
  await open(room, "one");
  const { session } = await claimed(room.store);
  await failAtSomething(room.store, session.id);
  await room.store.concludeTicket(session.id, FIXED);
  await room.store.verifyTicket(1, "it holds");
  expect(await pageOf(room, 1)).toContain(
    "OVER: an agent called it fixed, and the monitor saw it well; of what the agent tried no",
  );
});

test("what an agent changed and took back is told as taken back", async () => {
  await using room = await openRoom();
  const { store } = room;
  await open(room, "one");
  const { session } = await claimed(store);
  await changeSomething(store, session.id);
  const step = { sessionId: session.id, kind: "act", targets: ["one"], undoes: 1 } as const;
  const entry = await store.beginStep({ ...step, operation: { action: "stop" } });
  await store.finishStep(entry, { state: "done", result: "stopped", changed: true });
  await store.escalateTicket(session.id, { stopReason: "gave_up", detail: "no idea" });
  await store.healTicket(1, "it holds");
  expect(await pageOf(room, 1)).toContain(
    "An agent had changed something, all of which was taken back, and claimed no repair.",
  );
});

test("tickets that were open at the same time are named, however far they lie", async () => {
  await using room = await openRoom();
  const { store, clock } = room;
  await open(room, "early");
  await store.resolveTicket(1, "by hand");
  await open(room, "long");
  for (let id = 3; id < 15; id += 1) {
    await open(room, `passing ${id}`);
    await store.healTicket(id, "it holds");
  }
  clock.advance(-600 * SECOND_MS);
  await open(room, "one", "another");
  await open(room, "last");
  expect(await pageOf(room, 16)).toContain(
    " how bad critical; at the same time #2 answers of long: open cause ",
  );
  expect(await pageOf(room, 2)).toMatch(/ #3 .*, #4 .*, #5 .*, #6 .*\(self_healed\), and 9 more /);
  expect(await pageOf(room, 1)).toContain("; no other ticket of toy beside it");
});

test("only a repair after which it was seen well is told with its healing", async () => {
  await using room = await openRoom();
  const { store, clock } = room;
  await open(room, "one");
  await open(room, "two");
  await open(room, "three");
  const { session } = await claimed(store);
  await changeSomething(store, session.id);
  await store.concludeTicket(session.id, FIXED);
  await store.verifyTicket(1, "it holds");
  await store.healTicket(2, "it holds");
  clock.advance(SECOND_MS);
  await open(room, "three");
  await store.healTicket(3, "it holds");
  expect(await pageOf(room, 2)).toContain("; ticket #1, open at the same time, was repaired. ");
  const page = await pageOf(room, 3);
  expect(page).toContain("at the same time #1 answers of one: resolved (verified_fix), #2 ");
  expect(page).not.toContain("was repaired");
});

test("who approved what was asked for another ticket is named, and for which", async () => {
  await using room = await openRoom({ person: () => ANNA });
  const { store, clock } = room;
  await open(room, "one");
  await open(room, "two");
  const first = await claimed(store);
  const wish = { expiresInMs: 600 * SECOND_MS };
  await store.requestApproval(asking(first.session.id, wish));
  await store.escalateTicket(first.session.id, { stopReason: "aborted", detail: "stopped" });
  await store.decideApproval(1, "approved");
  clock.advance(SECOND_MS);
  const { session } = await claimed(store);
  await store.requestApproval(asking(session.id, wish));
  const whose = { sessionId: session.id, kind: "act", targets: ["one"], approvalId: 1 } as const;
  await store.beginStep({ ...whose, operation: { action: "start" } });
  const page = await pageOf(room, 2);
  expect(page).toContain(
    ` done start , approved by ${ANNAS_WORDS} when it was asked for ticket #1 (its end is not on`,
  );
  expect(page).toContain(
    `had asked for, was approved for ticket #1 by ${ANNAS_WORDS}, 1970-01-01 `,
  );
});

test("what an agent asks for one ticket is not waited for on another's page", async () => {
  await using room = await openRoom();
  await open(room, "one");
  await open(room, "two");
  const { session } = await claimed(room.store);
  await room.store.requestApproval(asking(session.id, { expiresInMs: 60 * SECOND_MS }));
  expect(await pageOf(room, 1)).toContain("NOT OVER: an agent waits for A PERSON'S ANSWER.");
  expect(await pageOf(room, 2)).toContain("NOT OVER: it is open.");
});
