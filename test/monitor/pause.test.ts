import { expect, test } from "bun:test";
import type { FollowOptions, Runtime } from "../../src/domain/runtime.ts";
import { systemClock } from "../../src/infra/clock.ts";
import type { MonitorEvent } from "../../src/monitor/events.ts";
import { createPause } from "../../src/monitor/pause.ts";
import { hurriedClock } from "../support/hurried-clock.ts";

const FOREVER_MS = 3_600_000;

/** A pause on a runtime that tells what the test says. */
function pauseOn(clock = systemClock) {
  const events: MonitorEvent[] = [];
  const controller = new AbortController();
  let following: FollowOptions | undefined;
  const runtime: Runtime = {
    name: "docker",
    topology: { subject: "toy", timeScale: 1, members: [], endpoints: [] },
    members: async () => [],
    logs: async () => "",
    operate: () => Promise.reject(new Error("nobody operates here")),
    follow: async (options) => {
      following = options;
    },
  };
  const emit = (event: MonitorEvent) => void events.push(event);
  const pause = createPause({ runtime, clock, signal: controller.signal, emit });
  if (!following) throw new Error("a pause follows its runtime");
  return { pause, events, controller, tell: following.onEvent };
}

test("a change ends the pause", async () => {
  const { pause, tell } = pauseOn();
  const over = pause.wait(FOREVER_MS, undefined);
  tell({ type: "changed", member: "one", change: "die" });
  await over;
});

test("a change that came before the pause is not forgotten, and counts once", async () => {
  const { pause, tell, controller } = pauseOn();
  tell({ type: "changed", member: "one", change: "kill" });
  tell({ type: "changed", member: "one", change: "die" });
  await pause.wait(FOREVER_MS, undefined);
  const second = pause.wait(FOREVER_MS, undefined).then(() => "over");
  expect(await Promise.race([second, Bun.sleep(50).then(() => "waits")])).toBe("waits");
  controller.abort();
  expect(await second).toBe("over");
});

test("after a change that was told, what it broke is looked at when it may fire", async () => {
  const clock = hurriedClock();
  const { pause, tell } = pauseOn(clock);
  const waits = async (firingInMs: number | undefined) => {
    const fromMs = clock.elapsed();
    await pause.wait(10_000, firingInMs === undefined ? undefined : fromMs + firingInMs);
    return clock.elapsed() - fromMs;
  };
  expect(await waits(500)).toBe(10_000);
  tell({ type: "changed", member: "one", change: "die" });
  await waits(undefined);
  expect([await waits(500), await waits(undefined), await waits(500)]).toEqual([
    500, 10_000, 10_000,
  ]);
});

test("a storm of changes leaves time between two looks", async () => {
  const clock = hurriedClock();
  const { pause, tell } = pauseOn(clock);
  const startedAtMs = clock.now();
  for (let look = 0; look < 5; look += 1) {
    tell({ type: "changed", member: "one", change: "start" });
    await pause.wait(1_000, undefined);
  }
  expect(clock.now() - startedAtMs).toBeGreaterThanOrEqual(5 * 200);
});

test("a runtime that tells no more is trouble, until it tells again", async () => {
  const { pause, tell, events } = pauseOn();
  tell({ type: "lost", reason: "the stream was cut" });
  tell({ type: "following" });
  await pause.wait(FOREVER_MS, undefined);
  const message = "changes are seen late: the stream was cut";
  expect(events).toEqual([
    { type: "trouble", atMs: expect.any(Number), message },
    { type: "recovered", atMs: expect.any(Number), message },
  ]);
});
