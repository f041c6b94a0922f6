// A member's log: appended to by the member itself, bounded when it starts, read from its end.
import { rename } from "node:fs/promises";
import type { Clock } from "../../domain/clock.ts";
import type { FollowLogOptions } from "../../domain/runtime.ts";
import { createLineSplitter } from "../../infra/child-lines.ts";

const LOG_BYTES_MAX = 8 * 1024 * 1024;
/** Of the end: a few thousand lines. */
const TAIL_BYTES_MAX = 512 * 1024;
const NEWLINE = 0x0a;
const FOLLOW_EVERY_MS = 200;

/** A log that has grown too long becomes `<log>.1`, in place of the one before. */
export async function rotateLog(path: string): Promise<void> {
  if (Bun.file(path).size > LOG_BYTES_MAX) await rename(path, `${path}.1`);
}

/** The last lines, oldest first, without the last newline. Empty when there is no log. */
export async function tailOfLog(path: string, lines: number): Promise<string> {
  const text = await readEnd(path);
  const all = text.replace(/\n$/, "").split("\n");
  return all.slice(-lines).join("\n");
}

export interface FollowFileOptions extends FollowLogOptions {
  readonly clock: Clock;
  /** False when nobody writes to it any more. */
  readonly isWritten: () => Promise<boolean>;
}

/** Its last lines, then what is added, until nobody writes any more or the signal aborts. */
export async function followLog(path: string, options: FollowFileOptions): Promise<void> {
  const { lines, clock, signal, onLine, isWritten } = options;
  const splitter = createLineSplitter(onLine);
  let at = await startOfTail(path, lines);
  for (let isLast = false; !isLast && !signal.aborted; ) {
    isLast = !(await isWritten());
    const { size } = Bun.file(path);
    // One that has grown too long was put aside, and begins again.
    if (size < at) at = 0;
    if (size > at) splitter.add(await Bun.file(path).slice(at, size).bytes());
    at = size;
    if (!isLast) await clock.sleep(FOLLOW_EVERY_MS, signal);
  }
  splitter.end();
}

/** Where the last lines begin, the one without an end among them. */
async function startOfTail(path: string, lines: number): Promise<number> {
  const { size } = Bun.file(path);
  const from = Math.max(0, size - TAIL_BYTES_MAX);
  const bytes = size === 0 ? new Uint8Array() : await Bun.file(path).slice(from, size).bytes();
  let start = bytes.at(-1) === NEWLINE ? bytes.length - 1 : bytes.length;
  for (let left = lines; left > 0 && start > 0; left -= 1) {
    start = Math.max(0, bytes.lastIndexOf(NEWLINE, start - 1));
  }
  return from + (start > 0 ? start + 1 : 0);
}

async function readEnd(path: string): Promise<string> {
  const file = Bun.file(path);
  if (!(await file.exists())) return "";
  return file.slice(Math.max(0, file.size - TAIL_BYTES_MAX)).text();
}
