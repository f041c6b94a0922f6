// operator audit compact: what it says and refuses, and what the other commands say afterwards.
import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { generateKeyPairSync } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { runAudit } from "../../src/commands/audit.ts";
import type { Flags } from "../../src/commands/context.ts";
import { openWorld, type World } from "../agent/world.ts";
import { type DeskRoom, openDeskRoom, type Ran } from "../commands/desk-room.ts";
import { actCall, concludeCall, says, shellCall } from "../support/scripted-model.ts";

/** Ages are told from the clock of the desk: far ahead of the world's, all is old. */
const AHEAD_MS = 10 * 365 * 86_400_000;

interface Place {
  readonly desk: DeskRoom;
  readonly world: World;
  audit(words: readonly string[], flags?: Flags): Promise<Ran>;
}

/** A repaired ticket, some years ago. */
async function openPlace(): Promise<Place & AsyncDisposable> {
  const world = openWorld({
    script: [
      says(shellCall("echo it is dark")),
      says(actCall("switch_on", "left")),
      says(concludeCall("fixed")),
    ],
  });
  await world.openTicket();
  const running = world.run();
  await world.untilLine(/-> verifying/);
  await world.store.verifyTicket(1, "seen well three times");
  await running;
  const desk = await openDeskRoom();
  desk.clock.advance(Date.now() + AHEAD_MS);
  const db = join(world.home, "tickets.db");
  return {
    ...{ desk, world },
    audit: (words, flags = {}) => desk.run(runAudit, words, { db, ...flags }),
    [Symbol.asyncDispose]: async () => {
      world[Symbol.dispose]();
      await desk[Symbol.asyncDispose]();
    },
  };
}

const OLD = { olderThan: "90d" };

test("it says what it would remove, removes it, and finds nothing the next time", async () => {
  await using place = await openPlace();
  const would = await place.audit(["compact"], { ...OLD, dryRun: true });
  expect(would.lines).toEqual([
    expect.stringMatching(
      /^would remove the content of \d+ events, [\d.]+ kB, of tickets resolved/,
    ),
  ]);
  expect((await place.audit(["verify"])).lines[0]).not.toContain("compacted");
  const { exitCode, lines } = await place.audit(["compact"], OLD);
  expect({ exitCode, lines }).toEqual({
    exitCode: 0,
    lines: [
      expect.stringMatching(/^removed the content of \d+ events, [\d.]+ kB, of tickets resolved/),
      expect.stringMatching(/^the file had [\d.]+ kB and has [\d.]+ kB$/),
      "their hashes stay: operator audit verify",
    ],
  });
  // A second may have gone by between the two.
  expect(whatOf(lines)).toBe(whatOf(would.lines).replace("would remove", "removed"));
  const json = JSON.parse((await place.audit(["compact"], { ...OLD, json: true })).lines.join(""));
  expect(json).toMatchObject({ events: 0, bytes: 0, kept: 0, is_dry_run: false });
  expect((await place.audit(["verify"])).lines[0]).toMatch(/\d+ events, \d+ of them compacted,/);
});

/** The first line without the moment in it. */
function whatOf([line = ""]: readonly string[]): string {
  return line.replace(/ before .*/, "");
}

test("what is younger stays", async () => {
  await using place = await openPlace();
  const { lines } = await place.audit(["compact"], { olderThan: "4000d" });
  expect(lines[0]).toStartWith("removed the content of 0 events");
});

test("a replay, a page and a conversation say that it is gone", async () => {
  await using place = await openPlace();
  await place.audit(["compact"], OLD);
  expect(await place.audit(["replay", "last"])).toMatchObject({
    exitCode: 3,
    lines: [expect.stringMatching(/cannot be replayed: its record was removed by audit compact/)],
  });
  const page = (await place.audit(["explain", "1"])).lines.join("\n");
  expect(page).toMatch(
    / {2}what it said and saw was removed by age \(audit compact\): \d+ events$/m,
  );
  expect(page).toMatch(/fixed: it was stopped$/m);
  expect(page).toContain("the monitor saw for itself: seen well three times");
  const shown = (await place.audit(["show", "last"])).lines;
  expect(shown.filter((line) => line.includes("[Compacted] model_replied"))).toHaveLength(3);
});

test("an export from before is replayed as ever", async () => {
  await using place = await openPlace();
  const out = join(place.desk.home, "before.jsonl");
  await place.audit(["export"], { out });
  await place.audit(["compact"], OLD);
  expect((await place.audit(["replay"], { from: out })).exitCode).toBe(0);
});

test("a head that was signed before is still confirmed, and covers what is left", async () => {
  await using place = await openPlace();
  const pair = generateKeyPairSync("ed25519");
  const [signKey, publicKey] = ["ours.pem", "ours.pub"].map((name) => join(place.desk.home, name));
  writeFileSync(signKey ?? "", pair.privateKey.export({ type: "pkcs8", format: "pem" }));
  writeFileSync(publicKey ?? "", pair.publicKey.export({ type: "spki", format: "pem" }));
  const head = join(place.desk.home, "head");
  await place.audit(["verify"], { signKey, head });
  await place.audit(["compact"], OLD);
  expect((await place.audit(["verify"], { publicKey, head })).exitCode).toBe(0);
  {
    using db = new Database(join(place.world.home, "tickets.db"));
    db.run(`UPDATE audit_events SET at_ms = at_ms + 1 WHERE type = 'tool_result'`);
  }
  expect((await place.audit(["verify"], { publicKey, head })).exitCode).toBe(3);
});

test("nothing is removed from an audit that is broken", async () => {
  await using place = await openPlace();
  {
    using db = new Database(join(place.world.home, "tickets.db"));
    db.run("UPDATE tickets SET entity = 'right'");
  }
  expect(await place.audit(["compact"], OLD)).toMatchObject({
    exitCode: 3,
    lines: [expect.stringMatching(/^audit broken at ticket 1/), "left as it is"],
  });
  expect((await place.audit(["show", "last"])).lines.join()).not.toContain("[Compacted]");
});

test("it needs an age, and a database", async () => {
  await using place = await openPlace();
  expect((await place.audit(["compact"])).failure).toMatchObject({
    code: "usage",
    message: "compact needs an age: --older-than 90d",
  });
  const db = join(place.desk.home, "none.db");
  expect((await place.audit(["compact"], { ...OLD, db })).failure).toMatchObject({ code: "usage" });
});

test("an age without its unit is refused: nothing comes back", async () => {
  await using place = await openPlace();
  for (const olderThan of ["90", 90]) {
    expect((await place.audit(["compact"], { olderThan })).failure).toMatchObject({
      code: "usage",
      message: "--older-than 90: it needs its unit, as in 90d",
    });
  }
});
