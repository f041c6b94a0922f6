// What happens to the file under a running monitor and agent: its disk is full, it may only be
// read, it is deleted or replaced. Both say so once, go on, and lose nothing that was written.
import { afterAll, afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../src/infra/clock.ts";
import { TicketOpsDB } from "../../src/store/ticket-ops-db.ts";
import { type FakeTikv, serveFakeTikv } from "../support/fake-tikv.ts";
import { verdictWith } from "../support/verdicts.ts";
import { openWorld, type Program, type World } from "./world.ts";

/** Where a small disk of its own is mounted, by who may. */
const disk = mkdtempSync(join(tmpdir(), "operator-disk-"));
const isDisk = mount(["-t", "tmpfs", "-o", "size=2m", "tmpfs"]);
if (isDisk) umount();

let tikv: FakeTikv;
let world: World;
beforeEach(() => {
  tikv = serveFakeTikv();
  world = openWorld();
});
afterEach(async () => {
  await world[Symbol.asyncDispose]();
  await tikv[Symbol.asyncDispose]();
  umount();
});

afterAll(() => rmSync(disk, { recursive: true }));

function startBoth(db: string): { readonly monitor: Program; readonly agent: Program } {
  const pd = tikv.pd.map(({ url }) => url).join(",");
  const whose = ["--subject", "tikv", "--db", db, "--pd", pd];
  return {
    monitor: world.start(["monitor", ...whose, "--interval", "300ms"]),
    agent: world.start(["agent", ...whose, "--model", "runbook"]),
  };
}

/** A store falls silent, so that there is something to write. */
async function breakStore(): Promise<void> {
  await tikv.stores[1][Symbol.asyncDispose]();
}

async function ticketsIn(path: string): Promise<readonly string[]> {
  using store = TicketOpsDB.open({ path, clock: systemClock });
  return (await store.listTickets({ limit: 9 })).map(({ entity }) => entity);
}

const DELETED = /\[Trouble\] .*it was deleted or replaced while it was in use/;

test("a file that is deleted is said to be, and a new one is written", async () => {
  const db = join(world.scratch, "tickets.db");
  const { monitor, agent } = startBoth(db);
  await Promise.all([monitor.untilLine(/all invariants hold/), agent.untilLine(/starting/)]);
  for (const suffix of ["", "-wal", "-shm"]) rmSync(`${db}${suffix}`, { force: true });
  await Promise.all([monitor.untilLine(DELETED), agent.untilLine(DELETED)]);
  await breakStore();
  await monitor.untilLine(/Ticket #1 opened/);
  expect(await ticketsIn(db)).toHaveLength(1);
  await world.run(["audit", "verify", "--db", db]);
}, 60_000);

test("a file that another took the place of is that one from then on", async () => {
  const db = join(world.scratch, "tickets.db");
  const other = join(world.scratch, "other.db");
  await writeTicket(other);
  const { monitor, agent } = startBoth(db);
  await Promise.all([monitor.untilLine(/all invariants hold/), agent.untilLine(/starting/)]);
  for (const suffix of ["-wal", "-shm"]) rmSync(`${db}${suffix}`, { force: true });
  renameSync(other, db);
  await Promise.all([monitor.untilLine(DELETED), agent.untilLine(DELETED)]);
  await breakStore();
  await monitor.untilLine(/Ticket #2 opened/);
  expect(await ticketsIn(db)).toHaveLength(2);
  await world.run(["audit", "verify", "--db", db]);
}, 60_000);

describe.if(isDisk)("on a disk of its own", () => {
  test("that is full nothing is lost, and what is seen is filed when there is room", async () => {
    mount(["-t", "tmpfs", "-o", "size=2m", "tmpfs"]);
    const db = join(disk, "tickets.db");
    const { monitor, agent } = startBoth(db);
    await Promise.all([monitor.untilLine(/all invariants hold/), agent.untilLine(/starting/)]);
    fill(join(disk, "filler"));
    await breakStore();
    await monitor.untilLine(/\[Trouble\] .*the disk is full/);
    rmSync(join(disk, "filler"));
    await monitor.untilLine(/\[Trouble\] over: .*the disk is full/);
    await monitor.untilLine(/Ticket #1 opened/);
    expect(monitor.lines.filter((line) => /^\[Trouble\] cannot/.test(line))).toHaveLength(1);
    await agent.untilLine(/Processing ticket #1/);
    await world.run(["audit", "verify", "--db", db]);
  }, 60_000);

  test("that may only be read both wait until it may be written", async () => {
    mount(["-t", "tmpfs", "-o", "size=2m", "tmpfs"]);
    const db = join(disk, "tickets.db");
    await writeTicket(db);
    mount(["-o", "remount,ro"]);
    const { monitor, agent } = startBoth(db);
    const readOnly = /\[Trouble\] cannot use database .*; trying again/;
    await Promise.all([monitor.untilLine(readOnly), agent.untilLine(readOnly)]);
    mount(["-o", "remount,rw"]);
    await breakStore();
    await monitor.untilLine(/Ticket #2 opened/);
    await agent.untilLine(/starting/);
    await world.run(["audit", "verify", "--db", db]);
  }, 60_000);
});

if (!isDisk) {
  test.skip("a full disk, and one that may only be read: mounting one needs root", () => undefined);
}

async function writeTicket(path: string): Promise<void> {
  using store = TicketOpsDB.open({ path, clock: systemClock });
  await store.recordViolations([{ verdict: verdictWith({ subject: "other" }), sinceMs: 0 }]);
}

/** Until there is no room left, to the last byte. */
function fill(path: string): void {
  for (const bytes of [65_536, 4_096, 1]) {
    try {
      for (;;) writeFileSync(path, Buffer.alloc(bytes), { flag: "a" });
    } catch {
      // Full: with smaller pieces there may be more.
    }
  }
}

function mount(words: readonly string[]): boolean {
  return Bun.spawnSync(["mount", ...words, disk], { stderr: "ignore" }).exitCode === 0;
}

function umount(): void {
  Bun.spawnSync(["umount", "-l", disk], { stderr: "ignore" });
}
