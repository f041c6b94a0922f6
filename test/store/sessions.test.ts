// The life of a session: its end is written once, its steps are remembered, its cost adds up.
import { describe, expect, test } from "bun:test";
import { NO_USAGE } from "../../src/domain/session.ts";
import {
  changeSomething,
  claimed,
  FIXED,
  failureOf,
  GAVE_UP,
  openRoom,
  openTicket,
  ticketIn,
} from "./room.ts";

describe("the end of a session", () => {
  test("is written once", async () => {
    await using room = await openRoom();
    const { sessionId } = await ticketIn(room.store, "escalated");
    const first = await room.store.findSession(sessionId);
    room.clock.advance(1_000);
    const late = { stopReason: "concluded", detail: "a late finish", conclusion: FIXED } as const;
    await room.store.escalateTicket(sessionId, late);
    await room.store.releaseTicket(sessionId, late);
    await room.store.endSession(sessionId, late);
    expect(await room.store.findSession(sessionId)).toEqual(first);
    expect(await room.store.getTicket(1)).toMatchObject({ state: "escalated", note: "no idea" });
  });

  test("comes with the verification of its ticket", async () => {
    await using room = await openRoom();
    const { ticketId, sessionId } = await ticketIn(room.store, "verifying");
    await room.store.verifyTicket(ticketId, "it holds");
    expect(await room.store.findSession(sessionId)).toMatchObject({
      stopReason: "concluded",
      stopDetail: "it holds",
      conclusion: FIXED,
    });
  });

  test("comes as lease_lost when a person resolves its ticket", async () => {
    await using room = await openRoom();
    const { sessionId } = await ticketIn(room.store, "resolved");
    expect(await room.store.findSession(sessionId)).toMatchObject({ stopReason: "lease_lost" });
  });

  test("stays as it was when a person resolves the ticket that it escalated", async () => {
    await using room = await openRoom();
    const { ticketId, sessionId } = await ticketIn(room.store, "escalated");
    const before = await room.store.findSession(sessionId);
    await room.store.resolveTicket(ticketId, "by hand");
    expect(await room.store.findSession(sessionId)).toEqual(before);
  });

  test("keeps the conclusion that it was given", async () => {
    await using room = await openRoom();
    const { sessionId } = await ticketIn(room.store, "claimed");
    const conclusion = { ...FIXED, outcome: "cannot_fix" } as const;
    await room.store.escalateTicket(sessionId, { ...GAVE_UP, conclusion });
    const ended = { stopReason: "gave_up", stopDetail: "no idea", conclusion };
    expect(await room.store.findSession(sessionId)).toMatchObject(ended);
  });

  test("is refused while the session has its ticket", async () => {
    await using room = await openRoom();
    const { sessionId } = await ticketIn(room.store, "claimed");
    const failure = await failureOf(room.store.endSession(sessionId, GAVE_UP));
    expect(failure).toMatchObject({ code: "conflict" });
  });
});

test("a mutating step is known from its intent on", async () => {
  await using room = await openRoom();
  const { sessionId } = await ticketIn(room.store, "claimed");
  const operation = { action: "start", target: "one" };
  const targets = ["one", "two"];
  const known = {
    precondition: { met: "one is down" },
    effects: [{ kind: "start", targets: ["one"], source: "start one" }],
    undo: { type: "unneeded", reason: "it is declared to run" },
    approvalId: 7,
  } as const;
  const intent = { sessionId, kind: "act", operation, targets, ...known } as const;
  const id = await room.store.beginStep(intent);
  const entry = { id, ticketId: 1, ...intent, undoes: null, hasChanged: null } as const;
  const startedAtMs = room.clock.now();
  expect(await room.store.journalOf(sessionId)).toEqual([
    { ...entry, state: "intended", result: null, startedAtMs, endedAtMs: null },
  ]);
  room.clock.advance(5);
  await room.store.finishStep(id, { state: "failed", result: "no answer", changed: false });
  expect(await room.store.journalOf(sessionId)).toEqual([
    {
      ...{ ...entry, state: "failed", result: "no answer", hasChanged: false },
      ...{ startedAtMs, endedAtMs: startedAtMs + 5 },
    },
  ]);
  const again = { state: "done", result: "", changed: true } as const;
  expect(await failureOf(room.store.finishStep(id, again))).toMatchObject({ code: "conflict" });
  expect(await room.store.findSession(sessionId)).toMatchObject({ changes: 0 });
});

test("a session counts the steps that changed something", async () => {
  await using room = await openRoom();
  const { sessionId } = await ticketIn(room.store, "claimed");
  await changeSomething(room.store, sessionId);
  await changeSomething(room.store, sessionId);
  expect(await room.store.findSession(sessionId)).toMatchObject({ changes: 2 });
});

test("what a session touched is each member once, whatever became of the step", async () => {
  await using room = await openRoom();
  const { sessionId } = await ticketIn(room.store, "claimed");
  const step = { sessionId, kind: "act", operation: {} } as const;
  await room.store.beginStep({ ...step, targets: ["two", "one"] });
  await room.store.beginStep({ ...step, targets: ["one"] });
  await room.store.beginStep({ ...step, targets: [] });
  expect(await room.store.touchedBy(sessionId)).toEqual(["one", "two"]);
});

test("usage adds up, after the end too", async () => {
  await using room = await openRoom();
  const { sessionId } = await ticketIn(room.store, "claimed");
  const usage = { ...NO_USAGE, inputTokens: 10, costUsd: 0.25 };
  await room.store.addUsage(sessionId, 1, usage);
  await room.store.escalateTicket(sessionId, GAVE_UP);
  await room.store.addUsage(sessionId, 1, usage);
  const sum = { turns: 2, usage: { ...NO_USAGE, inputTokens: 20, costUsd: 0.5 } };
  expect(await room.store.findSession(sessionId)).toMatchObject(sum);
});

test("a session is found by the beginning of its id when no other begins so", async () => {
  let next = 0;
  const randomId = () => ["aa11", "ab22"][next++] ?? "zz";
  await using room = await openRoom({ randomId });
  for (const entity of ["one", "two"]) {
    await openTicket(room.store, entity);
    await claimed(room.store);
  }
  const ids = (await room.store.listSessions({ limit: 9 })).map(({ session }) => session.id);
  expect(ids.map((id) => id.slice(-4))).toEqual(["ab22", "aa11"]);
  const [newest = ""] = ids;
  expect((await room.store.findSession(newest.slice(0, -2)))?.id).toBe(newest);
  expect(await room.store.findSession("nothing")).toBeUndefined();
  const failure = await failureOf(room.store.findSession(newest.slice(0, -4)));
  expect(failure).toMatchObject({ code: "usage" });
});
