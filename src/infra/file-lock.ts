// One process at a time: a lock file that names its owner by identity, so that the lock of a
// process that was killed is taken over at once, and that of a living one never.
import { link, rename, rm } from "node:fs/promises";
import type { Clock } from "../domain/clock.ts";
import { OperatorError } from "../domain/errors.ts";
import { failPoint } from "./fail-point.ts";
import { createFileExclusively, hasCode, readFileIfThere } from "./files.ts";
import { identify, isAlive, type ProcessIdentity } from "./process-identity.ts";

const POLL_MS = 20;
/** "4711 started 123@…": for a person too. */
const OWNER = /^(\d+) started (.+)$/;

export interface LockOptions {
  /** Its directory must exist. */
  readonly path: string;
  /** Rejects with code "conflict" when another process holds the lock for longer. */
  readonly withinMs: number;
  readonly clock: Clock;
}

/** Runs `work` while no other holder of the lock runs, in this process or another. */
export async function withFileLock<T>(options: LockOptions, work: () => Promise<T>): Promise<T> {
  await acquire(options);
  try {
    return await work();
  } finally {
    failPoint("lock.held");
    await rm(options.path, { force: true });
    failPoint("lock.released");
  }
}

async function acquire({ path, withinMs, clock }: LockOptions): Promise<void> {
  const ours = `${process.pid} started ${identify(process.pid)?.startTime}`;
  const deadlineMs = clock.elapsed() + withinMs;
  while (!(await createFileExclusively(path, ours))) {
    const text = await readFileIfThere(path);
    if (text === undefined) continue;
    const owner = parseOwner(text);
    if (!owner || !isAlive(owner)) await breakStale(path, text);
    else if (clock.elapsed() > deadlineMs) throw stillHeld(path, owner);
    else await clock.sleep(POLL_MS);
  }
}

/** Undefined for a text that is none of ours: such a lock has no owner who could release it. */
function parseOwner(text: string): ProcessIdentity | undefined {
  const [, pid, startTime] = OWNER.exec(text) ?? [];
  return startTime === undefined ? undefined : { pid: Number(pid), startTime };
}

/**
 * Moves the lock aside, which only one process can do. When it was not the stale one any more,
 * because another has broken and taken it since it was read, it is put back.
 */
async function breakStale(path: string, staleText: string): Promise<void> {
  const aside = `${path}.broken-by-${process.pid}`;
  if (!(await moveIfThere(path, aside))) return;
  if ((await readFileIfThere(aside)) !== staleText) await linkIfFree(aside, path);
  await rm(aside, { force: true });
}

async function moveIfThere(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to);
    return true;
  } catch (error) {
    if (hasCode(error, "ENOENT")) return false;
    throw error;
  }
}

async function linkIfFree(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    if (!hasCode(error, "EEXIST")) throw error;
  }
}

function stillHeld(path: string, owner: ProcessIdentity): OperatorError {
  return new OperatorError("conflict", `waiting for ${path}: process ${owner.pid} still holds it`, {
    hint: `try again; if process ${owner.pid} is paused or hangs, resume or end it`,
  });
}
