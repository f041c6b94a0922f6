// A simulated process: it reaches the world through ports alone, and once it has died no port
// answers it any more, so that it stops wherever it stood.
import type { Clock } from "../../src/domain/clock.ts";
import type { Dice } from "./dice.ts";
import type { Timeline } from "./timeline.ts";

export interface Life {
  /** Of this life: a process that comes back has another. */
  readonly name: string;
  readonly kind: "monitor" | "agent" | "person";
  isAlive: boolean;
  /** Of an agent: the one that it works on, or worked on last. */
  sessionId: string | undefined;
}

export interface Surroundings {
  readonly timeline: Timeline;
  readonly dice: Dice;
  /** What a clock on the wall shows: it may be set. */
  readonly wallMs: () => number;
}

export function newLife(kind: Life["kind"], name: string): Life {
  return { kind, name, isAlive: true, sessionId: undefined };
}

export function clockOf(life: Life, { timeline, wallMs }: Surroundings): Clock {
  return {
    now: wallMs,
    elapsed: () => timeline.nowMs,
    sleep: (durationMs, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted) return resolve();
        const wake = () => {
          signal?.removeEventListener("abort", wake);
          if (life.isAlive) resolve();
        };
        signal?.addEventListener("abort", wake, { once: true });
        timeline.after(Math.round(durationMs), wake);
      }),
  };
}

const LATENCY_MS_MAX = 3;

/** There and back, each taking a moment: death may come before, in between and after. */
export function travel<T>(
  life: Life,
  { timeline, dice }: Surroundings,
  work: () => Promise<T>,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const back = (arrive: () => void) =>
      timeline.after(dice.between(0, LATENCY_MS_MAX), () => {
        if (life.isAlive) arrive();
      });
    timeline.after(dice.between(0, LATENCY_MS_MAX), () => {
      if (!life.isAlive) return;
      work().then(
        (value) => back(() => resolve(value)),
        (error: unknown) => back(() => reject(error)),
      );
    });
  });
}
