// What a compaction would never take out cannot be hidden by who writes what it would write.
import { Database } from "bun:sqlite";
import { describe, expect, test } from "bun:test";
import type { AuditType } from "../../src/domain/audit.ts";
import { appendEvent } from "../../src/store/audit-chain.ts";
import type { IdRange } from "../../src/store/audit-removed.ts";
import { defined, openRoom, type Room } from "../store/room.ts";
import { DAY_MS, incident } from "./said-incident.ts";

interface Hiding {
  readonly id: number;
  readonly cutoffMs: number;
  readonly events?: number;
  readonly ids?: readonly IdRange[];
}

/** As somebody would who knows how it is done: the chain fits to its head. */
function hide({ path, clock }: Room, { id, cutoffMs, events = 1, ids = [[id, id]] }: Hiding): void {
  using db = new Database(path);
  const rules = { attemptsMax: 1, backoffMs: 1, backoffMsMax: 1, randomId: String };
  const { content = "" } =
    db
      .query<{ content: string }, [number]>("SELECT content FROM audit_events WHERE id = ?")
      .get(id) ?? {};
  const mark = { compacted: new Bun.CryptoHasher("sha256").update(content).digest("hex") };
  db.run("BEGIN");
  db.query("UPDATE audit_events SET content = ? WHERE id = ?").run(JSON.stringify(mark), id);
  const told = { bytes: 0, cutoffMs, events, ids: ids.map((range) => [...range]) };
  appendEvent(
    { db, nowMs: clock.now(), rules, appended: [] },
    { type: "audit_compacted", ticketId: null, sessionId: null, content: told },
  );
  db.run("COMMIT");
}

async function idOf({ store }: Room, type: AuditType): Promise<number> {
  return defined((await store.eventsOf({ types: [type] }))[0]).id;
}

describe("what never goes by age cannot be hidden as if it had:", () => {
  for (const type of ["guard_decided", "session_concluded", "ticket_opened"] as const) {
    test(`a ${type}`, async () => {
      await using room = await openRoom();
      await incident(room, { entity: "old", end: "verified" });
      const id = await idOf(room, type);
      hide(room, { id, cutoffMs: room.clock.now() });
      expect(await room.store.verifyAudit()).toMatchObject({ state: "broken", row: `event ${id}` });
    });
  }

  for (const end of ["escalated", "none", "verified"] as const) {
    test(`what was said of a ticket that is not over for so long: ${end}`, async () => {
      await using room = await openRoom();
      await incident(room, { entity: "one", end });
      const id = await idOf(room, "model_replied");
      const later = end === "verified" ? -1 : DAY_MS;
      hide(room, { id, cutoffMs: room.clock.now() + later });
      expect(await room.store.verifyAudit()).toMatchObject({
        row: `event ${id}`,
        reason: expect.stringContaining("its ticket was not over for so long"),
      });
    });
  }

  test("without a word", async () => {
    await using room = await openRoom();
    await incident(room, { entity: "old", end: "verified" });
    const id = await idOf(room, "model_replied");
    hide(room, { id, cutoffMs: room.clock.now(), events: 0, ids: [] });
    expect(await room.store.verifyAudit()).toMatchObject({
      row: `event ${id}`,
      reason: "its content was removed, and no event tells of it",
    });
  });

  test("more than is counted", async () => {
    await using room = await openRoom();
    await incident(room, { entity: "old", end: "verified" });
    const id = await idOf(room, "model_replied");
    hide(room, { id, cutoffMs: room.clock.now(), events: 2 });
    expect(await room.store.verifyAudit()).toMatchObject({
      reason: "it tells of more or fewer than it counts",
    });
  });
});
