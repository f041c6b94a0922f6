// Takes a subject down: every process on record ends, then its directory goes. It needs no
// topology, so that it can end what an interrupted `up` or `down` has left.
import { readdir, rm } from "node:fs/promises";
import { resolve } from "node:path";
import type { Clock } from "../../domain/clock.ts";
import { withFileLock } from "../../infra/file-lock.ts";
import { hasCode, withFileErrors } from "../../infra/files.ts";
import { stopMember } from "./end.ts";
import { memberPaths, type SubjectPaths, subjectPaths } from "./layout.ts";
import { withMemberLock } from "./member.ts";

export interface DownOptions {
  readonly subject: string;
  readonly home: string;
  readonly clock: Clock;
  /** Only the processes end: ports, data and logs stay for the next `up`. */
  readonly keepData?: boolean;
  /** What else of it must end, first of all; nobody brings it up meanwhile. */
  readonly endOthers?: () => Promise<void>;
}

/** An `up` of the same subject may hold the lock for as long as its members take to start. */
const LOCK_WITHIN_MS = 90_000;

/** False when there was nothing to take down. Members end in parallel, each within 10 s. */
export async function downLocal(options: DownOptions): Promise<boolean> {
  const { subject, home, clock, keepData } = options;
  const paths = subjectPaths(resolve(home), subject);
  const takeDown = async () => {
    await options.endOthers?.();
    await (keepData === true ? endMembers(paths, clock) : removeSubject(paths, clock));
  };
  return withFileErrors(`taking ${subject} down`, async () => {
    if ((await listDirectory(paths.dir)).length === 0) return false;
    await withFileLock({ path: paths.lock, withinMs: LOCK_WITHIN_MS, clock }, takeDown);
    return true;
  });
}

/** The topology goes first: from then on no member of it is started. */
export async function removeSubject(paths: SubjectPaths, clock: Clock): Promise<void> {
  await rm(paths.topology, { force: true });
  await endMembers(paths, clock);
  await rm(paths.dir, { recursive: true, force: true, maxRetries: 3 });
}

async function endMembers(paths: SubjectPaths, clock: Clock): Promise<void> {
  const names = await listDirectory(paths.members);
  const members = names.map((name) => ({ name, paths: memberPaths(paths, name), clock }));
  const ends = members.map((member) => withMemberLock(member, () => stopMember(member)));
  for (const end of await Promise.allSettled(ends)) {
    if (end.status === "rejected") throw end.reason;
  }
}

/** The names in it; none when it does not exist. */
async function listDirectory(path: string): Promise<readonly string[]> {
  try {
    return await readdir(path);
  } catch (error) {
    if (hasCode(error, "ENOENT")) return [];
    throw error;
  }
}
