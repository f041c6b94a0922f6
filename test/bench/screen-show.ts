// The measured screen in a terminal of 120×40: what comes out of it, when, and what it costs.
import { join } from "node:path";
import { systemClock } from "../../src/infra/clock.ts";
import { readFileIfThere, writeFileAtomically } from "../../src/infra/files.ts";
import { eventually } from "../support/eventually.ts";
import { processesNaming } from "../support/processes-naming.ts";
import { openPty, type Pty } from "../support/pty.ts";
import type { BenchContext } from "./measure.ts";
import { cpuSeconds } from "./monitor-cost.ts";
import { donePath, orderPath } from "./speak.ts";

export const COLUMNS = 120;
export const ROWS = 40;

const PROGRAM = join(import.meta.dir, "screen-demo.ts");
const STEP_MS_MAX = 60_000;

export interface Counts {
  readonly seconds: number;
  readonly frames: number;
  readonly bytes: number;
  /** Of the screen's process, all its threads; not of its children. */
  readonly cpuSeconds: number;
}

export interface Show extends AsyncDisposable {
  press(key: string): void;
  untilShown(what: RegExp): Promise<void>;
  count(during: () => Promise<unknown>): Promise<Counts>;
  /** Resolves when the child has obeyed, with the milliseconds that it took. */
  order(name: string, lines: number): Promise<number>;
  /** For each stamp of an order, the milliseconds from its writing to its first appearance. */
  delays(name: string): readonly number[];
}

/** Its demo's home is below `bench.dir`. Disposing it ends the demo and takes the cluster down. */
export function openShow({ executable, dir }: BenchContext): Show {
  const reader = createReader();
  const pty = openPty({
    command: [process.execPath, PROGRAM, executable, dir],
    env: { HOME: dir, TMPDIR: dir, OPERATOR_HOME: join(dir, "home"), FORCE_COLOR: "3" },
    columns: COLUMNS,
    rows: ROWS,
    onBytes: reader.take,
  });
  const counts = async () => ({
    seconds: performance.now() / 1000,
    frames: reader.frames,
    bytes: pty.bytes,
    cpuSeconds: await cpuSeconds(pty.pid),
  });
  return {
    press: (key) => pty.type(key),
    untilShown: (what) => pty.untilScreen((text) => what.test(text), `the screen shows ${what}`),
    count: async (during) => {
      const before = await counts();
      await during();
      return difference(before, await counts());
    },
    order: async (name, lines) => {
      await writeFileAtomically(orderPath(dir, name), `${lines}`);
      const done = () => readFileIfThere(donePath(dir, name));
      return Number(await eventually(done, `${name} is done`, STEP_MS_MAX));
    },
    delays: (name) => [...(reader.delaysMs.get(name)?.values() ?? [])],
    [Symbol.asyncDispose]: () => end(pty, dir),
  };
}

/** As a person does, so that it takes its cluster down; a demo that has crashed left it up. */
async function end(pty: Pty, dir: string): Promise<void> {
  await using terminal = pty;
  let hasExited = false;
  void terminal.exited.then(() => {
    hasExited = true;
  });
  try {
    terminal.type("q");
    await eventually(() => hasExited, "the demo has ended", STEP_MS_MAX);
  } finally {
    for (const { pid } of await processesNaming(dir)) process.kill(pid, "SIGKILL");
  }
}

function difference(before: Counts, after: Counts): Counts {
  return {
    seconds: after.seconds - before.seconds,
    frames: after.frames - before.frames,
    bytes: after.bytes - before.bytes,
    cpuSeconds: after.cpuSeconds - before.cpuSeconds,
  };
}

/** How a frame begins: synchronized output, src/panels/screen-modes.ts. */
const FRAME_START = "\x1b[?2026h";
const STAMP = /(\S+) stamp (\d+) at (\d+);/g;
/** More than a stamp has: of one at the end of some bytes the next may bring the rest. */
const CARRIED_CHARS = 100;

interface Reader {
  readonly take: (bytes: Uint8Array) => void;
  readonly frames: number;
  /** By order, and then by stamp. */
  readonly delaysMs: ReadonlyMap<string, ReadonlyMap<string, number>>;
}

function createReader(): Reader {
  const decoder = new TextDecoder();
  const delaysMs = new Map<string, Map<string, number>>();
  let carried = "";
  let frames = 0;
  const takeStamp = ([, order = "", stamp = "", atMs]: RegExpExecArray) => {
    const known = delaysMs.get(order) ?? new Map<string, number>();
    if (!known.has(stamp)) known.set(stamp, systemClock.now() - Number(atMs));
    delaysMs.set(order, known);
  };
  return {
    take: (bytes) => {
      const text = carried + decoder.decode(bytes, { stream: true });
      // Those that were carried over have been counted.
      frames += countOf(text) - countOf(carried);
      for (const match of text.matchAll(STAMP)) takeStamp(match);
      carried = text.slice(-CARRIED_CHARS);
    },
    get frames() {
      return frames;
    },
    delaysMs,
  };
}

function countOf(text: string): number {
  return text.split(FRAME_START).length - 1;
}
