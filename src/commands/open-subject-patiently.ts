// A subject as an agent opens it: an engine that restarts is waited for, and no ticket that comes
// of the restart calls a person.
import { OperatorError } from "../domain/errors.ts";
import type { CommandContext } from "./context.ts";

const RETRY_MS = 1_000;
/** A restart takes seconds; beyond this somebody must start it. */
const PATIENCE_MS = 60_000;

/**
 * Tries again while `open` rejects with code "runtime", and says so once. Rejects as `open` did
 * last: after a minute, when the signal aborts, and at once with every other failure.
 */
export async function openWhileItRestarts<T>(
  { clock, signal, printError }: Pick<CommandContext, "clock" | "signal" | "printError">,
  open: () => Promise<T>,
): Promise<T> {
  const untilMs = clock.elapsed() + PATIENCE_MS;
  for (let isFirst = true; ; isFirst = false) {
    const attempt = await open().then(
      (opened) => ({ opened }),
      (error: unknown) => ({ error }),
    );
    if ("opened" in attempt) return attempt.opened;
    const { error } = attempt;
    if (!isUnanswered(error) || signal.aborted || clock.elapsed() >= untilMs) throw error;
    if (isFirst) printError(`[Trouble] ${error.message}; trying again`);
    await clock.sleep(RETRY_MS, signal);
  }
}

function isUnanswered(error: unknown): error is OperatorError {
  return error instanceof OperatorError && error.code === "runtime";
}
