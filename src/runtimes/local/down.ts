// Takes a subject down: every process on record ends, then its directory goes. It needs no
// topology, so that it can end what an interrupted `up` or `down` has left.
import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { basename, resolve } from "node:path";
import type { Clock } from "../../domain/clock.ts";
import { OperatorError } from "../../domain/errors.ts";
import type { SavingMembers } from "../../domain/subject.ts";
import { withFileLock } from "../../infra/file-lock.ts";
import { hasCode, withFileErrors } from "../../infra/files.ts";
import { stopMember } from "./end.ts";
import { memberPaths, type SubjectPaths, subjectPaths } from "./layout.ts";
import { withMemberLock } from "./member.ts";
import { readTopology } from "./records.ts";

export interface DownOptions {
  readonly subject: string;
  readonly home: string;
  readonly clock: Clock;
  /** Only the processes end: ports, data and logs stay for the next `up`. */
  readonly keepData?: boolean;
  /** Members whose data is to be kept, and is written when they end. */
  readonly savesAtEnd?: SavingMembers;
  /** What else of it must end, first of all; nobody brings it up meanwhile. */
  readonly endOthers?: () => Promise<void>;
}

/** An `up` of the same subject may hold the lock for as long as its members take to start. */
const LOCK_WITHIN_MS = 90_000;

/** False when there was nothing to take down. Members end in parallel. */
export async function downLocal(options: DownOptions): Promise<boolean> {
  const { subject, home, clock, keepData, savesAtEnd = {} } = options;
  const paths = subjectPaths(resolve(home), subject);
  const takeDown = async () => {
    await options.endOthers?.();
    await (keepData === true
      ? endMembers(paths, { clock, savesAtEnd })
      : removeSubject(paths, clock));
  };
  return withFileErrors(`taking ${subject} down`, async () => {
    if ((await listDirectory(paths.dir)).length === 0) return false;
    await withFileLock({ path: paths.lock, withinMs: LOCK_WITHIN_MS, clock }, takeDown);
    return true;
  });
}

/**
 * For a new one to be declared: what an interrupted `up` or `down` has left goes. Members and data
 * whose topology has got lost otherwise are somebody's: conflict.
 */
export async function makeRoom(paths: SubjectPaths, clock: Clock): Promise<void> {
  const left = await listDirectory(paths.dir);
  if (left.length > 0 && !left.includes(basename(paths.unsettled))) throw notOurs(paths);
  await removeSubject(paths, clock);
  await mkdir(paths.dir, { recursive: true });
  await writeFile(paths.unsettled, "");
}

/** Its topology is written: from now on it is kept. */
export function settle(paths: SubjectPaths): Promise<void> {
  return rm(paths.unsettled, { force: true });
}

function notOurs({ dir, topology }: SubjectPaths): OperatorError {
  const subject = basename(dir);
  return new OperatorError(
    "conflict",
    `${dir} holds a subject, and its ${basename(topology)} is gone`,
    {
      hint: `put the file back, or let operator subject down ${subject} take away members and data`,
    },
  );
}

/** The topology goes first: from then on no member of it is started. */
async function removeSubject(paths: SubjectPaths, clock: Clock): Promise<void> {
  if ((await listDirectory(paths.dir)).length > 0) await writeFile(paths.unsettled, "");
  await rm(paths.topology, { force: true });
  await endMembers(paths, { clock, savesAtEnd: {} });
  await rm(paths.dir, { recursive: true, force: true, maxRetries: 3 });
}

async function endMembers(
  paths: SubjectPaths,
  { clock, savesAtEnd }: Required<Pick<DownOptions, "clock" | "savesAtEnd">>,
): Promise<void> {
  const names = await listDirectory(paths.members);
  const plans = (await readTopology(paths))?.members ?? [];
  const members = names.map((name) => {
    const plan = plans.find((one) => one.name === name);
    const ask = savesAtEnd[name];
    // Whose plan is lost cannot be asked, and is waited for all the same.
    const lossAtEnd = ask && (async () => plan && ask(plan));
    return { name, paths: memberPaths(paths, name), clock, lossAtEnd };
  });
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
