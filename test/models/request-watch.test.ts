// The watch over a request, with a clock moved by hand.
import { expect, test } from "bun:test";
import type { Clock } from "../../src/domain/clock.ts";
import { RequestWatch } from "../../src/models/request-watch.ts";

const never = new Promise<never>(() => undefined);

test("signs of life keep a request going beyond the idle time, up to its deadline", async () => {
  const clock = createHandClock();
  using watch = watchWith(clock);
  const racing = watch.race(never).catch((error) => error);
  for (const nowMs of [90, 180, 270]) {
    await clock.moveTo(nowMs);
    expect(watch.ending).toBeUndefined();
    watch.touch();
  }
  await clock.moveTo(300);
  expect(await racing).toMatchObject({ failure: "connection", message: "not done within 300 ms" });
});

test("silence ends it", async () => {
  const clock = createHandClock();
  using watch = watchWith(clock);
  await clock.moveTo(99);
  expect(watch.ending).toBeUndefined();
  await clock.moveTo(100);
  expect(watch.ending).toMatchObject({ failure: "connection", message: "nothing came for 100 ms" });
  expect(watch.signal.aborted).toBe(true);
});

test("a request that is done is no longer watched", async () => {
  const clock = createHandClock();
  const watch = watchWith(clock);
  expect(await watch.race(Promise.resolve(5))).toBe(5);
  watch[Symbol.dispose]();
  await clock.moveTo(1000);
  expect({ ending: watch.ending, sleepers: clock.sleepers() }).toEqual({
    ending: undefined,
    sleepers: 0,
  });
});

function watchWith(clock: Clock): RequestWatch {
  const { signal } = new AbortController();
  return new RequestWatch({ signal, clock, idleTimeoutMs: 100, deadlineMs: 300 });
}

function createHandClock() {
  let nowMs = 0;
  const waiting = new Map<() => void, number>();
  const clock: Clock = {
    now: () => nowMs,
    elapsed: () => nowMs,
    sleep: (durationMs, signal) =>
      new Promise((resolve) => {
        const wake = () => {
          waiting.delete(wake);
          resolve();
        };
        waiting.set(wake, nowMs + durationMs);
        signal?.addEventListener("abort", wake);
      }),
  };
  const moveTo = async (toMs: number) => {
    nowMs = toMs;
    for (const [wake, atMs] of [...waiting]) if (atMs <= nowMs) wake();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { ...clock, moveTo, sleepers: () => waiting.size };
}
