// When a clock counts as set.
import { expect, test } from "bun:test";
import { watchClock } from "../../../subjects/ratelimiter/workload/clock-watch.ts";
import { hurriedClock } from "../../support/hurried-clock.ts";

function watched() {
  const clock = hurriedClock();
  let monotonicMs = 0;
  let delayMs = 0;
  const pass = (durationMs: number) => {
    clock.advance(durationMs);
    monotonicMs += durationMs;
  };
  const watch = watchClock(clock, () => {
    pass(delayMs);
    delayMs = 0;
    return monotonicMs;
  });
  return {
    watch,
    setClock: (byMs: number) => clock.advance(byMs),
    pass,
    /** Between the next two readings. */
    preempt: (durationMs: number) => {
      delayMs = durationMs;
    },
  };
}

test("time that passes on both clocks is no step, however much", () => {
  const { watch, pass } = watched();
  pass(3_600_000);
  expect(watch.stepMs()).toBe(0);
});

for (const stepMs of [5, -5, 7_200_000, -7_200_000]) {
  test(`a clock that is set by ${stepMs} ms is noticed, once`, () => {
    const { watch, setClock } = watched();
    setClock(stepMs);
    expect([watch.stepMs(), watch.stepMs()]).toEqual([stepMs, 0]);
  });
}

test("being preempted between two readings is no step", () => {
  const { watch, preempt } = watched();
  preempt(50);
  expect([watch.stepMs(), watch.stepMs()]).toEqual([0, 0]);
});

test("what is smaller is not, nor what adds up over many looks", () => {
  const { watch, setClock, pass } = watched();
  const steps = Array.from({ length: 100 }, () => {
    pass(1_000);
    setClock(1);
    return watch.stepMs();
  });
  expect(steps).toEqual(new Array(100).fill(0));
});
