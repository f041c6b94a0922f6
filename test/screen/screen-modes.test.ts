import { expect, test } from "bun:test";
import { ENTER, LEAVE } from "../../src/panels/screen-modes.ts";
import { createTerminalScreen } from "../support/terminal-screen.ts";

test("nothing is left on the alternate screen, which some terminals would show later", async () => {
  using screen = createTerminalScreen({ columns: 20, rows: 3 });
  await screen.write(`${ENTER}one\r\ntwo\r\nthree`);
  expect(screen.rows().join()).toContain("two");
  await screen.write(LEAVE.replace("\x1b[?1049l", ""));
  expect(screen.modes.isAlternate).toBe(true);
  expect(screen.rows().join("").trim()).toBe("");
});
