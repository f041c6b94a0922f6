// Another process that opens a database twice, looks at its files, and tells whether it holds them
// open, and what of them in the end. Linux only.
import { existsSync, readdirSync, readlinkSync } from "node:fs";
import { lostLogProblem } from "../../src/store/audit-wal.ts";
import { TicketOpsDB } from "../../src/store/ticket-ops-db.ts";
import { hurriedClock } from "../support/hurried-clock.ts";

const [, , path = ""] = process.argv;
const open = () => TicketOpsDB.open({ path, clock: hurriedClock() });

function openHere(): readonly string[] {
  return readdirSync("/proc/self/fd")
    .map((name) => `/proc/self/fd/${name}`)
    .filter((link) => existsSync(link))
    .map((link) => readlinkSync(link))
    .filter((file) => file.startsWith(path));
}

const [one, other] = [open(), open()];
const before = openHere().length;
lostLogProblem(path);
const isHeld = openHere().length > before;
other[Symbol.dispose]();
one[Symbol.dispose]();
console.log(JSON.stringify({ isHeld, heldAfter: openHere() }));
