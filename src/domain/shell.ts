// Port: one command in a shell of its own, with every fact of its end. `infra/exec.ts` is the real
// one.

export interface ShellResult {
  /** Null when a signal ended it. */
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly timedOut: boolean;
  /** Ended because the caller's signal aborted. */
  readonly aborted: boolean;
  readonly durationMs: number;
  /** stdout and stderr as they came, interleaved. Bytes that are not UTF-8 appear as U+FFFD. */
  readonly output: BoundedOutput;
}

/** The first and the last bytes of a stream; `cutBytes` between them were dropped. */
export interface BoundedOutput {
  readonly head: string;
  /** Empty when nothing was cut. */
  readonly tail: string;
  readonly cutBytes: number;
  readonly totalBytes: number;
}

export interface Shell {
  /**
   * Runs `command` with sh in its own process group. Never rejects: a command that cannot start has
   * exit code 127 and the cause as output. On timeout or abort the whole group is killed, within
   * `graceMs` of a first SIGTERM; partial output is kept.
   */
  run(command: string, options: ShellOptions): Promise<ShellResult>;
}

export interface ShellOptions {
  readonly timeoutMs: number;
  readonly outputBytesMax: number;
  readonly signal: AbortSignal;
}
