// A demo's own home: a fresh directory, owned by this process and by nothing of the user's.
// What a killed demo left, recognised by its dead owner, is swept before the next one starts.
import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { readJsonLine } from "../src/infra/exact-json.ts";
import { writeFileAtomically } from "../src/infra/files.ts";
import { identify, isAlive, type ProcessIdentity } from "../src/infra/process-identity.ts";

const PREFIX = "operator-demo-";
const RECORD_PREFIX = "run-";
const OWNER_FILE = "owner.json";
const RESERVE_FILE = "reserve";
/** A page for each lock and record that is written while a cluster is taken down, and many more. */
const RESERVE_BYTES = 512 * 1024;

const ownerSchema = z.object({ pid: z.number().int(), startTime: z.string() });

export async function createDemoHome(): Promise<string> {
  const home = await createOwned(join(tmpdir(), PREFIX));
  // Random: zeroes take no room on every disk.
  await writeFile(join(home, RESERVE_FILE), randomBytes(RESERVE_BYTES));
  return home;
}

/** On a disk that is full by now there is room again to take the cluster down. */
export async function releaseReserve(home: string): Promise<void> {
  await rm(join(home, RESERVE_FILE), { force: true });
}

/**
 * A directory for what a person may read after the demo. It stays until another demo starts after
 * this one has ended: of two at the same time neither has the other's.
 */
export async function createRecordHome(parent: string): Promise<string> {
  await mkdir(parent, { recursive: true });
  for (const ended of await abandonedIn(parent, RECORD_PREFIX)) await removeHome(ended);
  return createOwned(join(parent, RECORD_PREFIX));
}

async function createOwned(prefix: string): Promise<string> {
  const home = await mkdtemp(prefix);
  const owner = identify(process.pid);
  await writeFileAtomically(join(home, OWNER_FILE), JSON.stringify(owner));
  return home;
}

/** A kept home has no owner: nobody sweeps it. */
export async function disownHome(home: string): Promise<void> {
  await rm(join(home, OWNER_FILE), { force: true });
}

export async function removeHome(home: string): Promise<void> {
  await rm(home, { recursive: true, force: true });
}

/** Homes of demos whose process is gone. */
export async function abandonedHomes(): Promise<readonly string[]> {
  return abandonedIn(tmpdir(), PREFIX);
}

async function abandonedIn(parent: string, prefix: string): Promise<readonly string[]> {
  const names = (await readdir(parent)).filter((name) => name.startsWith(prefix));
  const homes = names.map((name) => join(parent, name));
  const owners = await Promise.all(homes.map(readOwner));
  return homes.filter((_, index) => {
    const owner = owners[index];
    return owner !== undefined && !isAlive(owner);
  });
}

/** Undefined for a home that is kept, half made, or another user's. */
async function readOwner(home: string): Promise<ProcessIdentity | undefined> {
  const text = await readFile(join(home, OWNER_FILE), "utf8").catch(() => "");
  const parsed = ownerSchema.safeParse(readJsonLine(text));
  return parsed.success ? parsed.data : undefined;
}
