// The demo of the source tree in a terminal of a test's own, with a home of its own.
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eventually } from "./eventually.ts";
import { type NamingProcess, processesNaming } from "./processes-naming.ts";
import { notedSettings, openPty, type Pty, withSettingsNoted } from "./pty.ts";

const MAIN = join(import.meta.dir, "..", "..", "src", "main.ts");
const DEMO = ["demo", "tikv", "--model", "runbook", "--seed", "1", "--fault", "store_kill"];
/** The cluster starts and is repaired on a busy machine. */
const STEP_MS_MAX = 40_000;

export interface LiveDemo extends AsyncDisposable {
  readonly dir: string;
  readonly pty: Pty;
  /** Until the screen shows it, anywhere. */
  untilShown(what: RegExp): Promise<void>;
  /** Until this chapter is on the screen, and offers this. */
  untilChapter(chapter: number, offer: string): Promise<void>;
  /** The one process of the demo whose command matches. */
  processOf(command: RegExp): Promise<NamingProcess>;
  /** How `stty -a` was before and after; once it has exited. */
  settings(): Promise<readonly [before: string, after: string]>;
  /** Processes of it, and homes of its clusters. */
  leftBehind(): Promise<readonly string[]>;
}

export interface LiveDemoOptions {
  readonly columns: number;
  readonly rows: number;
  /** Further words of the command, given the demo's directory. */
  readonly wordsFor?: (dir: string) => readonly string[];
}

export async function openLiveDemo(options: LiveDemoOptions): Promise<LiveDemo> {
  const { columns, rows, wordsFor = () => [] } = options;
  const dir = await mkdtemp(join(tmpdir(), "operator-live-test-"));
  const command = withSettingsNoted([process.execPath, MAIN, ...DEMO, ...wordsFor(dir)], dir);
  const env = { HOME: dir, TMPDIR: dir, OPERATOR_HOME: join(dir, "home") };
  const pty = openPty({ command, env, columns, rows });
  const untilShown = async (what: RegExp) => {
    const look = () => what.test(pty.screen().join("\n"));
    await eventually(look, `the screen shows ${what}`, STEP_MS_MAX).catch((error) => {
      throw new Error(`${error.message}; it shows:\n${pty.screen().join("\n")}`);
    });
  };
  return {
    dir,
    pty,
    untilShown,
    untilChapter: (chapter, offer) =>
      untilShown(new RegExp(`(chapter ${chapter} of|Story ${chapter}/)[^]*${offer}`)),
    processOf: (wanted) =>
      eventually(async () => {
        const all = await processesNaming(dir);
        return all.find((process) => wanted.test(process.command));
      }, `a process ${wanted}`),
    settings: () => notedSettings(dir),
    leftBehind: async () => {
      const processes = await processesNaming(dir);
      const homes = (await readdir(dir)).filter((name) => name.startsWith("operator-demo-"));
      return [...processes.map(({ command: left }) => left), ...homes];
    },
    async [Symbol.asyncDispose]() {
      await pty[Symbol.asyncDispose]();
      // A test that failed halfway leaves no cluster either.
      for (const { pid } of await processesNaming(dir)) killIfThere(pid);
      await rm(dir, { recursive: true, force: true });
    },
  };
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended meanwhile.
  }
}
