// What SQLite itself leaves on its pages is never called a change: rows of every length come, grow,
// shrink and change their place in indexes, by statements of the kinds that the store has.
import type { Database } from "bun:sqlite";
import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { seededRandom } from "../../src/infra/clock.ts";
import { openDatabase } from "../../src/store/open-database.ts";
import { lookAtBytes } from "../../src/store/unused-bytes.ts";

const FIRST_SEED = 400;
const SEEDS = 40;
const TRANSACTIONS = 60;
const SHARE_LOOKED_AT = 0.2;
const LONGEST = [20, 200, 1_000, 6_000, 24_000];
const NOW = 900_000_000_000;
const STATES = ["open", "escalated", "resolved"];

/** From 0 to the bound, the bound excluded. */
type Random = (bound: number) => number;

interface World {
  readonly db: Database;
  readonly random: Random;
  readonly longest: number;
}

const digits = (random: Random, length: number) =>
  Array.from({ length }, () => random(16).toString(16)).join("");

const longText = ({ random, longest }: World) =>
  JSON.stringify({ it: "t".repeat(random(longest)) });

function rowsOf(db: Database, table: string): number {
  return Number(db.query(`SELECT count(*) FROM ${table}`).values().flat()[0]);
}

const STATEMENTS: Readonly<Record<string, (world: World) => void>> = {
  open(world) {
    const { db, random } = world;
    const columns = `id, fingerprint, subject, invariant, entity, severity, state, reason, evidence,
      occurrences, settle_ms, is_held, attempts, violated_since_ms, opened_at_ms,
      last_violated_at_ms, updated_at_ms, claimable_at_ms, seal`;
    db.query(
      `INSERT OR IGNORE INTO tickets (${columns}) VALUES (?, ?, 'tikv', 'leader', 'one', 'critical',
        'open', 'why', ?, 1, 5000, ?, 0, ${NOW}, ?, ${NOW}, ${NOW}, ${NOW}, ?)`,
    ).run(
      rowsOf(db, "tickets") + 1,
      `of ${random(20)}`,
      longText(world),
      random(2),
      random(NOW),
      digits(random, 64),
    );
  },
  see(world) {
    const { db, random } = world;
    db.query(
      "UPDATE tickets SET evidence = ?, occurrences = occurrences + ?, seal = ? WHERE id = ?",
    ).run(longText(world), random(300), digits(random, 64), 1 + random(rowsOf(db, "tickets") + 1));
  },
  move({ db, random }) {
    const state = STATES[random(STATES.length)] ?? "open";
    const isOver = state === "resolved";
    db.query(
      `UPDATE OR IGNORE tickets SET state = ?, resolution = ?, resolved_at_ms = ?, is_held = ?
      WHERE id = ?`,
    ).run(state, isOver ? "manual" : null, isOver ? NOW : null, random(2), 1 + random(20));
  },
  tell(world) {
    const { db, random } = world;
    const id = rowsOf(db, "audit_events") + 1;
    const type = random(2) === 0 ? "tool_result" : "model_replied";
    db.query(`INSERT INTO audit_events VALUES (?, ${NOW}, ?, ?, ?, ?, ?, ?)`).run(
      id,
      type,
      1 + random(20),
      digits(random, 2).repeat(18),
      longText(world),
      digits(random, 64),
      digits(random, 64),
    );
  },
};

/** What a compaction takes away, and where the file becomes shorter. */
function compact({ db, random }: World): void {
  db.query("UPDATE audit_events SET content = '{}' WHERE id % 7 = ?").run(random(7));
  db.query("PRAGMA incremental_vacuum(500)").all();
}

function work(world: World): void {
  const { db, random } = world;
  const kinds = Object.values(STATEMENTS);
  db.run("BEGIN IMMEDIATE");
  for (let left = 1 + random(10); left > 0; left -= 1) kinds[random(kinds.length)]?.(world);
  db.run(random(20) === 0 ? "ROLLBACK" : "COMMIT");
  if (random(30) === 0) compact(world);
}

const dir = mkdtempSync(join(tmpdir(), "operator-leavings-"));
afterAll(() => rmSync(dir, { recursive: true }));

test(`in ${SEEDS} files from seed ${FIRST_SEED} on`, () => {
  for (let seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed += 1) {
    const drawn = seededRandom(seed);
    const random = (bound: number) => Math.floor(drawn() * bound);
    const path = join(dir, `${seed}.db`);
    const db = openDatabase({ path, busyTimeoutMs: 100 });
    db.run("PRAGMA foreign_keys = OFF");
    const world = { db, random, longest: LONGEST[random(LONGEST.length)] ?? 20 };
    for (let done = 1; done <= TRANSACTIONS; done += 1) {
      work(world);
      const isLast = done === TRANSACTIONS;
      if (!isLast && drawn() >= SHARE_LOOKED_AT) continue;
      expect(lookAtBytes(db).problem, `seed ${seed}, after ${done} transactions`).toBeUndefined();
    }
    db.close();
    rmSync(path);
  }
}, 60_000);

test("a page that named a thousand free ones, and holds the end of a long value now", () => {
  const path = join(dir, "long.db");
  const db = openDatabase({ path, busyTimeoutMs: 100 });
  db.query("INSERT INTO audit_events VALUES (1, 1, 'tool_result', NULL, NULL, '{}', ?, ?)").run(
    "0".repeat(64),
    "0".repeat(64),
  );
  const write = (length: number) =>
    db.query("UPDATE audit_events SET content = ?").run(JSON.stringify({ it: "t".repeat(length) }));
  for (const length of [4_096_000, 4_096_200]) {
    write(4_100_000);
    write(0);
    write(length);
    expect(lookAtBytes(db).problem, `of ${length} bytes`).toBeUndefined();
  }
  db.close();
});
