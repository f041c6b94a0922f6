// What is on record of a subject and its members: the files of `layout.ts`, read and written.
import { readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { OperatorError } from "../../domain/errors.ts";
import type { Topology } from "../../domain/subject.ts";
import {
  hasCode,
  OWNERS_ONLY,
  overwriteFile,
  readFileIfThere,
  writeFileAtomically,
} from "../../infra/files.ts";
import { identify, isAlive, type ProcessIdentity } from "../../infra/process-identity.ts";
import type { MemberPaths, SubjectPaths } from "./layout.ts";

const TOPOLOGY = z.object({
  subject: z.string(),
  timeScale: z.number(),
  members: z.array(
    z.object({
      name: z.string(),
      role: z.string(),
      isStandIn: z.boolean(),
      program: z.string().optional(),
      ports: z.record(z.string(), z.number()),
      settings: z.record(z.string(), z.json()),
    }),
  ),
  endpoints: z.array(z.string()),
  docker: z
    .object({ project: z.string(), host: z.string(), helperImage: z.string().optional() })
    .optional(),
});

const PROCESS = z.object({ pid: z.number(), startTime: z.string(), startedAtMs: z.number() });

const LAUNCH_PREFIX = "launch-";

export interface ProcessRecord extends ProcessIdentity {
  readonly startedAtMs: number;
}

/** Undefined when the subject is not up. */
export function readTopology(paths: SubjectPaths): Promise<Topology | undefined> {
  return readRecord(paths.topology, TOPOLOGY);
}

/** For its owner alone: settings may hold a token. */
export function writeTopology(paths: SubjectPaths, topology: Topology): Promise<void> {
  const text = `${JSON.stringify(topology, null, 2)}\n`;
  return writeFileAtomically(paths.topology, text, OWNERS_ONLY);
}

/** The process that was last recorded; whether it lives is another question. */
export function readProcess(paths: MemberPaths): Promise<ProcessRecord | undefined> {
  return readRecord(paths.process, PROCESS);
}

/** Lets the process that is given this token, and no other, become the member's process. */
export function allowLaunch(paths: MemberPaths, token: string): Promise<void> {
  return writeFileAtomically(launchTicket(paths, token), "");
}

/** After this no process that was started before, and has not claimed the member yet, will. */
export async function forbidLaunches(paths: MemberPaths): Promise<void> {
  const tickets = (await readdir(paths.dir)).filter((name) => name.startsWith(LAUNCH_PREFIX));
  await Promise.all(tickets.map((name) => rm(join(paths.dir, name), { force: true })));
}

/**
 * Makes a process the member's process: its launch ticket becomes the record. One rename decides,
 * so that whoever forbids launches and then reads the record knows all there is. False when the
 * launch was forbidden, or the process is gone: then it must end without touching the member's
 * data.
 */
export async function claimMember(
  paths: MemberPaths,
  claim: { readonly token: string; readonly startedAtMs: number; readonly pid: number },
): Promise<boolean> {
  const ticket = launchTicket(paths, claim.token);
  const identity = identify(claim.pid);
  if (!identity) return false;
  const record = { ...identity, startedAtMs: claim.startedAtMs };
  try {
    await overwriteFile(ticket, JSON.stringify(record));
    await rename(ticket, paths.process);
    return true;
  } catch (error) {
    if (hasCode(error, "ENOENT")) return false;
    throw error;
  }
}

/** Makes room for the next process. The record of a process that lives is left alone. */
export async function removeEndedProcess(paths: MemberPaths): Promise<void> {
  const record = await readProcess(paths);
  if (!record || isAlive(record)) return;
  await rm(paths.lastExit, { force: true });
  await rm(paths.process, { force: true });
}

export function readLastExit(paths: MemberPaths): Promise<string | undefined> {
  return readFileIfThere(paths.lastExit);
}

export function writeLastExit(paths: MemberPaths, exit: string): Promise<void> {
  return writeFileAtomically(paths.lastExit, exit);
}

async function readRecord<T>(path: string, schema: z.ZodType<T>): Promise<T | undefined> {
  try {
    const text = await readFileIfThere(path);
    return text === undefined ? undefined : schema.parse(JSON.parse(text));
  } catch (cause) {
    throw new OperatorError("runtime", `reading ${path}: not what operator wrote there`, {
      hint: "see that no process of this subject is left, then remove the file",
      cause,
    });
  }
}

function launchTicket(paths: MemberPaths, token: string): string {
  return join(paths.dir, `${LAUNCH_PREFIX}${token}`);
}
