// Where SQLite keeps what belongs to a database: beside the file itself, whatever the name is by
// which somebody found it. A link has nothing beside it.
import { readlinkSync, realpathSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { HeldFile } from "./held-files.ts";

/** As many as a system follows before it takes them for a ring. */
const LINKS_MAX = 40;

/** The write-ahead log, and the index of that. */
type Ending = "-wal" | "-shm";

/** Where it is, or would be. The file itself need not be there. */
export function besideFile(path: string, ending: Ending): string {
  return `${behindLinks(path)}${ending}`;
}

/** No byte where there is none, which is how a file is left by its last process. */
export function readBeside(path: string, ending: Ending): Buffer {
  const file = besideFile(path, ending);
  try {
    // Reading a pipe would wait for who writes to it.
    if (!statSync(file).isFile()) return Buffer.alloc(0);
    using found = new HeldFile(file);
    return found.all();
  } catch {
    return Buffer.alloc(0);
  }
}

export function behindLinks(path: string): string {
  let file = path;
  for (let links = 0; links < LINKS_MAX; links += 1) {
    const next = targetOf(file);
    if (next === undefined) return file;
    file = next;
  }
  return file;
}

/** Undefined of what is no link, or is not there. */
function targetOf(path: string): string | undefined {
  try {
    return resolve(realpathSync(dirname(path)), readlinkSync(path));
  } catch {
    return undefined;
  }
}
