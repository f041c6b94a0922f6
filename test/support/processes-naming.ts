// Whose processes are these: those with a test's own directory in their command or environment.
import { readdir, readFile } from "node:fs/promises";

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
      const [command, environment] = await Promise.all([read("cmdline"), read("environ")]);
      const isNaming = command.includes(dir) || environment.includes(dir);
      return isNaming ? [{ pid: Number(pid), command: command.replaceAll("\0", " ") }] : [];
    }),
  );
  return found.flat();
}
