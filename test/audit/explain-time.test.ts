// What a ticket's page says of time: when by the clock and how long after the beginning, and whose
// the time was that went by.
import { expect, test } from "bun:test";
import { explainLines } from "../../src/commands/audit-explain.ts";
import { storyOf } from "../../src/commands/audit-story.ts";
import { NO_USAGE } from "../../src/domain/session.ts";
import { changeSomething, claimed, FIXED, firing, openRoom, type Room } from "../store/room.ts";
import { asking } from "../support/asking.ts";
import { ANNA, ANNAS_WORDS } from "../support/person.ts";

const SECOND_MS = 1_000;
/** However the line is wrapped. */
const HERS = ANNAS_WORDS.replace(/[()]/g, "\\$&").replaceAll(" ", "\\s+");

async function pageOf({ store, clock }: Room, ticketId = 1): Promise<string> {
  const ticket = await store.getTicket(ticketId);
  if (!ticket) throw new Error("there is such a ticket");
  return explainLines(await storyOf(store, { ticket, nowMs: clock.now() })).join("\n");
}

/** Asked after 1 s, answered after 7 s more, concluded 2 s later, verified after another 3 s. */
async function repairAfterAsking({ store, clock }: Room): Promise<void> {
  await store.recordViolations([{ ...firing(), sinceMs: clock.now() }]);
  const { ticket, session } = await claimed(store);
  clock.advance(SECOND_MS);
  await store.requestApproval(asking(session.id, { expiresInMs: 60 * SECOND_MS }));
  clock.advance(7 * SECOND_MS);
  await store.decideApproval(1, "approved");
  await changeSomething(store, session.id);
  clock.advance(2 * SECOND_MS);
  await store.concludeTicket(session.id, FIXED);
  clock.advance(3 * SECOND_MS);
  await store.verifyTicket(ticket.id, "it holds");
}

test("waiting for a person and for the monitor is no work", async () => {
  await using room = await openRoom();
  await repairAfterAsking(room);
  const page = await pageOf(room);
  expect(page).toContain(
    "  agents worked 3.0 s; waited 7.0 s for a person's answer; " +
      "waited 3.0 s for the monitor's word\n  broken for 13.0 s in all at most, by the clock\n",
  );
});

test("each moment is told by the clock, and by how long after the beginning", async () => {
  await using room = await openRoom();
  await repairAfterAsking(room);
  const page = await pageOf(room);
  expect(page).toMatch(
    / when {7}1970-01-01 \d\d:16:40 UTC\S* until \d\d:16:53, 13\.0 s at most: last seen broken at/,
  );
  expect(page).toMatch(
    / \d\d:16:41 \+1\.0 s row \d+: a person was asked, approval #1: restart one/,
  );
  expect(page).toMatch(/ \d\d:16:53 \+13\.0 s row \d+: the monitor saw for itself: it holds\n/);
});

test("a person's word is told with who gave it, and so is a closing by hand", async () => {
  await using room = await openRoom({ person: () => ANNA });
  await repairAfterAsking(room);
  const page = await pageOf(room);
  expect(page).toMatch(
    new RegExp(`row \\d+: a person's word on approval #1: approved by ${HERS}\n`),
  );
  await room.store.recordViolations([firing({ entity: "two" })]);
  await room.store.resolveTicket(2, "by hand");
  expect(await pageOf(room, 2)).toContain(`OVER: closed by ${ANNAS_WORDS}: by hand\n`);
});

test("what was seen well while somebody had it was not broken until it was closed", async () => {
  await using room = await openRoom();
  const { store, clock } = room;
  const broken = { ...firing(), sinceMs: clock.now() };
  await store.recordViolations([broken]);
  clock.advance(5 * SECOND_MS);
  await store.recordViolations([broken]);
  await claimed(store);
  clock.advance(31 * SECOND_MS);
  expect((await pageOf(room)).replace(/\s+/g, " ")).toMatch(
    / now last seen broken at \S+:45, 31\.0 s before this page; the ticket is claimed/,
  );
  await store.expireLeases();
  clock.advance(4 * SECOND_MS);
  await store.healTicket(1, "held in 4 looks over 3.0 s", 34 * SECOND_MS);
  const page = (await pageOf(room)).replace(/\s+/g, " ");
  expect(page).toMatch(/ until \d\d:16:46, 6\.0 s at most: last seen broken at \d\d:16:45 /);
  expect(page).toMatch(/ seen well since \d\d:16:46, closed at \d\d:17:20: held in 4 looks over/);
  expect(page).toContain(" broken for 6.0 s in all at most, by the clock");
});

test("what lies on another day has its date", async () => {
  await using room = await openRoom();
  await room.store.recordViolations([{ ...firing(), sinceMs: room.clock.now() }]);
  room.clock.advance(24 * 60 * 60 * SECOND_MS);
  await room.store.healTicket(1, "it holds");
  const page = await pageOf(room);
  expect(page).toMatch(/1970-01-02 \d\d:16:40 \+1 d 00 h row 2: the monitor saw/);
});

test("the time in which an agent was dead is nobody's work", async () => {
  await using room = await openRoom();
  const { store, clock } = room;
  await store.recordViolations([firing()]);
  const { session } = await claimed(store);
  clock.advance(2 * SECOND_MS);
  const said = { ticketId: 1, sessionId: session.id, content: {} };
  await store.appendAudit({ type: "model_replied", ...said });
  clock.advance(40 * SECOND_MS);
  expect(await pageOf(room)).toContain(
    "worked 2.0 s; no sign of an agent for 40.0 s, until its lease ran out",
  );
  expect(await pageOf(room)).toContain(
    "your part  its agent is not heard of any more. Does another",
  );
  await store.expireLeases();
  const page = await pageOf(room);
  expect(page).toContain("worked 2.0 s; no sign of an agent for 40.0 s, until its lease ran out");
});

test("what an agent wrote when its lease had run out is no work: it lived", async () => {
  await using room = await openRoom();
  const { store, clock } = room;
  await store.recordViolations([firing()]);
  const { session } = await claimed(store);
  clock.advance(31 * SECOND_MS);
  await store.expireLeases();
  clock.advance(9 * SECOND_MS);
  await store.addUsage(session.id, 1, { ...NO_USAGE, inputTokens: 1, cacheReadTokens: 20 });
  const page = await pageOf(room);
  expect(page).toMatch(/: the lease\s+of agent expired; its agent wrote again in row 6\n/);
  expect(page).toContain("agents worked 0 ms; no sign of an agent for 31.0 s, until its lease");
  expect(page).toContain("1 turn, 21 tokens in (20 of them from a cache), 0 out");
});

test("the same agent in a later attempt was not dead either", async () => {
  await using room = await openRoom();
  await room.store.recordViolations([firing()]);
  for (const agentId of ["agent", "another", "agent"]) {
    await claimed(room.store, agentId);
    room.clock.advance(60 * SECOND_MS);
    await room.store.expireLeases();
    room.clock.advance(60 * SECOND_MS);
  }
  const page = (await pageOf(room)).replace(/\s+/g, " ");
  expect(page).toMatch(/the lease of agent expired; its agent wrote again in row \d+ attempt 2/);
  expect(page).toMatch(/the lease of another expired attempt 3/);
});

test("a person who closes the ticket leaves no dead time", async () => {
  await using room = await openRoom();
  await room.store.recordViolations([firing()]);
  await claimed(room.store);
  room.clock.advance(5 * SECOND_MS);
  await room.store.resolveTicket(1, "by hand");
  const page = await pageOf(room);
  expect(page).toContain("\nOVER: closed by a person: by hand\n");
  expect(page).toMatch(
    / now {8}closed at \S+ by a person, not by observation; last seen broken at/,
  );
  expect(page).toContain("\n  agents worked 5.0 s\n");
});

test("who closes a ticket by hand ends no break that nobody saw the end of", async () => {
  await using room = await openRoom();
  const { store, clock } = room;
  const broken = { ...firing(), sinceMs: clock.now() };
  await store.recordViolations([broken]);
  clock.advance(5 * SECOND_MS);
  await store.resolveTicket(1, "by hand");
  const page = await pageOf(room);
  expect(page).toMatch(/ closed at \S+:45: whether it was over then is not\s+known\n/);
  expect(page).toContain("how long it was broken in all is not known: it was closed by a person");
  await store.recordViolations([broken]);
  const later = await pageOf(room);
  expect(later).toMatch(/: it was broken still, and ticket #2\s+goes on with it\n/);
});

test("of a clock that was set, or rows that nobody wrote, no duration is made", async () => {
  for (const hours of [-2, 2]) {
    await using room = await openRoom();
    room.clock.advance(3 * 3_600 * SECOND_MS);
    await room.store.recordViolations([{ ...firing(), sinceMs: room.clock.now() }]);
    await claimed(room.store);
    room.clock.advance(hours * 3_600 * SECOND_MS);
    await room.store.expireLeases();
    await room.store.resolveTicket(1, "by hand");
    const page = (await pageOf(room)).replace(/\s+/g, " ");
    expect(page).toContain(
      hours < 0
        ? "; the clock was set back meanwhile (row 4): what was before it was later "
        : "; nothing is on record from row 3 to row 4, 2 h 00 m by the clock, which may have been",
    );
    expect(page).toContain(" by the clock, which is not to be trusted here: agents worked ");
  }
});

test("a person's answer may take hours by any clock", async () => {
  await using room = await openRoom();
  const { store, clock } = room;
  await store.recordViolations([{ ...firing(), sinceMs: clock.now() }]);
  const { session } = await claimed(store);
  await store.requestApproval(asking(session.id, { expiresInMs: 7_200 * SECOND_MS }));
  clock.advance(7_000 * SECOND_MS);
  await store.decideApproval(1, "approved");
  expect(await pageOf(room)).not.toContain("nothing is on record");
});

test("who asked and is gone waits for no answer", async () => {
  await using room = await openRoom();
  const { store, clock } = room;
  await store.recordViolations([firing()]);
  const { session } = await claimed(store);
  await store.requestApproval(asking(session.id, { expiresInMs: 600 * SECOND_MS }));
  expect(await pageOf(room)).toContain("NOT OVER: an agent waits for A PERSON'S ANSWER.");
  clock.advance(31 * SECOND_MS);
  const lapsed = await pageOf(room);
  expect(lapsed).toContain("NOT OVER: it is claimed, and its agent is not heard of.");
  expect(lapsed).toContain("Does another one run? operator agent; approval #1\n");
  await store.expireLeases();
  const open = await pageOf(room);
  expect(open).toContain("NOT OVER: it is open.");
  expect(open).toMatch(/waits for an agent\. Does one run\? operator agent; approval #1 is\s/);
  expect(open).toMatch(/for the next agent that asks\s+the same: operator actions show 1\n/);
});
