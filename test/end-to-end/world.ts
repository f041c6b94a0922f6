// The real program as processes: commands that are run to their end, daemons whose lines are read,
// in a home of their own. Disposing of the world ends them all, the cluster too.
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Child, type ChildExit, startChild } from "../../src/infra/child.ts";
import { systemClock } from "../../src/infra/clock.ts";
import { TicketOpsDB } from "../../src/store/ticket-ops-db.ts";
import { eventually } from "../support/eventually.ts";

const OPERATOR = [process.execPath, join(import.meta.dir, "../../src/main.ts")];
const STOP_GRACE_MS = 5_000;
const WITHIN_MS = 30_000;

export interface Program {
  readonly pid: number;
  readonly lines: readonly string[];
  readonly exited: Promise<ChildExit>;
  /** The first line that fits, now or later. */
  untilLine(pattern: RegExp): Promise<string>;
  signal(name: "SIGTERM" | "SIGINT" | "SIGKILL"): void;
}

export interface World extends AsyncDisposable {
  readonly home: string;
  /** A folder that commands may write to. */
  readonly scratch: string;
  start(words: readonly string[], env?: Readonly<Record<string, string>>): Program;
  /** To its end; rejects with what it said when it fails. */
  run(words: readonly string[]): Promise<readonly string[]>;
  /** Of this name in the home, for the test to read and write beside the programs. */
  store(database: string): TicketOpsDB;
}

export function openWorld(): World {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "operator-whole-")));
  const [home, scratch] = [join(folder, "home"), join(folder, "scratch")];
  mkdirSync(scratch);
  const children: Child[] = [];
  const stores: TicketOpsDB[] = [];
  const start: World["start"] = (words, env = {}) => {
    const program = startProgram(words, { ...environmentOf(home), ...env });
    children.push(program.child);
    return program;
  };
  const run: World["run"] = async (words) => {
    const { exited, lines } = start(words);
    const { exitCode } = await exited;
    if (exitCode === 0) return lines;
    throw new Error(`operator ${words.join(" ")}: exit ${exitCode}\n${lines.join("\n")}`);
  };
  return {
    ...{ home, scratch, start, run },
    store: (database) => {
      const store = TicketOpsDB.open({ path: join(home, database), clock: systemClock });
      stores.push(store);
      return store;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(children.map((child) => child.stop(STOP_GRACE_MS)));
      if (existsSync(join(home, "subjects"))) await run(["subject", "down", "tikv"]);
      for (const store of stores) store[Symbol.dispose]();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function startProgram(
  words: readonly string[],
  env: Readonly<Record<string, string>>,
): Program & { readonly child: Child } {
  const lines: string[] = [];
  const onLine = (line: string) => lines.push(line);
  const child = startChild({ command: [...OPERATOR, ...words], env, onLine });
  const { pid, exited } = child;
  return {
    ...{ child, pid, lines, exited },
    untilLine: (pattern) =>
      eventually(
        () => lines.find((line) => pattern.test(line)),
        `a line ${pattern} of operator ${words.join(" ")}`,
        WITHIN_MS,
      ).catch((error: Error) => {
        throw new Error(`${error.message}; it said:\n${lines.join("\n")}`);
      }),
    signal: (name) => void process.kill(pid, name),
  };
}

function environmentOf(home: string): Readonly<Record<string, string>> {
  const { PATH = "", TMPDIR = tmpdir() } = process.env;
  return { PATH, TMPDIR, HOME: home, OPERATOR_HOME: home, NO_COLOR: "1" };
}
