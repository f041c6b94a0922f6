// Whose processes are these: those with a test's own directory in their command or environment, or
// that live in it: redis-server writes its title over both.
import { readdir, readFile, readlink } from "node:fs/promises";

export interface NamingProcess {
  readonly pid: number;
  /** Its words, with blanks between them. */
  readonly command: string;
}

/** Processes that have ended meanwhile are left out. */
export async function processesNaming(dir: string): Promise<readonly NamingProcess[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    pids.map(async (pid) => {
      const read = (name: string) => readFile(`/proc/${pid}/${name}`, "utf8").catch(() => "");
      const home = readlink(`/proc/${pid}/cwd`).catch(() => "");
      const [command, ...places] = await Promise.all([read("cmdline"), read("environ"), home]);
      const isNaming = [command, ...places].some((text) => text.includes(dir));
      return isNaming ? [{ pid: Number(pid), command: command.replaceAll("\0", " ") }] : [];
    }),
  );
  return found.flat();
}
