// A session of a hundred thousand events: what is told of it stays a page, what is printed or
// exported is all of it, and a panel takes only its end.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createMemory } from "../../demo/live/memory.ts";
import { runAudit } from "../../src/commands/audit.ts";
import { runTickets } from "../../src/commands/tickets.ts";
import { WatchDatabase } from "../../src/commands/watch-database.ts";
import { systemClock } from "../../src/infra/clock.ts";
import { type DeskRoom, openDeskRoom, type Ran } from "../commands/desk-room.ts";
import { commandContext } from "../support/command-context.ts";
import { EVENTS_OF_TURN, writeLongSession } from "../support/long-session.ts";

const TURNS = 25_000;
/** Opened, claimed, escalated, resolved; started, ended. */
const OTHERS = 6;
const EVENTS = TURNS * EVENTS_OF_TURN + OTHERS;

let dir: string;
let db: string;
let sessionId: string;
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "operator-long-"));
  db = join(dir, "tickets.db");
  sessionId = await writeLongSession(db, TURNS);
}, 120_000);
afterAll(() => rmSync(dir, { recursive: true }));

async function audit(words: readonly string[], flags = {}): Promise<Ran> {
  await using room: DeskRoom = await openDeskRoom();
  return room.run(runAudit, words, { db, ...flags });
}

function openWatch(onLine: (line: string) => void): WatchDatabase {
  const ring = { push: onLine, lines: [], droppedLines: 0 };
  const memory = createMemory({
    ...{ subject: "toy", figures: [], provenance: "", mode: "", model: "" },
    ...{ story: undefined, chosen: 0, rings: { monitor: ring, agent: ring } },
  });
  return new WatchDatabase({ path: db, clock: systemClock, memory });
}

test("its page fits on a page, and says how much is left out", async () => {
  const { lines } = await audit(["explain", "1"]);
  expect(lines.length).toBeLessThan(120);
  const page = lines.join("\n");
  expect(page).toContain("22,500 looks, which changed nothing (rows ");
  expect(page).toContain("24,960 more between the first and the last are left out here");
}, 60_000);

test("the audit is verified", async () => {
  const { lines, exitCode } = await audit(["verify"]);
  expect({ lines, exitCode }).toEqual({
    lines: [expect.stringContaining(`audit intact: ${EVENTS} events`)],
    exitCode: 0,
  });
}, 60_000);

test("the conversation is printed to its end", async () => {
  const { lines } = await audit(["show", sessionId]);
  expect(lines.filter((line) => line.includes("[Tool Result] Exit 0"))).toHaveLength(TURNS);
  expect(lines.at(-1)).toContain("[Session] ended, turn_limit");
}, 60_000);

test("programs get it in one line, which is printed event by event", async () => {
  for (const [run, words, heads] of [
    [runAudit, ["show", sessionId], ["session", "ticket", "altered_row", "altered"]],
    [runTickets, ["show", "1"], ["ticket", "sessions", "altered_row", "altered"]],
  ] as const) {
    const parts: string[] = [];
    const print = (text: string) => void parts.push(text);
    const typed = [...words, "--json", "--db", db];
    const context = commandContext({ typed, env: {}, self: [], print });
    await run({ ...context, printPart: print });
    expect(Math.max(...parts.map(({ length }) => length))).toBeLessThan(10_000);
    const { events, ...head } = JSON.parse(parts.join(""));
    expect(Object.keys(head)).toEqual([...heads]);
    // What is for a replay alone is in the session's record, and not in the ticket's.
    expect(events.length).toBeGreaterThan(TURNS * (EVENTS_OF_TURN - 1));
    expect(parts.at(-1)).toBe("]}");
  }
}, 60_000);

test("all of it is exported", async () => {
  const out = join(dir, "all.jsonl");
  const { lines } = await audit(["export"], { out });
  expect(lines).toEqual([`${out}: ${EVENTS} audit rows as jsonl`]);
}, 60_000);

test("a panel takes its end, and then what is new", async () => {
  const told: string[] = [];
  using watch = openWatch((line) => told.push(line));
  await watch.follow();
  expect(told.length).toBeLessThan(1_500);
  expect(told.at(-1)).toContain("[Session] ended, turn_limit");
  const before = told.length;
  await watch.follow();
  expect(told).toHaveLength(before);
}, 60_000);

test("its ticket is shown by its history alone", async () => {
  await using room = await openDeskRoom();
  const { lines } = await room.run(runTickets, ["show", "1"], { db });
  expect(lines.length).toBeLessThan(60);
}, 60_000);

test("a replay says at once that this is no record", async () => {
  const { exitCode, lines } = await audit(["replay", sessionId]);
  expect({ exitCode, lines }).toEqual({
    exitCode: 3,
    lines: [expect.stringContaining("cannot be replayed")],
  });
}, 60_000);
