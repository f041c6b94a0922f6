// Opening the database for a person's command and for a daemon.
import { expect, test } from "bun:test";
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runAudit } from "../../src/commands/audit.ts";
import { openPatiently } from "../../src/commands/open-store.ts";
import { runTickets } from "../../src/commands/tickets.ts";
import { OperatorError } from "../../src/domain/errors.ts";
import { asNobody } from "../support/as-nobody.ts";
import { commandContext } from "../support/command-context.ts";
import { hurriedClock } from "../support/hurried-clock.ts";
import { claimedTicket, openDeskRoom } from "./desk-room.ts";

test("what keeps a daemon from opening is said once for as long as it is the same", async () => {
  const said: string[] = [];
  const results = ["locked", "locked", "full", "locked", undefined];
  const printError = (line: string) => said.push(line);
  const context = commandContext({ typed: [], env: {}, self: [], printError });
  const opened = await openPatiently({ ...context, clock: hurriedClock() }, async () => {
    const trouble = results.shift();
    if (trouble !== undefined) throw new OperatorError("database", trouble);
    return "open";
  });
  expect(opened).toBe("open");
  expect(said).toEqual(["locked", "full", "locked"].map((why) => `[Trouble] ${why}; trying again`));
});

test("a defect is not tried again", async () => {
  const context = commandContext({ typed: [], env: {}, self: [] });
  const failure = await openPatiently(context, () => Promise.reject(new TypeError("ours"))).catch(
    (error: unknown) => error,
  );
  expect(failure).toBeInstanceOf(TypeError);
});

test("a database that may not be looked at is no empty one", async () => {
  const folder = mkdtempSync(join(tmpdir(), "operator-hidden-"));
  const db = join(folder, "tickets.db");
  const context = { ...commandContext({ typed: [], env: {}, self: [] }), flags: { db } };
  chmodSync(folder, 0o000);
  await asNobody(async () => {
    for (const run of [runTickets(context), runAudit({ ...context, words: ["verify"] })]) {
      const failure = await run.catch((error: unknown) => error);
      expect(failure).toMatchObject({
        code: "database",
        message: expect.stringMatching(/^cannot use database .*EACCES/),
      });
    }
  });
  chmodSync(folder, 0o700);
  rmSync(folder, { recursive: true });
});

test("a copy where nothing may be written is read, and refuses what would be written", async () => {
  await using room = await openDeskRoom();
  await claimedTicket(room.store());
  room.store()[Symbol.dispose]();
  const folder = join(room.home, "frozen");
  mkdirSync(folder);
  const db = join(folder, "tickets.db");
  copyFileSync(join(room.home, "tickets.db"), db);
  chmodSync(room.home, 0o755);
  for (const path of [db, folder]) chmodSync(path, 0o555);
  await asNobody(async () => {
    expect(await room.run(runAudit, ["verify"], { db })).toMatchObject({ exitCode: 0 });
    expect(await room.run(runTickets, ["show", "1"], { db })).toMatchObject({ exitCode: 0 });
    const refused = await room.run(runTickets, ["hold", "1"], { db });
    expect(refused.failure).toMatchObject({ message: expect.stringMatching(/it is read-only$/) });
  });
  chmodSync(folder, 0o755);
});
