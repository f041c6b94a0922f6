// Files that other processes read while we write them: each is there whole or not at all.
import { type Stats, statSync } from "node:fs";
import { link, open, readFile, rename, rm } from "node:fs/promises";
import { messageOf, OperatorError } from "../domain/errors.ts";
import { failPoint } from "./fail-point.ts";
import { sweepDrafts } from "./stale-drafts.ts";

/** Modes of a new file, before the umask: for everybody to read, to run, for its owner alone. */
const PUBLIC = 0o666;
export const EXECUTABLE = 0o777;
export const OWNERS_ONLY = 0o600;

/** Replaces the file, or creates it. Survives a crash at any point with the old or the new text. */
export async function writeFileAtomically(
  path: string,
  text: string,
  mode: number = PUBLIC,
): Promise<void> {
  const draft = await writeDraft(path, text, mode);
  await rename(draft, path);
  failPoint("file.replaced");
}

/** As its parts come, for its owner alone. What does not come to its end leaves nothing. */
export async function writePartsAtomically(
  path: string,
  parts: AsyncIterable<string>,
): Promise<void> {
  const draft = await writeDraft(path, "", OWNERS_ONLY);
  try {
    await using file = await open(draft, "a");
    for await (const part of parts) await file.write(part);
    await file.sync();
    await rename(draft, path);
  } finally {
    await rm(draft, { force: true });
  }
}

/** False, and nothing is changed, when the file exists: of several callers one gets true. */
export async function createFileExclusively(path: string, text: string): Promise<boolean> {
  const draft = await writeDraft(path, text);
  try {
    await link(draft, path);
    failPoint("file.created");
    return true;
  } catch (error) {
    if (hasCode(error, "EEXIST")) return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

/** For a file that nobody else reads yet. Rejects (ENOENT) when it does not exist. */
export async function overwriteFile(path: string, text: string): Promise<void> {
  await using file = await open(path, "r+");
  await file.writeFile(text);
  await file.sync();
  failPoint("file.overwritten");
}

/** Undefined when there is no such file. */
export async function readFileIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (hasCode(error, "ENOENT") || hasCode(error, "ENOTDIR")) return undefined;
    throw error;
  }
}

/** False for what may not be looked at. */
export function isMissing(path: string): boolean {
  return isMissingOr(path, () => false);
}

/** Also for a file that nobody has written to. */
export function isMissingOrEmpty(path: string): boolean {
  return isMissingOr(path, (stats) => stats.isFile() && stats.size === 0);
}

function isMissingOr(path: string, isAsGood: (stats: Stats) => boolean): boolean {
  try {
    return isAsGood(statSync(path));
  } catch (error) {
    return hasCode(error, "ENOENT");
  }
}

export function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}

/** An error of the file system becomes an ordinary one, which says what was being done. */
export async function withFileErrors<T>(doing: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof OperatorError || !(error instanceof Error && "code" in error)) throw error;
    throw new OperatorError("runtime", `${doing}: ${error.message}`, {
      hint: "OPERATOR_HOME (for a demo: TMPDIR) names a directory that this user may write",
      cause: error,
    });
  }
}

/** A file that a person named, as text. Rejects with OperatorError code "runtime". */
export async function readNamedFile(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    const hint = "name a file that is there, and that this user may read";
    throw new OperatorError("runtime", `reading ${file}: ${messageOf(error)}`, { hint });
  }
}

let drafts = 0;

async function writeDraft(path: string, text: string, mode: number = PUBLIC): Promise<string> {
  drafts += 1;
  const draft = `${path}.${process.pid}-${drafts}`;
  await using file = await open(draft, "w", mode);
  await file.writeFile(text);
  await file.sync();
  failPoint("file.drafted");
  await sweepDrafts(path, draft);
  return draft;
}
