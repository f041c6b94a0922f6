// A head that was signed, and kept: what was cut off since is found, and another hand's is no use.
import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { generateKeyPairSync } from "node:crypto";
import { copyFileSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runAudit } from "../../src/commands/audit.ts";
import { claimedTicket, type DeskRoom, openDeskRoom, type Ran } from "../commands/desk-room.ts";

interface Place {
  readonly db: string;
  readonly head: string;
  readonly keys: { readonly signKey: string; readonly publicKey: string };
  verify(flags?: Record<string, unknown>): Promise<Ran>;
}

/** A database of some events, and a pair of keys beside it. */
async function openPlace(room: DeskRoom): Promise<Place> {
  await claimedTicket(room.store());
  const [db, head] = [join(room.home, "tickets.db"), join(room.home, "tickets.db.head")];
  return {
    ...{ db, head },
    keys: writeKeys(room.home, "ours"),
    verify: (flags = {}) => room.run(runAudit, ["verify"], flags),
  };
}

function writeKeys(dir: string, name: string) {
  const pair = generateKeyPairSync("ed25519");
  const [signKey, publicKey] = [join(dir, `${name}.pem`), join(dir, `${name}.pub`)];
  writeFileSync(signKey, pair.privateKey.export({ type: "pkcs8", format: "pem" }));
  writeFileSync(publicKey, pair.publicKey.export({ type: "spki", format: "pem" }));
  return { signKey, publicKey };
}

test("a signed head is confirmed, also when more has happened since", async () => {
  await using room = await openDeskRoom();
  const { verify, keys, head } = await openPlace(room);
  expect(await verify({ signKey: keys.signKey })).toMatchObject({
    exitCode: 0,
    lines: [expect.stringMatching(/^audit intact/), `signed in ${head}: keep it elsewhere`],
  });
  expect((await verify({ publicKey: keys.publicKey })).exitCode).toBe(0);
  await room.store().recordViolations([]);
  await room.store().resolveTicket(1, "by hand");
  expect(await verify({ publicKey: keys.publicKey })).toMatchObject({
    exitCode: 0,
    lines: [
      expect.stringMatching(/^audit intact: [4-9] events/),
      expect.stringMatching(/^as signed at [\d-]+ [\d:]+, up to event 3$/),
    ],
  });
});

test("a head without its key is compared with nothing, and refused", async () => {
  await using room = await openDeskRoom();
  const { verify, keys, head } = await openPlace(room);
  await verify({ signKey: keys.signKey });
  expect((await verify({ head })).failure).toMatchObject({ code: "usage" });
});

test("a head of an empty audit says nothing of what came since, and is said to", async () => {
  await using room = await openDeskRoom();
  room.store();
  const { signKey, publicKey } = writeKeys(room.home, "ours");
  await room.run(runAudit, ["verify"], { signKey });
  await claimedTicket(room.store());
  expect(await room.run(runAudit, ["verify"], { publicKey })).toMatchObject({
    exitCode: 0,
    lines: [expect.stringMatching(/^audit intact/), expect.stringMatching(/^but the head, signed/)],
  });
});

test("an older copy of the database is intact alone, and cut off beside the head", async () => {
  await using room = await openDeskRoom();
  const { verify, keys, db } = await openPlace(room);
  const copy = `${db}.older`;
  settle(db);
  copyFileSync(db, copy);
  await room.store().resolveTicket(1, "by hand");
  await verify({ signKey: keys.signKey });
  room.store()[Symbol.dispose]();
  for (const file of [`${db}-wal`, `${db}-shm`]) rmSync(file, { force: true });
  copyFileSync(copy, db);
  expect((await verify()).exitCode).toBe(0);
  expect(await verify({ publicKey: keys.publicKey })).toMatchObject({
    exitCode: 3,
    lines: [expect.stringMatching(/^audit broken at event 4: it is missing: there were 5 at /)],
  });
});

test("what would be found by a head is not signed over it", async () => {
  await using room = await openDeskRoom();
  const { verify, keys, db, head } = await openPlace(room);
  const copy = `${db}.older`;
  settle(db);
  copyFileSync(db, copy);
  await room.store().resolveTicket(1, "by hand");
  await verify({ signKey: keys.signKey });
  const signed = readFileSync(head, "utf8");
  await room.store().recordViolations([]);
  expect((await verify({ signKey: keys.signKey })).exitCode).toBe(0);
  room.store()[Symbol.dispose]();
  for (const file of [`${db}-wal`, `${db}-shm`]) rmSync(file, { force: true });
  copyFileSync(copy, db);
  expect(await verify({ signKey: keys.signKey })).toMatchObject({
    exitCode: 3,
    lines: [expect.stringMatching(/^audit broken at event 4: it is missing: there were 5 at /)],
  });
  expect(JSON.parse(readFileSync(head, "utf8")).hash).toBe(JSON.parse(signed).hash);
});

test("another key, another text and no head at all are refused", async () => {
  await using room = await openDeskRoom();
  const { verify, keys, head } = await openPlace(room);
  await verify({ signKey: keys.signKey });
  const other = writeKeys(room.home, "theirs");
  expect(await verify({ publicKey: other.publicKey })).toMatchObject({
    exitCode: 3,
    lines: [expect.stringContaining(`its signature is not of the key in ${other.publicKey}`)],
  });
  const signed = readFileSync(head, "utf8");
  for (const text of [signed.replace('"event_id":3', '"event_id":2'), "{}", "no JSON"]) {
    writeFileSync(head, text);
    expect((await verify({ publicKey: keys.publicKey })).exitCode).toBe(3);
  }
  rmSync(head);
  expect((await verify({ publicKey: keys.publicKey })).failure).toMatchObject({ code: "runtime" });
  const both = { signKey: keys.signKey, publicKey: keys.publicKey };
  expect((await verify(both)).failure).toMatchObject({ code: "usage" });
  expect((await verify({ signKey: head.replace(".head", "") })).failure).toMatchObject({
    code: "usage",
    message: "it is not a private Ed25519 key in PEM",
  });
});

test("what is broken is not signed", async () => {
  await using room = await openDeskRoom();
  const { verify, keys, db, head } = await openPlace(room);
  {
    using file = new Database(db);
    file.run("UPDATE tickets SET entity = 'other'");
  }
  expect((await verify({ signKey: keys.signKey })).exitCode).toBe(3);
  expect(() => readFileSync(head)).toThrow();
});

test("a file whose bytes cannot be read any more is broken, not a failure", async () => {
  await using room = await openDeskRoom();
  const { verify, db } = await openPlace(room);
  settle(db);
  room.store()[Symbol.dispose]();
  truncateSync(db, 8_192);
  expect(await verify()).toMatchObject({
    exitCode: 3,
    lines: [expect.stringMatching(/^audit broken at the file: /)],
  });
});

/** All of it is in the file itself. */
function settle(path: string): void {
  using db = new Database(path);
  db.run("PRAGMA wal_checkpoint(TRUNCATE)");
}
