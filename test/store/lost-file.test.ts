// A file that is taken away while it is in use: nothing is written where nobody looks, it is said
// once, and the store goes on with what is at the path.
import { expect, test } from "bun:test";
import { chmodSync, chownSync, linkSync, mkdirSync, renameSync, rmdirSync, rmSync } from "node:fs";
import { TicketOpsDB } from "../../src/store/ticket-ops-db.ts";
import { asNobody } from "../support/as-nobody.ts";
import { claimed, failureOf, openRoom, openTicket, type Room } from "./room.ts";

function deleteFile({ path }: Room): void {
  for (const suffix of ["", "-wal", "-shm"]) rmSync(`${path}${suffix}`, { force: true });
}

function lostMessage({ path }: Room): string {
  return `cannot use database ${path}: it was deleted or replaced while it was in use`;
}

test("a deleted file is missed at once, and a new one is made by the next call", async () => {
  await using room = await openRoom();
  await openTicket(room.store);
  deleteFile(room);
  expect(await failureOf(openTicket(room.store))).toMatchObject({
    code: "database",
    message: lostMessage(room),
  });
  await openTicket(room.store, "two");
  using other = TicketOpsDB.open({ path: room.path, clock: room.clock });
  expect(await other.listTickets({ limit: 9 })).toMatchObject([{ entity: "two" }]);
});

test("two processes that lost one file meet again in the next, and neither harms it", async () => {
  await using room = await openRoom();
  using other = TicketOpsDB.open({ path: room.path, clock: room.clock });
  await openTicket(room.store);
  await openTicket(other);
  deleteFile(room);
  await failureOf(openTicket(room.store, "three"));
  await openTicket(room.store, "three");
  // Closes the old file, whose -wal had the name that the new one's has.
  expect(await failureOf(openTicket(other, "four"))).toMatchObject({ message: lostMessage(room) });
  await openTicket(other, "four");
  expect(await room.store.listTickets({ limit: 9 })).toMatchObject([
    { entity: "four" },
    { entity: "three" },
  ]);
  expect(await other.verifyAudit()).toMatchObject({ state: "intact", rows: 2 });
});

test("a file that another took the place of is left for that one", async () => {
  await using room = await openRoom();
  await openTicket(room.store);
  const path = `${room.path}.restored`;
  {
    using restored = TicketOpsDB.open({ path, clock: room.clock });
    await openTicket(restored, "restored");
  }
  deleteFile(room);
  renameSync(path, room.path);
  expect(await failureOf(room.store.getTicket(1))).toMatchObject({ message: lostMessage(room) });
  expect(await room.store.getTicket(1)).toMatchObject({ entity: "restored" });
});

for (const { what, others } of [
  { what: "alone", others: 0 },
  { what: "with another process", others: 1 },
]) {
  test(`what is moved over a file used ${what} is not written over by its log`, async () => {
    await using room = await openRoom();
    await openTicket(room.store, "old");
    using other = TicketOpsDB.open({ path: room.path, clock: room.clock });
    await other.getTicket(1);
    const [backup, kept] = [`${room.path}.backup`, `${room.path}.kept`];
    {
      using restored = TicketOpsDB.open({ path: backup, clock: room.clock });
      for (const name of ["one", "two", "three"]) await openTicket(restored, name);
    }
    linkSync(room.path, kept);
    renameSync(backup, room.path);
    if (others === 0) other[Symbol.dispose]();
    expect(await failureOf(openTicket(room.store))).toMatchObject({ message: lostMessage(room) });
    await openTicket(room.store, "four");
    if (others === 1)
      expect(await failureOf(other.getTicket(1))).toMatchObject({ code: "database" });
    using fresh = TicketOpsDB.open({ path: room.path, clock: room.clock });
    expect(await fresh.verifyAudit()).toMatchObject({ state: "intact", rows: 4 });
    using old = TicketOpsDB.open({ path: kept, clock: room.clock });
    expect(await old.listTickets({ limit: 9 })).toMatchObject([{ entity: "old" }]);
  });
}

test("something unusable in its place is named until it is gone", async () => {
  await using room = await openRoom();
  deleteFile(room);
  mkdirSync(room.path);
  await failureOf(room.store.getTicket(1));
  expect(await failureOf(room.store.getTicket(1))).toMatchObject({
    message: `cannot use database ${room.path}: it is a directory`,
  });
  rmdirSync(room.path);
  expect(await room.store.getTicket(1)).toBeUndefined();
});

test("a session that the next file does not know may do nothing any more", async () => {
  await using room = await openRoom();
  await openTicket(room.store);
  const { ticket, session } = await claimed(room.store);
  deleteFile(room);
  await failureOf(room.store.getTicket(1));
  const whose = { ticketId: ticket.id, sessionId: session.id };
  const event = { type: "tool_result", content: {}, ...whose } as const;
  const refused = {
    code: "conflict",
    message: `session ${session.id} is not in this database`,
  };
  expect(await failureOf(room.store.appendAudit(event))).toMatchObject(refused);
  expect(await room.store.renewLease(session.id, 1_000)).toBe(false);
  expect(await room.store.verifyAudit()).toMatchObject({ state: "intact", rows: 0 });
});

test("a file that was read-only is written as soon as it may be", async () => {
  await using room = await openRoom();
  await openTicket(room.store);
  room.store[Symbol.dispose]();
  if (process.getuid?.() === 0) {
    for (const path of [room.dir, room.path]) chownSync(path, 65_534, 65_534);
  }
  chmodSync(room.path, 0o444);
  await asNobody(async () => {
    using store = TicketOpsDB.open({ path: room.path, clock: room.clock });
    expect(await failureOf(openTicket(store))).toMatchObject({
      message: `cannot use database ${room.path}: it is read-only`,
    });
    // What a read-only file is read with takes over its mode.
    for (const suffix of ["", "-wal", "-shm"]) chmodSync(`${room.path}${suffix}`, 0o644);
    await openTicket(store);
    expect(await store.getTicket(1)).toMatchObject({ occurrences: 2 });
  });
});
