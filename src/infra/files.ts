// Files that other processes read while we write them: each is there whole or not at all.
import { link, open, readFile, rename, rm } from "node:fs/promises";

/** Replaces the file, or creates it. Survives a crash at any point with the old or the new text. */
export async function writeFileAtomically(path: string, text: string): Promise<void> {
  const draft = await writeDraft(path, text);
  await rename(draft, path);
}

/** False, and nothing is changed, when the file exists: of several callers one gets true. */
export async function createFileExclusively(path: string, text: string): Promise<boolean> {
  const draft = await writeDraft(path, text);
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    if (hasCode(error, "EEXIST")) return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

/** Undefined when there is no such file. */
export async function readFileIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (hasCode(error, "ENOENT")) return undefined;
    throw error;
  }
}

export function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}

let drafts = 0;

async function writeDraft(path: string, text: string): Promise<string> {
  drafts += 1;
  const draft = `${path}.${process.pid}-${drafts}`;
  await using file = await open(draft, "w");
  await file.writeFile(text);
  await file.sync();
  return draft;
}
