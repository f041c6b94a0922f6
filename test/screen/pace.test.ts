// When a frame is due, on a clock that stands still until a test moves it.
import { expect, test } from "bun:test";
import { createPace, FRAME_MS } from "../../src/panels/screen-pace.ts";

function pacedWith(show: () => boolean) {
  let nowMs = 1_000;
  const sleepers: { readonly dueAtMs: number; readonly wake: () => void }[] = [];
  const clock = {
    now: () => nowMs,
    elapsed: () => nowMs,
    sleep: (forMs: number) =>
      new Promise<void>((wake) => sleepers.push({ dueAtMs: nowMs + forMs, wake })),
  };
  const { signal } = new AbortController();
  const pace = createPace({ clock, signal, show });
  return {
    ask: () => pace.ask(),
    async pass(forMs: number) {
      nowMs += forMs;
      for (const { dueAtMs, wake } of sleepers.splice(0)) {
        if (dueAtMs <= nowMs) wake();
        else sleepers.push({ dueAtMs, wake });
      }
      await Promise.resolve();
      await Promise.resolve();
    },
  };
}

test("a frame that was written is followed by the next one when it is old enough", async () => {
  let shown = 0;
  const screen = pacedWith(() => {
    shown += 1;
    return true;
  });
  screen.ask();
  screen.ask();
  await screen.pass(FRAME_MS - 1);
  expect(shown).toBe(1);
  await screen.pass(1);
  expect(shown).toBe(2);
});

test("one in which nothing had changed keeps no change waiting for so long", async () => {
  let composed = 0;
  const screen = pacedWith(() => {
    composed += 1;
    return false;
  });
  screen.ask();
  await screen.pass(FRAME_MS / 3);
  screen.ask();
  expect(composed).toBe(2);
});

test("however often it is asked, what has not changed is composed 50 times a second", async () => {
  let composed = 0;
  const screen = pacedWith(() => {
    composed += 1;
    return false;
  });
  for (let ms = 0; ms < 1_000; ms += 1) {
    screen.ask();
    await screen.pass(1);
  }
  expect(composed).toBeGreaterThanOrEqual(45);
  expect(composed).toBeLessThanOrEqual(51);
});
