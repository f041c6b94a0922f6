// One child under supervision: its runs, one after the other, until it is stopped or given up.
import { join } from "node:path";
import type { Clock } from "../domain/clock.ts";
import { messageOf } from "../domain/errors.ts";
import { type Child, type ChildExit, describeExit, type OutputName, startChild } from "./child.ts";
import { LineLog } from "./line-log.ts";

/** What a child that ended by itself waits for its first, second and last restart. */
const BACKOFF_MS = [500, 1_000, 2_000];
/** A child that ran for so long has its restarts back. */
const WELL_MS = 60_000;
const LAST_LINES = 10;

export interface SupervisedChildOptions {
  /** Its log is `<name>.log`. */
  readonly name: string;
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Its end is no failure, whatever its exit code: it is not restarted. */
  readonly isMeantToEnd?: boolean;
  /**
   * One line without its end, at most 64 KiB: a longer one comes in pieces. It may hold anything:
   * control sequences and, for bytes that are not UTF-8, U+FFFD. Must not throw.
   */
  readonly onLine: (line: string, stream: OutputName) => void;
}

interface Ending {
  /** "exit 1", "SIGKILL", or "cannot start: …". */
  readonly how: string;
  /** Of both streams, at most ten, oldest first. */
  readonly lastLines: readonly string[];
}

/** What became of a child. No event follows `ended` without `willRestart`, nor `stopped`. */
export type ChildEvent =
  /** `restarts` since it last ran for a minute: 0 to 3. */
  | { readonly type: "running"; readonly pid: number; readonly restarts: number }
  /** Unasked. Every line was delivered and is in the log. */
  | ({ readonly type: "ended"; readonly willRestart: boolean } & Ending)
  | { readonly type: "stopped" }
  /** The lines that follow are delivered, but not in the log, for as long as the cause lasts. */
  | { readonly type: "log_failed"; readonly cause: string };

export interface Supervision {
  readonly logDirectory: string;
  readonly clock: Clock;
  /** In order, for each child. Must not throw. */
  readonly onEvent: (name: string, event: ChildEvent) => void;
}

export class SupervisedChild {
  readonly #options: SupervisedChildOptions;
  readonly #supervision: Supervision;
  readonly #stopping = new AbortController();
  readonly #ended: Promise<void>;
  #child: Child | undefined;
  #hasEnded = false;

  /** Starts it. */
  constructor(options: SupervisedChildOptions, supervision: Supervision) {
    this.#options = options;
    this.#supervision = supervision;
    this.#ended = this.#supervise().then((last) => {
      this.#hasEnded = true;
      this.#tell(last);
    });
  }

  /** For good: stopped, given up, or meant to end; its log is closed. */
  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** Resolves when it has ended for good; undefined when it was not running. */
  async stop(graceMs: number): Promise<ChildExit | undefined> {
    this.#stopping.abort();
    const exit = await this.#child?.stop(graceMs);
    await this.#ended;
    return exit;
  }

  /** Gives the last event, which is told when the log is closed. */
  async #supervise(): Promise<ChildEvent> {
    const { clock } = this.#supervision;
    const { signal } = this.#stopping;
    await using log = this.#openLog();
    let restarts = 0;
    while (!signal.aborted) {
      const startedAtMs = clock.elapsed();
      const ending = await this.#runOnce(log, restarts);
      if (signal.aborted) break;
      if (clock.elapsed() - startedAtMs >= WELL_MS) restarts = 0;
      const delayMs = this.#options.isMeantToEnd ? undefined : BACKOFF_MS[restarts];
      if (delayMs === undefined) return { type: "ended", ...ending, willRestart: false };
      this.#tell({ type: "ended", ...ending, willRestart: true });
      await clock.sleep(delayMs, signal);
      restarts += 1;
    }
    return { type: "stopped" };
  }

  /** What cannot be started has ended at once: it may be there again at the next try. */
  async #runOnce(log: LineLog, restarts: number): Promise<Ending> {
    const lastLines: string[] = [];
    try {
      this.#child = this.#start(log, lastLines);
    } catch (error) {
      return { how: `cannot start: ${messageOf(error)}`, lastLines };
    }
    this.#tell({ type: "running", pid: this.#child.pid, restarts });
    const exit = await this.#child.exited;
    this.#child = undefined;
    await log.flush();
    return { how: describeExit(exit), lastLines };
  }

  #start(log: LineLog, lastLines: string[]): Child {
    const { command, env, onLine } = this.#options;
    return startChild({
      command,
      env,
      onLine: (line, stream) => {
        lastLines.push(line);
        if (lastLines.length > LAST_LINES) lastLines.shift();
        onLine(line, stream);
      },
      onBytes: (bytes) => log.add(bytes),
    });
  }

  #openLog(): LineLog {
    const path = join(this.#supervision.logDirectory, `${this.#options.name}.log`);
    return new LineLog({ path, onTrouble: (cause) => this.#tell({ type: "log_failed", cause }) });
  }

  #tell(event: ChildEvent): void {
    this.#supervision.onEvent(this.#options.name, event);
  }
}
