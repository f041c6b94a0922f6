// One byte changed in any column of any row, one row removed, added or moved: each is found, and
// the row is named.
import { Database } from "bun:sqlite";
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { runAudit } from "../../src/commands/audit.ts";
import { DECISIONS } from "../../src/domain/session.ts";
import type { AuditVerification } from "../../src/domain/ticket-ops.ts";
import { sealOf } from "../../src/store/audit-seals.ts";
import { verifyAudit } from "../../src/store/audit-verify.ts";
import { openDeskRoom } from "../commands/desk-room.ts";
import {
  changeSomething,
  claimed,
  FIXED,
  firing,
  GAVE_UP,
  openRoom,
  type Room,
} from "../store/room.ts";
import { asking, ELSE_SEEN, SEEN } from "../support/asking.ts";
import { ANNA } from "../support/person.ts";

type Value = string | number | null;
type Row = Readonly<Record<string, Value>>;

const TABLES = [
  "audit_events",
  "audit_head",
  "tickets",
  "sessions",
  "journal",
  "approvals",
] as const;
type Table = (typeof TABLES)[number];

const WORDS: Readonly<Record<Table, string>> = {
  audit_events: "event",
  audit_head: "head",
  tickets: "ticket",
  sessions: "session",
  journal: "step",
  approvals: "approval",
};

const USAGE = {
  inputTokens: 100,
  outputTokens: 20,
  cacheReadTokens: 3,
  cacheWriteTokens: 4,
  costUsd: 0.25,
};

let room: Room;
let db: Database;

/** Every kind of row in every state that it can have. */
beforeAll(async () => {
  room = await openRoom({ person: () => ANNA });
  const { store } = room;
  for (const entity of ["one", "two", "three"]) await store.recordViolations([firing({ entity })]);
  const { ticket, session } = await claimed(store);
  await store.addUsage(session.id, 1, USAGE);
  await changeSomething(store, session.id);
  for (const decision of DECISIONS) {
    const request = asking(session.id, { operation: { decision }, undo: "start one" });
    const { id, operationHash, seen } = await store.requestApproval(request);
    await store.decideApproval(id, decision, decision === "approved" ? undefined : "not now");
    const use = { sessionId: session.id, operationHash, seen: seen ?? SEEN };
    if (decision === "approved") await store.useApproval(id, use);
  }
  for (const seen of [SEEN, ELSE_SEEN]) await store.requestApproval(asking(session.id, { seen }));
  const said = { ticketId: ticket.id, sessionId: session.id, content: { text: "x".repeat(200) } };
  await store.appendAudit({ type: "tool_result", ...said });
  await store.appendAudit({ type: "model_replied", ...said });
  await store.concludeTicket(session.id, FIXED);
  await store.verifyTicket(ticket.id, "it holds");
  await store.addUsage(session.id, 1, USAGE);
  const second = await claimed(store);
  await store.escalateTicket(second.session.id, GAVE_UP);
  await store.setHeld(second.ticket.id, true);
  const third = await claimed(store);
  await store.beginStep({ sessionId: third.session.id, kind: "shell", operation: {}, targets: [] });
  await store.recordViolations([firing({ entity: "three" })]);
  await store.renewLease(third.session.id, 90_000);
  await store.compactAudit({ cutoffMs: room.clock.now(), afterId: 0 });
  db = new Database(room.path);
  db.run("PRAGMA ignore_check_constraints = ON");
});

afterAll(async () => {
  db.close();
  await room[Symbol.asyncDispose]();
});

test("untouched, it is intact", async () => {
  expect(await room.store.verifyAudit()).toMatchObject({ state: "intact", compacted: 2 });
});

for (const table of TABLES) {
  test(`a byte in any column of ${table}`, async () => {
    for (const row of rowsOf(table)) {
      for (const [column, value] of Object.entries(row)) {
        if (column === "rowid") continue;
        const changed = otherByte(value);
        const found = foundAfter(() => write(table, { column, value: changed, rowid: row.rowid }));
        const where = `${table}.${column} of ${name(table, row)}: ${JSON.stringify(found)}`;
        expect(found.state, where).toBe("broken");
        if (found.state === "broken" && table !== "audit_head") {
          const names = [name(table, row), name(table, { ...row, [column]: changed })];
          expect(names, where).toContain(found.row);
        }
      }
    }
    expect(await room.store.verifyAudit()).toMatchObject({ state: "intact" });
  }, 120_000);
}

for (const table of TABLES) {
  test(`a row removed from ${table}`, async () => {
    for (const row of rowsOf(table)) {
      const remove = db.query(`DELETE FROM ${table} WHERE rowid = ?`);
      const found = foundAfter(() => remove.run(row.rowid ?? null));
      expect(found, `${table} ${name(table, row)}`).toMatchObject({ state: "broken" });
      if (table !== "audit_head" && table !== "audit_events") {
        expect(found).toMatchObject({ row: name(table, row) });
      }
    }
    expect(await room.store.verifyAudit()).toMatchObject({ state: "intact" });
  }, 60_000);
}

describe("found as well:", () => {
  test("a row that was added", () => {
    for (const table of ["journal", "approvals"] as const) {
      const { rowid, ...first } = rowsOf(table)[0] ?? {};
      const found = foundAfter(() => insert(table, { ...first, id: 99 }));
      expect(found).toMatchObject({ row: `${WORDS[table]} 99` });
    }
  });

  test("sessions in another order", () => {
    const exchange = (left: number, right: number) => {
      for (const [from, to] of [
        [left, -1],
        [right, left],
        [-1, right],
      ]) {
        db.run(`UPDATE sessions SET rowid = ${to} WHERE rowid = ${from}`);
      }
    };
    const { id } = rowsOf("sessions")[0] ?? {};
    expect(foundAfter(() => exchange(1, 2))).toMatchObject({ row: `session ${id}` });
  });

  test("a settled row that was given a seal that fits", async () => {
    for (const [table, column] of [
      ["tickets", "note"],
      ["sessions", "stop_detail"],
      ["journal", "result"],
      ["approvals", "reason"],
    ] as const) {
      const [row] = rowsOf(table);
      const { rowid, ...columns } = { ...row, [column]: "forged" };
      const forged = { [column]: "forged", seal: sealOf(table, columns) };
      expect(foundAfter(() => update(table, forged, rowid))).toMatchObject({
        row: name(table, row ?? {}),
        reason: expect.stringMatching(/^it is not what event \d+ made of it$/),
      });
    }
    expect(await room.store.verifyAudit()).toMatchObject({ state: "intact" });
  });

  test("an index or a trigger that is not ours", () => {
    const trigger = "CREATE TRIGGER quiet AFTER UPDATE ON tickets BEGIN SELECT 1; END";
    expect(foundAfter(() => db.run(trigger))).toMatchObject({ row: "trigger quiet" });
    const row = "index journal_by_session";
    expect(foundAfter(() => db.run("DROP INDEX journal_by_session"))).toMatchObject({ row });
  });
});

test("the command names the row and exits with 3", async () => {
  await using desk = await openDeskRoom();
  const verify = () => desk.run(runAudit, ["verify"], { db: room.path });
  db.run("UPDATE journal SET result = 'nothing' WHERE id = 1");
  expect(await verify()).toMatchObject({
    exitCode: 3,
    lines: ["audit broken at step 1: its content does not give its seal"],
  });
  db.run("UPDATE journal SET result = 'started' WHERE id = 1");
  expect((await verify()).exitCode).toBe(0);
});

/** What a verification says of it; then everything is as it was, down to the bytes. */
function foundAfter(change: () => unknown): AuditVerification {
  const rules = { attemptsMax: 1, backoffMs: 1, backoffMsMax: 1, randomId: String };
  db.run("BEGIN");
  try {
    change();
    return verifyAudit({ db, nowMs: 0, rules, appended: [] });
  } finally {
    db.run("ROLLBACK");
  }
}

function rowsOf(table: Table): readonly Row[] {
  const columns = db
    .query<{ name: string }, []>(`PRAGMA table_info(${table})`)
    .all()
    .map(({ name }) => name);
  return db.query<Row, []>(`SELECT rowid AS rowid, ${columns} FROM ${table} ORDER BY rowid`).all();
}

/** One byte of it is another; what is NULL has none, and becomes a value. */
function otherByte(value: Value): Value {
  if (value === null) return 1;
  if (typeof value === "number") return value + 64;
  if (value === "") return "x";
  const at = Math.floor(value.length / 2);
  const other = value[at] === "x" ? "y" : "x";
  return value.slice(0, at) + other + value.slice(at + 1);
}

interface Cell {
  readonly column: string;
  readonly value: Value | undefined;
  readonly rowid: Value | undefined;
}

function write(table: Table, { column, value, rowid }: Cell): void {
  const typed = value === 1 && isText(table, column) ? "1" : (value ?? null);
  db.query(`UPDATE ${table} SET ${column} = ? WHERE rowid = ?`).run(typed, rowid ?? null);
}

function isText(table: Table, column: string): boolean {
  const columns = db.query<{ name: string; type: string }, []>(`PRAGMA table_info(${table})`).all();
  return columns.some(({ name, type }) => name === column && type === "TEXT");
}

function update(table: Table, values: Row, rowid: Value | undefined): void {
  for (const [column, value] of Object.entries(values)) write(table, { column, value, rowid });
}

function insert(table: Table, row: Row): void {
  const names = Object.keys(row);
  const marks = names.map(() => "?");
  db.query(`INSERT INTO ${table} (${names}) VALUES (${marks})`).run(...Object.values(row));
}

function name(table: Table, row: Row): string {
  return table === "audit_head" ? "head" : `${WORDS[table]} ${row.id}`;
}
