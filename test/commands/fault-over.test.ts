// What the tickets say of a fault: over once its violations were seen, and seen to end, since.
import { expect, test } from "bun:test";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { wasSeenOver } from "../../src/commands/fault-over.ts";
import { commandContext } from "../support/command-context.ts";
import { verdictWith } from "../support/verdicts.ts";
import { openDeskRoom } from "./desk-room.ts";

const PLAN = { fault: "toy_kill", targets: ["one"], details: {} };

test("a fault is over by tickets that the monitor opened since, and closed", async () => {
  await using room = await openDeskRoom();
  const { invariant, entity, subject } = verdictWith({});
  const isOver = (sinceMs: number, entities = [entity]) => {
    const expects = () => entities.map((one) => ({ invariant, entity: one }));
    const context = commandContext({ typed: [], env: { OPERATOR_HOME: room.home }, self: [] });
    return wasSeenOver(context, { fault: { expects }, plan: PLAN, atMs: sinceMs, subject });
  };
  expect(await isOver(0)).toBe(false);
  const store = room.store();
  const open = () => store.recordViolations([{ verdict: verdictWith({}), sinceMs: 500 }]);
  await open();
  expect(await isOver(0)).toBe(false);
  await store.resolveTicket(1, "I know of it");
  expect(await isOver(0)).toBe(false);
  await open();
  await store.healTicket(2, "it holds");
  const { openedAtMs = 0 } = (await store.getTicket(2)) ?? {};
  expect(await isOver(openedAtMs)).toBe(true);
  expect(await isOver(openedAtMs + 1)).toBe(false);
  expect(await isOver(openedAtMs, [entity, "another"])).toBe(false);
  expect(await isOver(openedAtMs, [])).toBe(false);
});

test("tickets that cannot be read say nothing of it", async () => {
  await using room = await openDeskRoom();
  await writeFile(join(room.home, "tickets.db"), "no database");
  const context = commandContext({ typed: [], env: { OPERATOR_HOME: room.home }, self: [] });
  const expects = () => [];
  const struck = { fault: { expects }, plan: PLAN, atMs: 0, subject: "toy" };
  expect(await wasSeenOver(context, struck)).toBe(false);
});
