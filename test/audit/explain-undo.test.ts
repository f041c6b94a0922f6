// What became of a step later, on the page, in the conversation and in the export: settled, taken
// back, or not, and that there is no undo of it.
import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { runAudit } from "../../src/commands/audit.ts";
import { dieInEveryAttempt, nextOf } from "../agent/dead-attempts.ts";
import { type DialWorld, openDialWorld, setCall } from "../agent/dial-world.ts";
import { openDeskRoom } from "../commands/desk-room.ts";
import { eventually } from "../support/eventually.ts";
import { concludeCall, says } from "../support/scripted-model.ts";

async function auditOf(world: DialWorld, words: readonly string[], flags = {}): Promise<string> {
  await using room = await openDeskRoom();
  const ran = await room.run(runAudit, words, { db: `${world.home}/tickets.db`, ...flags });
  return ran.lines.join("\n").replace(/(?<=\S)\n {4,}(?=\S)/g, " ");
}

async function failed(): Promise<DialWorld> {
  const world = openDialWorld({
    script: [
      says(setCall("left", 9), setCall("right", 7), setCall("right", 8, "burn")),
      says(concludeCall("cannot_fix")),
    ],
  });
  await world.openTicket();
  await world.run();
  return world;
}

test("the page says what was taken back, what was not and why, and what has no undo", async () => {
  using world = await failed();
  const page = await auditOf(world, ["explain", "1"]);
  expect(page).toMatch(/step 1, row \d+: left: .*; not taken back: lamp_on of left.*\(row \d+\)/);
  expect(page).toMatch(/step 2, row \d+: right: .*; not taken back: it is not in effect.*\(row /);
  expect(page).toMatch(/step 3, row \d+: right: .*; NO UNDO: ashes stay ashes/);
});

test("the page says which step takes which back, and how one was settled", async () => {
  using world = openDialWorld({
    script: [says(setCall("left", 5)), says(concludeCall("cannot_fix"))],
  });
  await world.openTicket("right");
  const dead = { agentId: "dead", leaseMs: 60_000, model: "m", mode: "execute" } as const;
  const claimed = await world.store.claim(dead);
  const sessionId = claimed?.session.id ?? "";
  const operation = { action: "set_dial", target: "right", args: { value: 2 } };
  await world.store.beginStep({ sessionId, kind: "act", operation, targets: ["right"] });
  await world.store.releaseTicket(sessionId, { stopReason: "aborted", detail: "killed" });
  await world.run();
  const page = await auditOf(world, ["explain", "1"]);
  expect(page).toMatch(
    /step 1.*it took effect; settled by looking: its effect is there \(row \d+\)/,
  );
  expect(page).toMatch(/step 2.*; taken back by step 3 \(row \d+\)/);
  expect(page).toMatch(/step 3, row \d+: takes back step 2: left/);
  const { id } = await world.session();
  const shown = await auditOf(world, ["show", id]);
  expect(shown).toContain("[Step] 1 was interrupted; settled: took effect: its effect is there");
  expect(shown).toMatch(/\[Guard\] allow: .*; undo: put_back left \{"value":1\}/);
  expect(shown).toMatch(/\[Step\] 2 begun: .*; undo: put_back left \{"value":1\}/);
  expect(shown).toContain("[Step] 3 begun, to take back step 2");
  expect(shown).toContain("[Undo] step 2 by step 3");
});

test("the page says what was cleared up, after whom, and what is a person's", async () => {
  using world = openDialWorld({ script: [] });
  await dieInEveryAttempt(world);
  using next = nextOf(world);
  const isCleared = async () => {
    await next.run();
    return (await world.ticket()).note?.includes("cleared up after that");
  };
  await eventually(isCleared, "it is cleared up");
  const page = await auditOf(world, ["explain", "1"]);
  const { id } = await world.session();
  expect(page).toContain("A PERSON IS NEEDED");
  expect(page).toContain(`cleared up after it, session ${id}`);
  expect(page).toMatch(/without a model: concluded: cleared up after that: taken back: step 2/);
  expect(page).toMatch(/step 2.*its effect is there; taken back by step 3 \(row \d+\)/);
  expect(page).toMatch(/step 1.*; taken back by step 4 \(row \d+\)/);
  expect(page).toMatch(/step 3, row \d+: takes back step 2: right/);
  const shown = await auditOf(world, ["show", id]);
  expect(shown).toContain("[Session] started, to clear up after earlier ones");
  expect(await auditOf(world, ["list"])).toMatch(new RegExp(`${id}.*cleared up`));
});

test("an export holds the way back of every step, and every word of it", async () => {
  using world = await failed();
  for (const format of ["jsonl", "html"]) {
    const out = `${world.scratch}/audit.${format}`;
    await auditOf(world, ["export"], { out });
    const text = readFileSync(out, "utf8").replaceAll("&quot;", '"');
    expect(text).toContain(format === "html" ? "NO UNDO: ashes" : '"undo":{"reason":"ashes stay');
    expect(text).toContain("not in effect");
  }
});
