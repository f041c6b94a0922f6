// A file that was moved or replaced while it was in use has its log where another file is now, or
// will be: SQLite would read it into that one. So who leaves it takes the log along.
import type { Database } from "bun:sqlite";
import { rmSync, statSync } from "node:fs";
import { behindLinks, besideFile } from "./file-beside.ts";

/** Where a file was when it was opened, and what was beside it. */
export interface OpenedAs {
  readonly file: Placed;
  /** Log and index; none for a database in memory. */
  readonly beside: readonly Placed[];
}

interface Placed {
  readonly path: string;
  /** Device and inode; undefined of what is not there. */
  readonly identity: string | undefined;
}

export function openedAs(path: string): OpenedAs {
  return {
    file: placed(behindLinks(path)),
    beside: [placed(besideFile(path, "-wal")), placed(besideFile(path, "-shm"))],
  };
}

/** Device and inode; undefined where nothing is. */
export function identityOf(path: string): string | undefined {
  const stat = statSync(path, { bigint: true, throwIfNoEntry: false });
  return stat && `${stat.dev}:${stat.ino}`;
}

/**
 * What was committed is in the file itself then, wherever that is, and nothing is where it was.
 * False while others read it: then it is to be asked again. Throws what SQLite throws.
 */
export function takeLogAlong(db: Database, { file, beside }: OpenedAs): boolean {
  // Only another name of it leads elsewhere: what is beside it belongs there.
  if (isThere(file)) return true;
  const { busy } = db.query<{ busy: number }, []>("PRAGMA wal_checkpoint(TRUNCATE)").get() ?? {};
  if (busy !== 0) return false;
  for (const one of beside) if (isThere(one)) rmSync(one.path, { force: true });
  return true;
}

function placed(path: string): Placed {
  return { path, identity: identityOf(path) };
}

function isThere({ path, identity }: Placed): boolean {
  return identity !== undefined && identityOf(path) === identity;
}
