// Renews a session's lease in the background, and says when it is lost.
import type { Clock } from "../domain/clock.ts";
import type { WorkQueue } from "../domain/ticket-ops.ts";

export interface Lease extends AsyncDisposable {
  /** Aborts once, when the ticket is no longer the session's; its reason says why. */
  readonly signal: AbortSignal;
  /** For whoever learns of the loss in another way: a move that was refused. */
  lose(reason: string): void;
}

export interface LeaseOptions {
  readonly queue: Pick<WorkQueue, "renewLease">;
  readonly sessionId: string;
  readonly leaseMs: number;
  readonly clock: Clock;
}

/** A person who takes a ticket from a session does not wait for it to notice. */
const RENEW_MS_MAX = 2_000;

/**
 * Renews every third of `leaseMs`, and every 2 s at least. While the store fails, the lease lasts
 * its time.
 */
export function keepLease(options: LeaseOptions): Lease {
  const lost = new AbortController();
  const stopped = new AbortController();
  const lose = (reason: string) => lost.abort(reason);
  const renewing = renewUntil({
    ...options,
    end: AbortSignal.any([stopped.signal, lost.signal]),
    lose,
  });
  return {
    signal: lost.signal,
    lose,
    async [Symbol.asyncDispose]() {
      stopped.abort();
      await renewing;
    },
  };
}

interface Renewing extends LeaseOptions {
  readonly end: AbortSignal;
  readonly lose: (reason: string) => void;
}

async function renewUntil(renewing: Renewing): Promise<void> {
  const { queue, sessionId, leaseMs, clock, end, lose } = renewing;
  let renewedAtMs = clock.elapsed();
  while (!end.aborted) {
    await clock.sleep(Math.min(RENEW_MS_MAX, leaseMs / 3), end);
    if (end.aborted) return;
    const askedAtMs = clock.elapsed();
    const answer = await queue.renewLease(sessionId, leaseMs).catch(() => "failed" as const);
    if (answer === true) renewedAtMs = askedAtMs;
    if (answer === false) lose("the ticket is no longer this session's");
    else if (clock.elapsed() - renewedAtMs >= leaseMs)
      lose("the lease could not be renewed in time");
  }
}
