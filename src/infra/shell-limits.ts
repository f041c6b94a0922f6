// The lines of sh before a command by which the kernel holds it, and whatever it starts.
import { openProcessBound } from "./process-bound.ts";
import { limitScript, type ShellBounds } from "./shell-bounds.ts";

export interface ShellLimits extends Disposable {
  readonly script: string;
}

/**
 * Who counts says in words that there are too many, and ends them all; the kernel keeps them from
 * becoming so many between two counts that nobody can count any more.
 */
const PROCESSES_BETWEEN_COUNTS = 2;

export const NO_LIMITS: ShellLimits = { script: "", [Symbol.dispose]: () => undefined };

/** Disposed of when the command has ended. */
export function openLimits(bounds: ShellBounds): ShellLimits {
  const processes = openProcessBound(bounds.processesMax * PROCESSES_BETWEEN_COUNTS);
  return {
    script: `${processes.script}${limitScript(bounds)}`,
    [Symbol.dispose]: () => processes[Symbol.dispose](),
  };
}
