// Tells whoever starts a broker that it cannot do its work yet, and why. It listens all the same:
// an engine may come later, and those who ask are told the same.
import type { Clock } from "../../domain/clock.ts";
import { messageOf, OperatorError } from "../../domain/errors.ts";
import type { Runtime } from "../../domain/runtime.ts";

export interface SayOptions {
  /** The project as it is now. Rejects with the reason when there is no way to it. */
  readonly open: () => Promise<Runtime>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** One line for a person. Never throws. */
  readonly say: (line: string) => void;
}

const RETRY_MS = 5_000;

/** Each reason once, and that it is over; resolves then, or on abort. Never rejects. */
export async function sayUntilAble({ open, clock, signal, say }: SayOptions): Promise<void> {
  let said: string | undefined;
  while (!signal.aborted) {
    const trouble = await open().then(() => undefined, sayWithRemedy);
    if (trouble !== undefined && trouble !== said) say(`[Broker] no way to members: ${trouble}`);
    if (trouble === undefined && said !== undefined) say("[Broker] there is a way to members now");
    if (trouble === undefined) return;
    said = trouble;
    await clock.sleep(RETRY_MS, signal);
  }
}

function sayWithRemedy(error: unknown): string {
  const hint = error instanceof OperatorError ? error.hint : undefined;
  return hint === undefined ? messageOf(error) : `${messageOf(error)}; ${hint}`;
}
