// A job at work: what all kinds share, and which runs which.
import type { Clock } from "../../../src/domain/clock.ts";
import { unreachable } from "../../../src/domain/errors.ts";
import type { Address } from "../address.ts";
import type { Job } from "../declared.ts";
import type { JobStatus } from "./answers.ts";
import { JobConnection } from "./connection.ts";
import { HeldConnections } from "./held-connections.ts";

export interface JobWorld {
  readonly redis: Address;
  readonly clock: Clock;
}

export interface RunningJob extends Disposable {
  readonly job: Job;
  status(): JobStatus;
}

/** Often enough that a connection which somebody killed is missing for a moment only. */
const HOLD_EVERY_MS = 100;

/** Runs at once and then again and again, until it is disposed. */
export function startJob(job: Job, { redis, clock }: JobWorld): RunningJob {
  switch (job.type) {
    case "command": {
      const connection = new JobConnection({ job: job.name, redis });
      return repeat(job, {
        clock,
        everyMs: job.every_ms,
        once: () => connection.send(job.command),
        connections: () => (connection.isOpen ? 1 : 0),
        end: () => connection[Symbol.dispose](),
      });
    }
    case "connections": {
      const held = new HeldConnections({ job: job.name, redis, wanted: job.connections });
      return repeat(job, {
        clock,
        everyMs: HOLD_EVERY_MS,
        once: () => held.open(),
        connections: () => held.count,
        end: () => held[Symbol.dispose](),
      });
    }
    default:
      return unreachable(job);
  }
}

interface Repetition {
  readonly clock: Clock;
  /** From the end of one run to the beginning of the next. */
  readonly everyMs: number;
  /** Never rejects; resolves with what went wrong, or undefined. */
  readonly once: () => Promise<string | undefined>;
  readonly connections: () => number;
  readonly end: () => void;
}

function repeat(job: Job, repetition: Repetition): RunningJob {
  const { clock, everyMs, once, connections, end } = repetition;
  const ending = new AbortController();
  let runs = 0;
  let lastRunMs: number | null = null;
  let lastError: string | null = null;
  const run = async () => {
    while (!ending.signal.aborted) {
      lastError = (await once()) ?? null;
      lastRunMs = clock.now();
      runs += 1;
      await clock.sleep(everyMs, ending.signal);
    }
  };
  void run();
  return {
    job,
    status: () => ({
      job,
      runs,
      last_run_ms: lastRunMs,
      last_error: lastError,
      connections: connections(),
    }),
    [Symbol.dispose]: () => {
      ending.abort();
      end();
    },
  };
}
