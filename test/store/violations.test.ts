// From firing violations to tickets: one live ticket for each fingerprint, and a count on it.
import { expect, test } from "bun:test";
import { TicketOpsDB } from "../../src/store/ticket-ops-db.ts";
import { defined, firing, openRoom, openTicket } from "./room.ts";

test("a firing violation opens a ticket with its evidence", async () => {
  await using room = await openRoom();
  const evidence = { up: 0, nested: { list: [1, 2] } };
  const [recorded] = await room.store.recordViolations([firing({ evidence, reason: "gone" })]);
  expect(recorded).toEqual({ ticketId: 1, isNew: true });
  expect(await room.store.getTicket(1)).toMatchObject({
    fingerprint: "toy/answers/one",
    state: "open",
    reason: "gone",
    evidence,
    occurrences: 1,
    violatedSinceMs: 500,
    openedAtMs: room.clock.now(),
  });
});

test("a second violation with one fingerprint opens no second ticket", async () => {
  await using room = await openRoom();
  await openTicket(room.store);
  room.clock.advance(1_000);
  const again = firing({ reason: "still gone", evidence: { other: 1 } });
  expect(await room.store.recordViolations([again])).toEqual([{ ticketId: 1, isNew: false }]);
  expect(await room.store.getTicket(1)).toMatchObject({
    occurrences: 2,
    reason: "still gone",
    evidence: { status: 0 },
    lastViolatedAtMs: room.clock.now(),
    openedAtMs: room.clock.now() - 1_000,
  });
});

test("a repeated occurrence writes no audit event", async () => {
  await using room = await openRoom();
  for (let round = 0; round < 3; round += 1) await openTicket(room.store);
  const events = await room.store.eventsOf({});
  expect(events.map(({ type }) => type)).toEqual(["ticket_opened"]);
});

test("violations of one call are answered in their order", async () => {
  await using room = await openRoom();
  const entities = ["b", "a", "b"];
  const recorded = await room.store.recordViolations(entities.map((entity) => firing({ entity })));
  expect(recorded.map(({ ticketId, isNew }) => [ticketId, isNew])).toEqual([
    [1, true],
    [2, true],
    [1, false],
  ]);
});

test("two monitors file one ticket between them", async () => {
  await using room = await openRoom();
  using other = TicketOpsDB.open({ path: room.path, clock: room.clock });
  const stores = [room.store, other, room.store, other];
  const recorded = await Promise.all(stores.map((store) => store.recordViolations([firing()])));
  expect(recorded.flat().filter(({ isNew }) => isNew)).toHaveLength(1);
  expect(await other.getTicket(1)).toMatchObject({ occurrences: 4 });
});

test("an occurrence on an escalated ticket leaves it escalated", async () => {
  await using room = await openRoom();
  await openTicket(room.store);
  const claim = await room.store.claim({
    agentId: "a",
    leaseMs: 1,
    model: "runbook",
    mode: "execute",
  });
  const end = { stopReason: "gave_up", detail: "the diagnosis" } as const;
  await room.store.escalateTicket(defined(claim).session.id, end);
  await openTicket(room.store);
  expect(await room.store.getTicket(1)).toMatchObject({
    state: "escalated",
    note: "the diagnosis",
    occurrences: 2,
  });
});

test("live tickets of one subject come oldest first, resolved ones left out", async () => {
  await using room = await openRoom();
  const { store } = room;
  for (const entity of ["a", "b", "c"]) await openTicket(store, entity);
  await store.recordViolations([firing({ subject: "other" })]);
  await store.resolveTicket(2, "by hand");
  expect((await store.liveTickets("toy")).map(({ entity }) => entity)).toEqual(["a", "c"]);
});

test("a list is filtered by states and subject, newest first, and cut at its limit", async () => {
  await using room = await openRoom();
  const { store } = room;
  for (const entity of ["a", "b", "c", "d"]) await openTicket(store, entity);
  await store.recordViolations([firing({ subject: "other" })]);
  await store.resolveTicket(1, "by hand");
  await store.resolveTicket(4, "by hand");
  const ids = async (filter: Parameters<typeof store.listTickets>[0]) =>
    (await store.listTickets(filter)).map(({ id }) => id);
  expect(await ids({ limit: 3 })).toEqual([5, 4, 3]);
  expect(await ids({ limit: 9, states: ["resolved"] })).toEqual([4, 1]);
  expect(await ids({ limit: 9, states: ["open", "escalated"], subject: "toy" })).toEqual([3, 2]);
  expect(await ids({ limit: 2, states: ["open", "resolved"], subject: "toy" })).toEqual([4, 3]);
  expect(await ids({ limit: 9, states: [] })).toEqual([]);
});
