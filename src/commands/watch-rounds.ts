// The two rounds of a watch, each again and again: a look at the subject, a look into the database.
import { type LiveMemory, tellLine } from "../../demo/live/memory.ts";
import type { Clock } from "../domain/clock.ts";
import { AssertionError, messageOf } from "../domain/errors.ts";
import type { CommandContext } from "./context.ts";
import { openSubject, unasked } from "./open-subject.ts";
import type { WatchDatabase } from "./watch-database.ts";
import { WatchLook } from "./watch-look.ts";

/** Also how often what is shown grows older. */
const DATABASE_MS = 250;
const LOOK_MS = 1_000;

export interface WatchRounds {
  readonly context: CommandContext;
  readonly memory: LiveMemory;
  readonly database: WatchDatabase;
  /** Ends them. */
  readonly signal: AbortSignal;
  /** After each, when the memory may hold something else. */
  readonly onRound: () => void;
}

/** Until the signal aborts: what fails is shown, and tried again. */
export async function watchInRounds(rounds: WatchRounds): Promise<void> {
  const { context, memory, database, signal, onRound } = rounds;
  const { clock } = context;
  const eyes = new WatchLook(memory, {
    open: () => openSubject(context, memory.subject, () => database.unresolved()),
    openUndeclared: () => openSubject(context, memory.subject, unasked),
  });
  const tellTrouble = createTroubleTeller(memory);
  await Promise.all([
    repeat(() => eyes.look(signal), {
      ...{ clock, signal, intervalMs: LOOK_MS },
      onEnd: (trouble) => {
        memory.lookTrouble = trouble;
        onRound();
      },
    }),
    repeat(() => database.follow(), {
      ...{ clock, signal, intervalMs: DATABASE_MS },
      onEnd: (trouble) => {
        tellTrouble(trouble);
        onRound();
      },
    }),
  ]);
}

interface Repetition {
  readonly intervalMs: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** After each round; with what kept it from succeeding, if anything did. */
  readonly onEnd: (trouble: string | undefined) => void;
}

async function repeat(round: () => Promise<void>, repetition: Repetition): Promise<void> {
  const { intervalMs, clock, signal, onEnd } = repetition;
  while (!signal.aborted) {
    onEnd(await troubleOf(round));
    await clock.sleep(intervalMs, signal);
  }
}

async function troubleOf(round: () => Promise<void>): Promise<string | undefined> {
  try {
    await round();
    return undefined;
  } catch (error) {
    if (error instanceof AssertionError) throw error;
    return messageOf(error);
  }
}

/** Both panels are stale while it lasts; what it is stands where the monitor speaks, once. */
function createTroubleTeller(memory: LiveMemory): (trouble: string | undefined) => void {
  let told: string | undefined;
  return (trouble) => {
    const process = { state: "elsewhere", isStale: trouble !== undefined } as const;
    memory.processes = { monitor: process, agent: process };
    if (trouble === told) return;
    const line = trouble ? `[Trouble] ${trouble}; trying again` : `[Trouble] over: ${told}`;
    tellLine(memory, { source: "monitor", line });
    told = trouble;
  };
}
