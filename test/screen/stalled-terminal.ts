// `bun stalled-terminal.ts <dir>`: the toy in a terminal that stops reading, as this process does
// nothing else meanwhile. Ends well when the toy went on, and ended when it was asked to.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { openPty } from "../support/pty.ts";
import { toyScreen } from "../support/toy-screen.ts";

/** Two seconds of the toy's: its frames fill any terminal's buffer in one. */
const BEATS = 300;
const POLL_MS = 20;
const POLLS_MAX = 1_000;

const [dir = ""] = process.argv.slice(2);
await using pty = openPty({ command: [...toyScreen, dir] });
await pty.untilScreen((text) => text.includes("size 80x24"), "the first frame");
pty.type("s");
await pty.untilScreen((text) => text.includes("beat"), "a screen that changes");
const first = countBeats();
waitReadingNothing(() => countBeats() > first + BEATS);
process.kill(pty.pid, "SIGTERM");
waitReadingNothing(() => existsSync(join(dir, "ended")));

function countBeats(): number {
  return Number(readFileSync(join(dir, "beats"), "utf8"));
}

function waitReadingNothing(isTrue: () => boolean): void {
  for (let polls = 0; !isTrue(); polls += 1) {
    if (polls === POLLS_MAX) throw new Error(`still not: ${isTrue}`);
    Bun.sleepSync(POLL_MS);
  }
}
