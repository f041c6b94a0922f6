// The directory that a sandbox's door is in, for one command: the socket, the programs that ask
// through it, the names of the subject's addresses, and the filter of system calls.
import { chmod, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { identify } from "./process-identity.ts";
import { DOOR_DIR } from "./sandbox-words.ts";
import { quoteWord } from "./shell-word.ts";

export interface DoorFolder extends AsyncDisposable {
  readonly dir: string;
  /** Of the socket, outside. */
  readonly door: string;
  /** The filter's file, where there is one. */
  readonly filter: string | undefined;
}

export interface DoorFolderOptions {
  readonly self: readonly string[];
  /** Names of programs that are asked for through the door. */
  readonly programs: readonly string[];
  /** The text of /etc/hosts. */
  readonly hosts: string;
  /** Of system calls. */
  readonly filter: Buffer | undefined;
}

const NAME = "operator-door-";
const DOOR = "socket";
const PROGRAMS = "bin";
const ASKING = "ask";
const FILTER = "syscalls";

/** As they are called in the sandbox. */
export const DOOR_INSIDE = join(DOOR_DIR, DOOR);
export const PROGRAMS_INSIDE = join(DOOR_DIR, PROGRAMS);

/** Nobody else may enter it. */
export async function makeDoorFolder(options: DoorFolderOptions): Promise<DoorFolder> {
  const { self, programs, hosts, filter } = options;
  const dir = await mkdtemp(join(tmpdir(), `${NAME}${process.pid}-`));
  await mkdir(join(dir, PROGRAMS));
  const asking = join(dir, PROGRAMS, ASKING);
  const words = [...self.map(quoteWord), "sandbox", "ask", "--", `"\${0##*/}"`, '"$@"'];
  await writeFile(asking, `#!/bin/sh\nexec ${words.join(" ")}\n`);
  await chmod(asking, 0o755);
  await Promise.all(programs.map((name) => symlink(ASKING, join(dir, PROGRAMS, name))));
  await writeFile(join(dir, "hosts"), hosts);
  if (filter) await writeFile(join(dir, FILTER), filter);
  return {
    dir,
    door: join(dir, DOOR),
    filter: filter && join(dir, FILTER),
    [Symbol.asyncDispose]: () => rm(dir, { recursive: true, force: true }),
  };
}

/** Those of agents that were killed. */
export async function sweepDoorFolders(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const [, pid] = new RegExp(`^${NAME}(\\d+)-`).exec(name) ?? [];
    if (pid === undefined || identify(Number(pid))) continue;
    // Another user's stays: it is for them to remove.
    await rm(join(tmpdir(), name), { recursive: true, force: true }).catch(() => undefined);
  }
}
