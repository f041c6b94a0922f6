// What every command gets from main: the words and flags typed, and the world as ports.
import type { Clock } from "../domain/clock.ts";

export type Flags = Readonly<Record<string, unknown>>;

export interface CommandContext {
  /** The words after the verb: `tickets show 3` gives ["show", "3"]. */
  readonly words: readonly string[];
  /** As cac parses them, camelCase; read through `flags.ts`, never directly. */
  readonly flags: Flags;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly random: () => number;
  /**
   * Aborted by the first SIGINT or SIGTERM; its `reason` is that name. A second one exits at once.
   */
  readonly signal: AbortSignal;
  /** How this executable is started again: the front of an argv. */
  readonly self: readonly string[];
  /** One line on stdout, written through at once. Throws OperatorError when it cannot be. */
  readonly print: (line: string) => void;
  /** Likewise, without a line end: for one line that is longer than memory should be. */
  readonly printPart: (text: string) => void;
  /** For daemons: a line that cannot be written is lost, and the work goes on. */
  readonly printOrLose: (line: string) => void;
  /** One line on stderr, likewise. */
  readonly printError: (line: string) => void;
  readonly isTerminal: boolean;
}

/** 0 done; 1 operating error; 2 usage; 3 the answer is "no"; 70 defect; 130 interrupted. */
export type ExitCode = 0 | 1 | 2 | 3 | 70 | 130;

export type Command = (context: CommandContext) => Promise<ExitCode>;

/** How a daemon that was told to stop ends: SIGTERM is an ordinary end, Ctrl-C an interruption. */
export function exitCodeOfSignal(signal: AbortSignal): ExitCode {
  return signal.reason === "SIGINT" ? 130 : 0;
}
