// A program with a screen, for tests: `bun toy-screen.ts <dir>`. It shows its size and the last
// keys in a frame, does things on some keys, and notes in files what a test must know.
import { appendFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { systemClock } from "../../src/infra/clock.ts";
import { Tty } from "../../src/infra/tty.ts";
import type { Key } from "../../src/panels/keys-names.ts";
import { type Compose, Screen } from "../../src/panels/screen.ts";

/** How a test starts it: the front of an argv, the directory follows. */
export const toyScreen: readonly string[] = [process.execPath, import.meta.path];

interface Toy {
  readonly dir: string;
  readonly screen: Screen;
  readonly compose: Compose;
  readonly countFrames: () => number;
  show(note: string): void;
}

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
  const compose: Compose = (size) => box(size, [keys.slice(-12).join(" "), note]);
  using terminal = new Tty({ input: process.stdin, output: process.stdout });
  using screen = Screen.open({
    terminal,
    clock: systemClock,
    signal,
    onKey: (key) => {
      keys.push(key);
      screen.draw(compose);
      if (key === "q" || key === "ctrl-c") controller.abort(key);
      else actions[key]?.(toy);
    },
    onLost: () => {
      appendFileSync(join(dir, "lost"), ".");
      controller.abort("lost");
    },
    onFrame: (text) => {
      if (text.includes("\x1b[?2026h")) frames += 1;
    },
  });
  const show = (text: string) => {
    note = text;
    screen.draw(compose);
  };
  const toy: Toy = { dir, screen, compose, countFrames: () => frames, show };
  show("");
  writeFileSync(join(dir, "pid"), String(process.pid));
  await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
  screen.leave([`left by ${signal.reason}`, "see you"]);
  screen.leave();
  writeFileSync(join(dir, "ended"), "");
  return signal.reason === "q" ? 0 : 130;
}

const actions: Readonly<Record<string, (toy: Toy) => void>> = {
  f: (toy) => void flood(toy),
  i: (toy) => void drawTheSame(toy),
  s: (toy) => void changeEverything(toy),
  e: () => {
    throw new Error("thrown by the toy");
  },
  r: () => void Promise.reject(new Error("rejected by the toy")),
  x: () => process.exit(7),
  h: () => process.removeAllListeners("SIGHUP").on("SIGHUP", () => {}),
};

async function flood({ dir, countFrames, show }: Toy): Promise<void> {
  const before = { frames: countFrames(), atMs: performance.now() };
  for (let draw = 0; draw < FLOOD_DRAWS; draw += 1) {
    show(`draw ${draw}`);
    if (draw % (FLOOD_DRAWS / FLOOD_ROUNDS) === 0) await Bun.sleep(50);
  }
  const seconds = (performance.now() - before.atMs) / 1000;
  const frames = countFrames() - before.frames;
  writeFileSync(join(dir, "flood"), JSON.stringify({ frames, seconds }));
}

/** What is on the screen already, again and again. */
async function drawTheSame({ dir, screen, compose }: Toy): Promise<void> {
  for (let draws = 1; ; draws += 1) {
    screen.draw(compose);
    writeFileSync(join(dir, "draws"), String(draws));
    await Bun.sleep(5);
  }
}

/** A beat is missed when something holds the toy up. */
async function changeEverything({ dir, screen }: Toy): Promise<void> {
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

function box({ columns, rows }: Parameters<Compose>[0], [keys, note]: readonly string[]) {
  const inner = [`size ${columns}x${rows}`, `keys ${keys}`, note ?? ""];
  const fill = Array.from({ length: rows - 2 - inner.length }, () => "");
  const edge = `+${"-".repeat(columns - 2)}+`;
  return [edge, ...[...inner, ...fill].map((line) => `|${line.padEnd(columns - 2)}|`), edge];
}

function abortOnSignals(): AbortController {
  const controller = new AbortController();
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(name, () => controller.abort(name));
  }
  return controller;
}
