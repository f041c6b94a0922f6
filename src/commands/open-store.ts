// Opens the database: at once for a command, again and again for a daemon.
import type { Clock } from "../domain/clock.ts";
import { messageOf } from "../domain/errors.ts";
import type { TicketOps } from "../domain/ticket-ops.ts";
import type { CommandContext } from "./context.ts";
import { databaseOf } from "./flags.ts";

const RETRY_MS = 2_000;

/** Creates the file and its schema when they are missing. Rejects with code "database". */
export async function openStore(context: CommandContext): Promise<TicketOps> {
  const { TicketOpsDB } = await import("../store/ticket-ops-db.ts");
  return TicketOpsDB.open({ path: databaseOf(context), clock: context.clock });
}

/**
 * For daemons: what keeps the database from opening is said once, and tried again until it opens.
 * Undefined when the signal aborts first.
 */
export async function openStorePatiently(context: CommandContext): Promise<TicketOps | undefined> {
  const { clock, signal, printError } = context;
  let said: string | undefined;
  while (!signal.aborted) {
    const attempt = await tryOpen(context);
    if ("store" in attempt) return attempt.store;
    if (attempt.trouble !== said) printError(`[Trouble] ${attempt.trouble}; trying again`);
    said = attempt.trouble;
    await clock.sleep(RETRY_MS, signal);
  }
  return undefined;
}

/** Part of a daemon's tick: the failure becomes a value that is reported. */
async function tryOpen(
  context: CommandContext & { readonly clock: Clock },
): Promise<{ readonly store: TicketOps } | { readonly trouble: string }> {
  try {
    return { store: await openStore(context) };
  } catch (error) {
    return { trouble: messageOf(error) };
  }
}
