// Drafts that were never put in place, for whoever wrote them was killed: the next process that
// writes the same file takes them away. Never rejects: it is no reason not to write.
import type { Stats } from "node:fs";
import { lstat, readdir, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

/** `settings.json.4711-3`, or a lock that was moved aside: `lock.broken-by-4711`. */
const DRAFT = /^\.(?:(?<writer>\d+)-\d+|broken-by-(?<breaker>\d+))$/;
/** Longer than any file takes from its last part to its place: a pid may be another container's. */
const STALE_MS = 60_000;

/** Once for each file and process. */
const swept = new Set<string>();

/** Of that file. `ownDraft` was written just now, and shows what time it is there. */
export async function sweepDrafts(path: string, ownDraft: string): Promise<void> {
  if (swept.has(path)) return;
  swept.add(path);
  const [folder, name] = [dirname(path), basename(path)];
  const now = await statIfThere(ownDraft);
  for (const other of await readdir(folder).catch(() => [])) {
    const { writer, breaker } = DRAFT.exec(afterName(other, name))?.groups ?? {};
    const pid = writer ?? breaker;
    if (!now || pid === undefined || isThere(Number(pid))) continue;
    const draft = await statIfThere(join(folder, other));
    const isStale = draft?.isFile() && now.mtimeMs - draft.mtimeMs > STALE_MS;
    if (isStale) await rm(join(folder, other), { force: true }).catch(() => undefined);
  }
}

function afterName(other: string, name: string): string {
  return other.startsWith(name) ? other.slice(name.length) : "";
}

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

function statIfThere(path: string): Promise<Stats | undefined> {
  return lstat(path).catch(() => undefined);
}
