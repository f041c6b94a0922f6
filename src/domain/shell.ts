// Port: one command in a shell of its own, with every fact of its end. `infra/exec.ts` is the real
// one.
import type { Topology } from "./subject.ts";

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
  /** For the model, in words: a bound that was met, or may have been. Absent when there is none. */
  readonly notes?: readonly string[];
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
  readonly reach: ShellReach;
}

/**
 * How far a command may get. One that only looks is held in a sandbox where there is one, and by
 * the kernel's limits; one that the guard let change the subject must reach it, and what it starts
 * must not inherit limits.
 */
export type ShellReach =
  | { readonly type: "look"; readonly at: SubjectPlace; readonly writesTemporaryFiles: boolean }
  | { readonly type: "change" };

/** What a command that looks may see of the subject. */
export interface SubjectPlace {
  readonly subject: string;
  readonly members: readonly string[];
  /** Undefined where only endpoints were named. */
  readonly topology: Topology | undefined;
}
