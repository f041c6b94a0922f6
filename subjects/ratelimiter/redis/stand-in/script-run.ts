// A script at work: who runs it, since when, and whether it may still be killed.
import type { Running } from "./command.ts";
import { CommandError, type Reply } from "./wire/reply.ts";

export interface ScriptRun {
  /** It has changed something: it may not be killed any more. */
  hasWritten: boolean;
  isKilled: boolean;
}

export interface DriveOptions {
  readonly running: Running;
  /** For so long nobody else is looked after. */
  readonly patienceMs: number;
  readonly isKilled: () => boolean;
}

/** After its patience it runs in slices of this, with everybody else in between. */
const SLICE_MS = 5;
const STEPS_PER_LOOK = 64;

/** The answer; or, when it takes longer than the patience, a promise of it. */
export function drive(options: DriveOptions): Reply | Promise<Reply> {
  const { running, patienceMs } = options;
  const done = runFor(running, patienceMs);
  // Null is an answer, too.
  return done === undefined ? driveOn(options) : done;
}

async function driveOn({ running, isKilled }: DriveOptions): Promise<Reply> {
  for (;;) {
    await new Promise((resolve) => setImmediate(resolve));
    const done = isKilled() ? kill(running) : runFor(running, SLICE_MS);
    if (done !== undefined) return done;
  }
}

/** Undefined when it has not ended by then. */
function runFor(running: Running, ms: number): Reply | undefined {
  const endsAtMs = performance.now() + ms;
  do {
    for (let step = 0; step < STEPS_PER_LOOK; step += 1) {
      const { done, value } = running.next();
      if (done) return value;
    }
  } while (performance.now() < endsAtMs);
  return undefined;
}

/** What it catches on its way out it may still answer. */
function kill(running: Running): Reply {
  const { done, value } = running.throw(
    new CommandError("ERR Script killed by user with SCRIPT KILL..."),
  );
  return done ? value : null;
}
