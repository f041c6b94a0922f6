// What is on record of a subject and its members: the files of `layout.ts`, read and written.
import { rm } from "node:fs/promises";
import { z } from "zod";
import { OperatorError } from "../../domain/errors.ts";
import type { Topology } from "../../domain/subject.ts";
import { createFileExclusively, readFileIfThere, writeFileAtomically } from "../../infra/files.ts";
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
      ports: z.record(z.string(), z.number()),
      settings: z.record(z.string(), z.json()),
    }),
  ),
  endpoints: z.array(z.string()),
});

const PROCESS = z.object({ pid: z.number(), startTime: z.string(), startedAtMs: z.number() });

export interface ProcessRecord extends ProcessIdentity {
  readonly startedAtMs: number;
}

/** Undefined when the subject is not up. */
export function readTopology(paths: SubjectPaths): Promise<Topology | undefined> {
  return readRecord(paths.topology, TOPOLOGY);
}

export function writeTopology(paths: SubjectPaths, topology: Topology): Promise<void> {
  return writeFileAtomically(paths.topology, `${JSON.stringify(topology, null, 2)}\n`);
}

/** The process that was last recorded; whether it lives is another question. */
export function readProcess(paths: MemberPaths): Promise<ProcessRecord | undefined> {
  return readRecord(paths.process, PROCESS);
}

/** Allows the start with this token, and no earlier one, to become the member's process. */
export function allowLaunch(paths: MemberPaths, token: string): Promise<void> {
  return writeFileAtomically(paths.launch, token);
}

/** After this no process that was started before, and has not claimed the member yet, will. */
export function forbidLaunch(paths: MemberPaths): Promise<void> {
  return rm(paths.launch, { force: true });
}

/**
 * Makes this process the member's one process. False when another is, or when the start that
 * launched this one no longer counts: then it must end without touching the member's data.
 *
 * The record comes before the second look at the token. Whoever takes the token away and then reads
 * the record therefore either finds this process there, or knows that it will not stay.
 */
export async function claimMember(
  paths: MemberPaths,
  claim: { readonly token: string; readonly startedAtMs: number },
): Promise<boolean> {
  if ((await readFileIfThere(paths.launch)) !== claim.token) return false;
  const record = { ...identify(process.pid), startedAtMs: claim.startedAtMs };
  if (!(await createFileExclusively(paths.process, JSON.stringify(record)))) return false;
  if ((await readFileIfThere(paths.launch)) === claim.token) return true;
  await rm(paths.process, { force: true });
  return false;
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
