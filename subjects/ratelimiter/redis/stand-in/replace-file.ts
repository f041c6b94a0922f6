// A file replaced whole, before the next command: Redis, too, answers nobody while it saves.
import { closeSync, fsyncSync, openSync, renameSync, writeFileSync } from "node:fs";

/** Survives a crash at any point with the old or the new text. Throws what the disk says. */
export function replaceFile(path: string, text: string): void {
  const draft = `${path}.${process.pid}`;
  const file = openSync(draft, "w");
  try {
    writeFileSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(draft, path);
}
