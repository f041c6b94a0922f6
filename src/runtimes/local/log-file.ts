// A member's log: appended to by the member itself, bounded when it starts, read from its end.
import { rename } from "node:fs/promises";

const LOG_BYTES_MAX = 8 * 1024 * 1024;
/** Of the end: a few thousand lines. */
const TAIL_BYTES_MAX = 512 * 1024;

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

async function readEnd(path: string): Promise<string> {
  const file = Bun.file(path);
  if (!(await file.exists())) return "";
  return file.slice(Math.max(0, file.size - TAIL_BYTES_MAX)).text();
}
