// A world of its own for one story: lamps, a home, and the real program as processes that end by
// SIGKILL where a story wants it. Disposing of it fails when one of its processes is left.
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PARENT_PIPE_ENV } from "../../src/infra/child.ts";
import { systemClock } from "../../src/infra/clock.ts";
import { FAIL_POINT_ENV } from "../../src/infra/fail-point.ts";
import { identify, signalProcess } from "../../src/infra/process-identity.ts";
import { subjectPaths } from "../../src/runtimes/local/layout.ts";
import { writeTopology } from "../../src/runtimes/local/records.ts";
import { TicketOpsDB } from "../../src/store/ticket-ops-db.ts";
import { builtCrashOperator } from "../support/built-operator.ts";
import { eventually } from "../support/eventually.ts";
import { processesNaming } from "../support/processes-naming.ts";
import { hurry, SPEED_ENV } from "./hurry.ts";
import { doToLamp, LAMPS_ENV, type Lamp, type LampDeed, lampFile, readLamp } from "./lamp.ts";

export interface Process {
  readonly pid: number;
  readonly exited: Promise<Exit>;
  kill(signal: "SIGTERM" | "SIGKILL"): void;
}

export interface Exit {
  /** By SIGKILL, from whomever. */
  readonly isKilled: boolean;
  readonly exitCode: number | null;
  /** Both streams. */
  readonly text: string;
}

export interface WorldOptions {
  /** Names of lamps, all lit. */
  readonly lamps: readonly string[];
  /** How many times faster than ours its time passes. */
  readonly speed: number;
}

export interface World extends AsyncDisposable {
  readonly home: string;
  /** It is being disposed of: nobody is started any more. */
  isOver(): boolean;
  /** Once a process has made the database. */
  readonly store: TicketOpsDB;
  lamp(name: string): Lamp;
  do(name: string, deed: LampDeed): void;
  start(words: string, arms?: Arms): Process;
  /** To its end. */
  run(words: string, arms?: Arms): Promise<Exit>;
}

export interface Arms {
  /** As the variable of fail points takes it. */
  readonly point?: string | undefined;
  readonly env?: Readonly<Record<string, string>>;
}

const STOP_WITHIN_MS = 10_000;

export async function openWorld({ lamps, speed }: WorldOptions): Promise<World> {
  const operator = await builtCrashOperator();
  const dir = realpathSync(mkdtempSync(join(tmpdir(), "operator-crash-")));
  const [home, lampDir] = [join(dir, "home"), join(dir, "lamps")];
  for (const folder of [home, lampDir]) mkdirSync(folder);
  for (const name of lamps) writeFileSync(lampFile(lampDir, name), "");
  await bringUp(home);
  const env = {
    ...{ PATH: process.env.PATH, HOME: home, OPERATOR_HOME: home, NO_COLOR: "1" },
    ...{ [LAMPS_ENV]: lampDir, [SPEED_ENV]: String(speed) },
    // Daemons end with us, too.
    [PARENT_PIPE_ENV]: "1",
  };
  const started: Process[] = [];
  let store: TicketOpsDB | undefined;
  let isOver = false;
  const start: World["start"] = (words, arms = {}) => {
    const armed = { ...env, ...arms.env, [FAIL_POINT_ENV]: arms.point };
    const child = spawn([operator, ...words.split(" ")], armed);
    started.push(child);
    return child;
  };
  return {
    home,
    isOver: () => isOver,
    get store() {
      const clock = hurry(systemClock, speed);
      store ??= TicketOpsDB.open({ path: join(home, "tickets.db"), clock, isExpected: true });
      return store;
    },
    lamp: (name) => readLamp(lampFile(lampDir, name)),
    do: (name, deed) => doToLamp(lampFile(lampDir, name), deed),
    start,
    run: (words, arms) => start(words, arms).exited,
    async [Symbol.asyncDispose]() {
      isOver = true;
      store?.[Symbol.dispose]();
      try {
        await endAll(started);
        await expectNobodyLeft(dir);
      } finally {
        rmSync(dir, { recursive: true, force: true });
      }
    },
  };
}

/** As `subject up` does, which would take longer than the rest of the story. */
async function bringUp(home: string): Promise<void> {
  const paths = subjectPaths(home, "lamps");
  mkdirSync(paths.dir, { recursive: true });
  const topology = { subject: "lamps", timeScale: 1, members: [], endpoints: [] };
  await writeTopology(paths, topology);
}

function spawn(command: string[], env: Record<string, string | undefined>): Process {
  const child = Bun.spawn(command, { env, stdio: ["pipe", "pipe", "pipe"] });
  const texts = Promise.all([child.stdout.text(), child.stderr.text()]);
  return {
    pid: child.pid,
    exited: child.exited.then(async () => ({
      isKilled: child.signalCode === "SIGKILL",
      exitCode: child.exitCode,
      text: (await texts).join(""),
    })),
    kill: (signal) => child.kill(signal),
  };
}

/** As a person would; who does not obey is killed, and the story fails. */
async function endAll(processes: readonly Process[]): Promise<void> {
  for (const child of processes) child.kill("SIGTERM");
  const ended = Promise.all(processes.map(({ exited }) => exited)).then(() => true);
  if (await Promise.race([ended, Bun.sleep(STOP_WITHIN_MS)])) return;
  for (const child of processes) child.kill("SIGKILL");
  throw new Error(`not ended ${STOP_WITHIN_MS} ms after SIGTERM`);
}

/** Also what was started by a process that was killed. Whoever is left is ours, and ends here. */
async function expectNobodyLeft(dir: string): Promise<void> {
  const nobody = async () => (await processesNaming(dir)).length === 0;
  try {
    await eventually(nobody, "no process of this world is left", STOP_WITHIN_MS);
  } catch (cause) {
    const left = await processesNaming(dir);
    throw new Error(`left: ${left.map(({ pid, command }) => `${pid} ${command}`).join("; ")}`, {
      cause,
    });
  } finally {
    for (const { pid } of await processesNaming(dir)) killIfThere(pid);
  }
}

function killIfThere(pid: number): void {
  const found = identify(pid);
  if (found) signalProcess(found, "SIGKILL");
}
