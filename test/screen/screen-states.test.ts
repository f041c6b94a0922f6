import { expect, test } from "bun:test";
import type { Key } from "../../src/panels/keys-names.ts";
import { Screen, type ScreenOptions } from "../../src/panels/screen.ts";
import { ENTER, LEAVE } from "../../src/panels/screen-modes.ts";
import type { ScreenSize } from "../../src/panels/view.ts";
import { eventually } from "../support/eventually.ts";
import { createFakeTerminal } from "../support/fake-terminal.ts";
import { hurriedClock } from "../support/hurried-clock.ts";

test("a terminal that is behind gets no frames, then the newest one", async () => {
  const { terminal, screen } = open();
  terminal.isBehind = true;
  for (const line of ["one", "two", "three"]) screen.draw(() => [line]);
  expect(terminal.taken()).toBe(ENTER);
  terminal.isBehind = false;
  terminal.emit({ type: "drained" });
  const text = await eventually(() => terminal.taken() || false, "a frame");
  expect(text).toContain("three");
  expect(text).not.toContain("two");
});

test("what is drawn while a resize is reported is composed in the new size, once", () => {
  const sizes: ScreenSize[] = [];
  const draw = () => screen.draw((size) => [`${size.columns} by ${size.rows}`, "", "", "", "end"]);
  const { terminal, screen, clock } = open({
    onResize: (size) => {
      sizes.push(size);
      draw();
    },
  });
  draw();
  clock.advance(1_000);
  terminal.taken();
  Object.assign(terminal, { columns: 30, rows: 5 });
  terminal.emit({ type: "resized" });
  expect(sizes).toEqual([{ columns: 30, rows: 5 }]);
  const text = terminal.taken();
  expect(text.match(/30 by 5/g)).toHaveLength(1);
  expect(text).toContain("end");
});

test("an abort gives the terminal back at once; the closing lines can come later", () => {
  const { terminal, screen, controller } = open();
  screen.draw(() => ["frame"]);
  terminal.taken();
  controller.abort();
  expect(terminal.taken()).toBe(LEAVE);
  expect(terminal.isGrabbed).toBe(false);
  screen.draw(() => ["too late"]);
  screen.leave(["closing"]);
  expect(terminal.taken()).toBe("closing\r\n");
});

test("a screen that is aborted before it opens never takes the terminal", () => {
  const controller = new AbortController();
  controller.abort();
  const { terminal, screen } = open({ signal: controller.signal });
  screen.draw(() => ["frame"]);
  screen.leave();
  expect(terminal.taken()).toBe("");
  expect(terminal.isGrabbed).toBe(false);
});

test("after the end no key is reported", () => {
  const keys: Key[] = [];
  const { terminal, screen } = open({
    onKey: (key) => {
      keys.push(key);
      if (key === "q") screen.leave();
    },
  });
  terminal.emit({ type: "input", bytes: Buffer.from("aqb") });
  terminal.emit({ type: "input", bytes: Buffer.from("c") });
  expect(keys).toEqual(["a", "q"]);
});

test("a frame hook hears everything that is written, in order", () => {
  let heard = "";
  const { terminal, screen } = open({
    onFrame: (text) => {
      heard += text;
    },
  });
  screen.draw(() => ["one"]);
  screen.leave(["closing"]);
  expect(heard).toBe(terminal.taken());
  expect(heard).toContain("one");
});

test("a lost terminal is reported after it was given up", () => {
  const happened: string[] = [];
  const { terminal } = open({ onLost: () => happened.push(`grabbed: ${terminal.isGrabbed}`) });
  terminal.emit({ type: "lost" });
  terminal.emit({ type: "lost" });
  expect(happened).toEqual(["grabbed: false"]);
});

function open(options: Partial<ScreenOptions> = {}) {
  const terminal = createFakeTerminal();
  const clock = hurriedClock();
  const controller = new AbortController();
  const { signal } = controller;
  const ignore = () => {};
  const defaults = { terminal, clock, signal, onKey: ignore, onLost: ignore };
  const screen = Screen.open({ ...defaults, ...options });
  return { terminal, clock, controller, screen };
}
