// How a page tells of what did not end as it was meant to: repairs whose agent was gone before they
// were confirmed, attempts that were given up, steps and looks that nobody saw the end of.
import { expect, test } from "bun:test";
import { explainLines } from "../../src/commands/audit-explain.ts";
import { storyOf } from "../../src/commands/audit-story.ts";
import type { Conclusion } from "../../src/domain/session.ts";
import { changeSomething, claimed, FIXED, firing, openRoom, type Room } from "../store/room.ts";
import { ANNA } from "../support/person.ts";

const SECOND_MS = 1_000;
const ABORTED = { stopReason: "aborted", detail: "interrupted by SIGTERM" } as const;
const NO_NEED: Conclusion = {
  ...{ outcome: "no_action_needed", rootCause: "over before it was looked at" },
  ...{ evidence: [], summary: "it runs" },
};

/** However it is wrapped. */
async function pageOf({ store, clock }: Room, ticketId = 1): Promise<string> {
  const ticket = await store.getTicket(ticketId);
  if (!ticket) throw new Error("there is such a ticket");
  const lines = explainLines(await storyOf(store, { ticket, nowMs: clock.now() }));
  return lines.join("\n").replace(/\s+/g, " ");
}

/** A step, and the claim that it was the repair. */
async function repaired({ store, clock }: Room): Promise<string> {
  await store.recordViolations([{ ...firing(), sinceMs: clock.now() }]);
  const { session } = await claimed(store);
  await changeSomething(store, session.id);
  clock.advance(SECOND_MS);
  await store.concludeTicket(session.id, FIXED);
  clock.advance(SECOND_MS);
  return session.id;
}

test("a repair whose agent was stopped before it was confirmed is told as one", async () => {
  await using room = await openRoom();
  const sessionId = await repaired(room);
  await room.store.escalateTicket(sessionId, ABORTED);
  room.clock.advance(SECOND_MS);
  await room.store.healTicket(1, "it holds");
  const page = await pageOf(room);
  expect(page).toContain("OVER: it was seen well again. An agent had changed something, and");
  expect(page).toMatch(
    /and called it fixed \(row 6\), but it ended before the monitor had said so\. /,
  );
  expect(page).toMatch(/ cause it was stopped \(says runbook, not verified\) /);
  expect(page).toMatch(/\+2\.0 s row \d+: it ended, and the ticket was given to a person: interr/);
  expect(page).toMatch(
    / your part nothing any more; it was given to a person at \S+ \(row \d+\): interrupted by SIG/,
  );
  expect(page).toContain("the monitor saw for itself, not on an agent's word: it holds ");
});

for (const outcome of ["no_action_needed", "fixed"] as const) {
  test(`the cause is the word of who changed something, not of a later ${outcome}`, async () => {
    await using room = await openRoom();
    await repaired(room);
    room.clock.advance(60 * SECOND_MS);
    await room.store.expireLeases();
    room.clock.advance(60 * SECOND_MS);
    const { session } = await claimed(room.store, "another");
    await room.store.concludeTicket(session.id, { ...NO_NEED, outcome });
    await room.store.verifyTicket(1, "it holds");
    const page = await pageOf(room);
    expect(page).toMatch(/ cause it was stopped \(says runbook, not verified\) /);
    expect(page).toContain("but its lease ran out before the monitor had said so.");
    expect(page).toMatch(/it ended, and the ticket was open again for another agent: the lease of/);
    expect(page).not.toContain("given to a person");
  });
}

test("who found it over names no cause where another looked while it was broken", async () => {
  await using room = await openRoom();
  await room.store.recordViolations([{ ...firing(), sinceMs: room.clock.now() }]);
  const first = await claimed(room.store);
  await room.store.concludeTicket(first.session.id, FIXED);
  await room.store.releaseTicket(first.session.id, ABORTED);
  const second = await claimed(room.store, "another");
  await room.store.concludeTicket(second.session.id, NO_NEED);
  await room.store.verifyTicket(1, "it holds");
  expect(await pageOf(room)).toMatch(/ cause it was stopped \(says runbook, not verified\) /);
});

test("claims that were refused are told as refused", async () => {
  await using room = await openRoom();
  const sessionId = await repaired(room);
  await room.store.refuseTicket(1, "still dark");
  await room.store.escalateTicket(sessionId, { stopReason: "repetition", detail: "refused" });
  await room.store.healTicket(1, "it holds");
  const page = await pageOf(room);
  expect(page).toMatch(/called it fixed \(row \d+\), which the monitor did not confirm\. /);
});

test("what the monitor has verified needs no further word on its session's end", async () => {
  await using room = await openRoom();
  await repaired(room);
  await room.store.verifyTicket(1, "it holds");
  const page = await pageOf(room);
  expect(page).not.toContain("it ended");
  expect(page).toMatch(/ cause it was stopped \(says runbook\) /);
  expect(page).toContain(" your part nothing What was seen");
});

test("what persons did between the attempts is told, and who did it", async () => {
  await using room = await openRoom({ person: () => ANNA });
  const sessionId = await repaired(room);
  await room.store.escalateTicket(sessionId, ABORTED);
  await room.store.retryTicket(1);
  await room.store.setHeld(1, true);
  await room.store.setHeld(1, false);
  const second = await claimed(room.store, "another");
  const page = await pageOf(room);
  expect(page).toMatch(/row \d+: the ticket was sent back to agents by anna \(uid 1000\)/);
  expect(page).toMatch(
    /row \d+: the ticket was held by anna .* a command, so that no agent took it/,
  );
  expect(page).toMatch(
    new RegExp(`row \\d+: the ticket was held no more by anna .*, session ${second.session.id}`),
  );
});

test("the time beside a step is that of the row beside it", async () => {
  await using room = await openRoom();
  const { store, clock } = room;
  await store.recordViolations([{ ...firing(), sinceMs: clock.now() }]);
  const { session } = await claimed(store);
  const operation = { action: "start" };
  const whose = { sessionId: session.id, kind: "act", operation, targets: ["one"] } as const;
  const entry = await store.beginStep(whose);
  clock.advance(4 * SECOND_MS);
  await store.finishStep(entry, { state: "done", result: "started", changed: true });
  await store.beginStep(whose);
  const ids = (await store.eventsOf({})).flatMap(({ id, type }) =>
    /^step/.test(type) ? [id] : [],
  );
  const page = await pageOf(room);
  expect(page).toContain(` +4.0 s step 1, row ${ids[1]}: one: start`);
  expect(page).toContain(` +4.0 s step 2, row ${ids[2]}: one: start`);
});

test("of a look and of a proposal that nobody saw the end of no end is told", async () => {
  await using room = await openRoom();
  const { store } = room;
  await store.recordViolations([firing()]);
  const { session } = await claimed(store);
  const whose = { ticketId: 1, sessionId: session.id };
  const call = (id: string, command: string) => {
    return { type: "tool_call", id, name: "shell", input: { command, reason: "to see" } };
  };
  const blocks = [call("1", "sleep 1"), call("2", "sleep 30"), call("3", "uptime")];
  await store.appendAudit({ type: "model_replied", ...whose, content: { blocks } });
  const effects = [{ kind: "read", targets: [], source: "sleep" }];
  const allowed = { decision: "allow", reason: "it only reads", effects };
  for (const callId of ["1", "2"]) {
    await store.appendAudit({ type: "guard_decided", ...whose, content: { callId, ...allowed } });
    const content = { callId, text: "exit 0 in 1 s", exitCode: 0 };
    if (callId === "1") await store.appendAudit({ type: "tool_result", ...whose, content });
  }
  const page = await pageOf(room);
  expect(page).toContain(" 1 look, which changed nothing (row 6) ");
  expect(page).toMatch(/row 4: \$ sleep 30 \(to see\): a look, and its end is not on record /);
  expect(page).toMatch(/row 4: \$ uptime \(to see\): proposed, and no more is on record /);
  expect(page).not.toContain("nothing done");
});

test("who was stopped while a person was asked was not refused by the guard", async () => {
  await using room = await openRoom();
  const { store } = room;
  await store.recordViolations([firing()]);
  const { session } = await claimed(store);
  const whose = { ticketId: 1, sessionId: session.id };
  const input = { action: "start", target: "one", reason: "to repair" };
  const blocks = [{ type: "tool_call", id: "1", name: "act", input }];
  await store.appendAudit({ type: "model_replied", ...whose, content: { blocks } });
  const effects = [{ kind: "start", targets: ["one"], source: "start one" }];
  const asked = { callId: "1", decision: "ask", reason: "a person is asked first", effects };
  await store.appendAudit({ type: "guard_decided", ...whose, content: asked });
  const text = "refused by the guard: approval #7 is pending. Nothing was done.";
  const told = { callId: "1", text, isError: true };
  await store.appendAudit({ type: "tool_result", ...whose, content: told });
  expect(await pageOf(room)).toContain(
    ": not done: start one (to repair): approval #7 was not answered before the session ended. ",
  );
});
