// A program with a screen, for tests: `bun toy-screen.ts <dir>`. It shows its size, the last keys
// and a frame around them, and notes in files of the directory what a test wants to know.
import { appendFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { systemClock } from "../../src/infra/clock.ts";
import { Tty } from "../../src/infra/tty.ts";
import type { Key } from "../../src/panels/keys-names.ts";
import { type Compose, Screen } from "../../src/panels/screen.ts";

/** How a test starts it: the front of an argv, the directory follows. */
export const toyScreen: readonly string[] = [process.execPath, import.meta.path];

const FLOOD_DRAWS = 100_000;
const FLOOD_ROUNDS = 20;

// Not awaited at the top: there Bun 1.4.4 goes on waiting after an uncaught error.
if (import.meta.main) void main(process.argv[2] ?? ".").then((code) => process.exit(code));

async function main(dir: string): Promise<number> {
  const controller = abortOnSignals();
  const { signal } = controller;
  const keys: Key[] = [];
  let frames = 0;
  let note = "";
  using terminal = new Tty({ input: process.stdin, output: process.stdout });
  using screen = Screen.open({
    terminal,
    clock: systemClock,
    signal,
    onKey: (key) => {
      keys.push(key);
      screen.draw(compose);
      if (key === "q") controller.abort("q");
      if (key === "ctrl-c") controller.abort("ctrl-c");
      if (key === "f") void flood();
      if (key === "i") void idle(screen, compose, dir);
      if (key === "s") void beat(screen, dir);
      if (key === "e") throw new Error("thrown by the toy");
      if (key === "r") void Promise.reject(new Error("rejected by the toy"));
      if (key === "x") process.exit(7);
      if (key === "h") process.removeAllListeners("SIGHUP").on("SIGHUP", () => {});
    },
    onLost: () => {
      appendFileSync(join(dir, "lost"), ".");
      controller.abort("lost");
    },
    onFrame: (text) => {
      if (text.includes("\x1b[?2026h")) frames += 1;
    },
  });
  const compose: Compose = ({ columns, rows }) => {
    const inner = [`size ${columns}x${rows}`, `keys ${keys.slice(-12).join(" ")}`, note];
    const fill = Array.from({ length: rows - 2 - inner.length }, () => "");
    const edge = `+${"-".repeat(columns - 2)}+`;
    const boxed = [...inner, ...fill].map((line) => `|${line.padEnd(columns - 2)}|`);
    return [edge, ...boxed, edge];
  };
  const flood = async () => {
    const before = { frames, atMs: performance.now() };
    for (let round = 0; round < FLOOD_ROUNDS; round += 1) {
      for (let draw = 0; draw < FLOOD_DRAWS / FLOOD_ROUNDS; draw += 1) {
        note = `draw ${round * (FLOOD_DRAWS / FLOOD_ROUNDS) + draw}`;
        screen.draw(compose);
      }
      await Bun.sleep(50);
    }
    const seconds = (performance.now() - before.atMs) / 1000;
    writeFileSync(join(dir, "flood"), JSON.stringify({ frames: frames - before.frames, seconds }));
  };
  screen.draw(compose);
  writeFileSync(join(dir, "pid"), String(process.pid));
  await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
  screen.leave([`left by ${signal.reason}`, "see you"]);
  screen.leave();
  writeFileSync(join(dir, "ended"), "");
  return signal.reason === "q" ? 0 : 130;
}

/** Draws what is on the screen already, again and again. */
async function idle(screen: Screen, compose: Compose, dir: string): Promise<void> {
  for (let draws = 1; ; draws += 1) {
    screen.draw(compose);
    writeFileSync(join(dir, "idle"), String(draws));
    await Bun.sleep(5);
  }
}

/** A screen on which everything changes, and a note whenever the toy is not held up. */
async function beat(screen: Screen, dir: string): Promise<void> {
  for (let beats = 1; ; beats += 1) {
    const fill = String(beats % 10);
    screen.draw(({ columns, rows }) => [
      `beat ${beats}`,
      ...Array(rows).fill(fill.repeat(columns)),
    ]);
    writeFileSync(join(dir, "beats"), String(beats));
    await Bun.sleep(5);
  }
}

function abortOnSignals(): AbortController {
  const controller = new AbortController();
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(name, () => controller.abort(name));
  }
  return controller;
}
