// Opens the database: at once for a command, again and again for a daemon.
import { OperatorError } from "../domain/errors.ts";
import type { Person } from "../domain/person.ts";
import type { TicketOps } from "../domain/ticket-ops.ts";
import { failPoint } from "../infra/fail-point.ts";
import { isMissingOrEmpty } from "../infra/files.ts";
import { readPerson } from "../infra/person.ts";
import type { CommandContext } from "./context.ts";
import { databaseOf } from "./flags.ts";

const RETRY_MS = 2_000;

export interface StoreOpening {
  /** For who works on it for long: it is written anew when it is let go. */
  readonly isLeftAtRest?: boolean;
  /** How persons speak who decide something; "command" when absent. */
  readonly via?: Person["via"];
  /** For who reads: a file that may not be written is read from a copy, where it must be. */
  readonly isCopyEnough?: boolean;
  /** For who writes nothing: the file and its log are left as they are. */
  readonly isReading?: boolean;
}

/** Creates the file and its schema when they are missing. Rejects with code "database". */
export async function openStore(
  context: CommandContext,
  { via = "command", ...opening }: StoreOpening = {},
): Promise<TicketOps> {
  const { TicketOpsDB } = await import("../store/ticket-ops-db.ts");
  return TicketOpsDB.open({
    path: databaseOf(context),
    clock: context.clock,
    ...opening,
    person: () => readPerson({ via, env: context.env }),
    onCommit: (moment, events) => failPoint(`store.${events.join("+") || "quiet"}.${moment}`),
  });
}

/** Or empty. False when it may not even be looked for: then opening it says why. */
export function isDatabaseMissing(context: CommandContext): boolean {
  return isMissingOrEmpty(databaseOf(context));
}

/**
 * For daemons: what keeps `open` from succeeding is said once, and tried again until it does.
 * Undefined when the signal aborts first. Rejects with everything but OperatorError.
 */
export async function openPatiently<T>(
  { clock, signal, printError }: CommandContext,
  open: () => Promise<T>,
): Promise<T | undefined> {
  let said: string | undefined;
  while (!signal.aborted) {
    const attempt = await tryOpen(open);
    if ("opened" in attempt) return attempt.opened;
    if (attempt.trouble !== said) printError(`[Trouble] ${attempt.trouble}; trying again`);
    said = attempt.trouble;
    await clock.sleep(RETRY_MS, signal);
  }
  return undefined;
}

/** Part of a daemon's tick: the failure becomes a value that is reported. */
async function tryOpen<T>(
  open: () => Promise<T>,
): Promise<{ readonly opened: T } | { readonly trouble: string }> {
  try {
    return { opened: await open() };
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    return { trouble: error.message };
  }
}
