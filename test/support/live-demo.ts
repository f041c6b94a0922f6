// The demo of the built executable in a terminal of a test's own, with a home of its own.
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { builtOperator } from "./built-operator.ts";
import { eventually } from "./eventually.ts";
import { type NamingProcess, processesNaming } from "./processes-naming.ts";
import { notedSettings, openPty, type Pty, withSettingsNoted } from "./pty.ts";
import { ORDINARY_MODES } from "./terminal-screen.ts";

const DEMO = ["demo", "tikv", "--model", "runbook", "--seed", "1", "--fault", "store_kill"];
/** The cluster starts and is repaired on a busy machine. */
const STEP_MS_MAX = 40_000;

export interface LiveDemo extends AsyncDisposable {
  readonly dir: string;
  readonly pty: Pty;
  /** Until the screen shows it, anywhere. */
  untilShown(what: RegExp): Promise<void>;
  /** Whether this chapter is on the screen now. */
  isShown(chapter: number): boolean;
  /** Until this chapter is on the screen, and offers this. */
  untilChapter(chapter: number, offer: string): Promise<void>;
  /** The one process of the demo whose command matches. */
  processOf(command: RegExp): Promise<NamingProcess>;
  /** Where the cluster lives, and the logs are; while it is up. */
  home(): Promise<string>;
  /**
   * What is not as it was before, once it has exited: the terminal's settings and modes, processes,
   * homes of clusters.
   */
  leftBehind(): Promise<readonly string[]>;
}

export interface LiveDemoOptions {
  readonly columns: number;
  readonly rows: number;
  /** Another executable than the one that is published. */
  readonly operator?: string;
  /** Further words of the command, given the demo's directory. */
  readonly wordsFor?: (dir: string) => readonly string[];
  /** OPERATOR_HOME, if not one of its own. */
  readonly operatorHome?: string;
  /** Beside what every demo has. */
  readonly env?: Readonly<Record<string, string>>;
}

export async function openLiveDemo(options: LiveDemoOptions): Promise<LiveDemo> {
  const { columns, rows, wordsFor = () => [] } = options;
  const operator = options.operator ?? (await builtOperator());
  const dir = await mkdtemp(join(tmpdir(), "operator-live-test-"));
  const command = withSettingsNoted([operator, ...DEMO, ...wordsFor(dir)], dir);
  const operatorHome = options.operatorHome ?? join(dir, "home");
  const env = { ...options.env, HOME: dir, TMPDIR: dir, OPERATOR_HOME: operatorHome };
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
    isShown: (chapter) => new RegExp(titleOf(chapter)).test(pty.screen().join("\n")),
    untilChapter: (chapter, offer) => untilShown(new RegExp(`${titleOf(chapter)}[^]*${offer}`)),
    processOf: (wanted) =>
      eventually(async () => {
        const all = await processesNaming(dir);
        return all.find((process) => wanted.test(process.command));
      }, `a process ${wanted}`),
    home: async () => {
      const [home] = await homesIn(dir);
      if (home === undefined) throw new Error("no cluster is up");
      return home;
    },
    leftBehind: async () => {
      const [before, after] = await notedSettings(dir);
      const processes = await processesNaming(dir);
      return [
        ...(after === before ? [] : [`stty -a: ${after}`]),
        ...(Bun.deepEquals(pty.modes, ORDINARY_MODES) ? [] : [JSON.stringify(pty.modes)]),
        ...processes.map(({ command: left }) => left),
        ...(await homesIn(dir)),
      ];
    },
    async [Symbol.asyncDispose]() {
      await pty[Symbol.asyncDispose]();
      // A test that failed halfway leaves no cluster either.
      for (const { pid } of await processesNaming(dir)) killIfThere(pid);
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** As the story's panel has it, with much room and with little. */
function titleOf(chapter: number): string {
  return `(chapter ${chapter} of|Story ${chapter}/)`;
}

async function homesIn(dir: string): Promise<readonly string[]> {
  const names = (await readdir(dir)).filter((name) => name.startsWith("operator-demo-"));
  return names.map((name) => join(dir, name));
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended meanwhile.
  }
}
