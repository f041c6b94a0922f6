// Time that passes only when nobody has anything left to do: a minute of waiting costs nothing, and
// two agents meet in an order that the seed repeats.
import type { Clock } from "../../src/domain/clock.ts";

export interface VirtualTime extends Clock {
  /** Lets time pass until the work is done. Rejects when everybody waits and nobody sleeps. */
  drive<T>(work: Promise<T>): Promise<T>;
  /** Nobody is asleep meanwhile. */
  skip(durationMs: number): void;
}

interface Sleeper {
  readonly atMs: number;
  readonly wake: () => void;
}

export function startVirtualTime(startMs: number): VirtualTime {
  let nowMs = startMs;
  const sleepers = new Set<Sleeper>();
  const sleep = (durationMs: number, signal?: AbortSignal) =>
    new Promise<void>((resolve) => {
      if (signal?.aborted) return resolve();
      const finish = () => {
        sleepers.delete(sleeper);
        signal?.removeEventListener("abort", finish);
        resolve();
      };
      const sleeper = { atMs: nowMs + Math.max(0, Math.round(durationMs)), wake: finish };
      sleepers.add(sleeper);
      signal?.addEventListener("abort", finish, { once: true });
    });
  return {
    now: () => nowMs,
    elapsed: () => nowMs,
    sleep,
    skip: (durationMs) => {
      nowMs += durationMs;
    },
    async drive(work) {
      let isDone = false;
      const done = () => {
        isDone = true;
      };
      work.then(done, done);
      for (;;) {
        await untilAllWait();
        if (isDone) return work;
        const next = firstOf(sleepers);
        if (!next) throw new Error("everybody waits, and nobody sleeps");
        nowMs = Math.max(nowMs, next.atMs);
        next.wake();
      }
    },
  };
}

/** All that can go on without time has gone on. */
function untilAllWait(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Of those at one moment the one that lay down first. */
function firstOf(sleepers: ReadonlySet<Sleeper>): Sleeper | undefined {
  let first: Sleeper | undefined;
  for (const sleeper of sleepers) {
    if (!first || sleeper.atMs < first.atMs) first = sleeper;
  }
  return first;
}
