// What looks at a database's files beside SQLite takes no lock away from who has it open.
import { expect, test } from "bun:test";
import { readFileSync, statSync } from "node:fs";
import { loneLogProblem, lostLogProblem, walProblem } from "../../src/store/audit-wal.ts";
import { isBlank, unopenedProblem } from "../../src/store/file-header.ts";
import { TicketOpsDB } from "../../src/store/ticket-ops-db.ts";
import { hurriedClock } from "../support/hurried-clock.ts";
import { openRoom, openTicket, type Room } from "./room.ts";

const COMES_AND_GOES = `${import.meta.dir}/comes-and-goes.ts`;
const LOOKS_AND_TELLS = `${import.meta.dir}/looks-and-tells.ts`;

/** What each of them is, is seen in the list of all locks, by inode. */
function locksOn(path: string): readonly string[] {
  const inodes = ["", "-shm"].map((ending) => `:${statSync(path + ending).ino}`);
  return readFileSync("/proc/locks", "utf8")
    .split("\n")
    .filter((line) => inodes.some((inode) => line.split(" ").some((word) => word.endsWith(inode))))
    .map((line) => line.replace(/^\d+: /, ""))
    .toSorted();
}

const LOOKS: Readonly<Record<string, (room: Room) => unknown>> = {
  "a verification": ({ store }) => store.verifyAudit(),
  "a look for a lost log": ({ path }) => lostLogProblem(path),
  "a look for a lone log": ({ path }) => loneLogProblem(path),
  "a look at the log": ({ path }) => walProblem(path),
  "a look at the header": ({ path }) => unopenedProblem(path),
  "a look for a blank file": ({ path }) => isBlank(path),
};

// The list is Linux's; the test below is of every system.
test.skipIf(process.platform !== "linux").each(Object.keys(LOOKS))(
  "%s leaves every lock",
  async (name) => {
    await using room = await openRoom();
    await openTicket(room.store);
    const before = locksOn(room.path);
    expect(before.length).toBeGreaterThanOrEqual(2);
    await LOOKS[name]?.(room);
    expect(locksOn(room.path)).toEqual(before);
  },
);

test("who has verified goes on with the same file as others that come and go", async () => {
  await using room = await openRoom();
  await openTicket(room.store, "before");
  expect(await room.store.verifyAudit()).toMatchObject({ state: "intact" });
  for (const entity of ["first", "second"]) {
    const other = Bun.spawnSync([process.execPath, COMES_AND_GOES, room.path, entity]);
    expect(other.stderr.toString()).toBe("");
    await openTicket(room.store, `after the ${entity}`);
  }
  using another = TicketOpsDB.open({ path: room.path, clock: hurriedClock() });
  const seen = (await another.listTickets({ limit: 10 })).map(({ entity }) => entity);
  expect(seen).toEqual(["after the second", "second", "after the first", "first", "before"]);
});

// Linux tells what each descriptor is of. In a process of its own: other tests leave some open.
test.skipIf(process.platform !== "linux")("none is held once none is open", async () => {
  await using room = await openRoom();
  await openTicket(room.store);
  const child = Bun.spawnSync([process.execPath, LOOKS_AND_TELLS, room.path]);
  expect(child.stderr.toString()).toBe("");
  expect(JSON.parse(child.stdout.toString())).toEqual({ isHeld: true, heldAfter: [] });
});
