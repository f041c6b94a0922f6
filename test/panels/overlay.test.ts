// What lies over the panels; above all, that a person sees exactly what is to be approved.
import { expect, test } from "bun:test";
import {
  type ApprovalView,
  approvalContent,
  approvalScrollMax,
} from "../../src/panels/approval.ts";
import { drawOver, overlayRoom } from "../../src/panels/overlay.ts";
import { createTheme } from "../../src/panels/theme.ts";
import { NAMING_THEME } from "./easel.ts";

const PLAIN = createTheme({ colorLevel: 0 });
const ROOM = { columns: 40, rows: 8 };

test("an operation is shown as it is, with its reason and the keys", () => {
  const content = approvalContent(approval({ target: "tikv2" }), {
    room: ROOM,
    theme: NAMING_THEME,
  });
  expect(content.lines).toEqual([
    "The agent asks to do exactly this:",
    "",
    "{",
    '  "target": "tikv2"',
    "}",
    "",
    "Reason: tikv2 is stopped",
  ]);
  expect([content.note, content.foot?.text]).toEqual([undefined, "a approve · d deny · ESC later"]);
});

test("nothing of an operation is invisible", () => {
  const operation = { command: "ls \u200b\u202e  \u001b[2J \u{e0041}\n\u00a0e\u0301  x" };
  const { lines } = approvalContent(approval(operation), { room: ROOM, theme: PLAIN });
  const shown = lines.slice(3, 6).map((line, index) => (index === 0 ? line : line.slice(4)));
  expect(shown.join("")).toBe(
    '  "command": "ls \\u{200b}\\u{202e}  \\u001b[2J \\u{e0041}\\n\\u{a0}e\\u{301}  x"',
  );
});

test("an operation that is too long says so and can be scrolled to its end", () => {
  const operation = Object.fromEntries(Array.from({ length: 20 }, (_, key) => [`key${key}`, key]));
  const view = approval(operation);
  const { lines, note } = approvalContent(view, { room: ROOM, theme: NAMING_THEME });
  expect(note).toEqual({
    text: "rows 1–4 of 22, UP and DOWN scroll",
    paint: NAMING_THEME.alarm,
  });
  expect(lines.slice(2, 6)).toEqual(["{", '  "key0": 0,', '  "key1": 1,', '  "key2": 2,']);
  const most = approvalScrollMax(view, ROOM);
  const end = approvalContent({ ...view, scrolledDown: most }, { room: ROOM, theme: PLAIN });
  expect([most, end.lines[5]]).toEqual([18, "}"]);
});

test("beside a long operation what it would do is read in full, on the smallest screen", () => {
  const operation = { command: "x".repeat(4_000) };
  const facts = Array.from({ length: 5 }, (_, at): [string, string] => [
    `Fact ${at}`,
    "word ".repeat(100),
  ]);
  const room = overlayRoom({ columns: 80, rows: 24 });
  const { lines, note } = approvalContent(
    { type: "approval", id: 3, operation, facts },
    {
      room,
      theme: PLAIN,
    },
  );
  expect(note?.text).toMatch(/^rows 1–4 of /);
  expect(lines).toHaveLength(room.rows);
  for (const heading of ["Fact 0", "Fact 1", "Fact 2", "Fact 3"]) {
    expect(lines.some((line) => line.startsWith(heading))).toBe(true);
  }
});

test("nothing of a fact is invisible", () => {
  const view = { ...approval({}), facts: [["Effect", "start \u202eone"] as const] };
  expect(approvalContent(view, { room: ROOM, theme: PLAIN }).lines.at(-1)).toBe(
    "Effect: start \\u{202e}one",
  );
});

test("an operation without an end is cut, and says that it is", () => {
  const operation = { command: "x".repeat(1_000_000) };
  const view = { ...approval(operation), scrolledDown: 1_000_000 };
  const { lines } = approvalContent(view, { room: ROOM, theme: PLAIN });
  expect(lines[5]).toBe("… CUT HERE: this is not the whole operation");
});

test("a list shows the part around what is chosen", () => {
  const choices = Array.from({ length: 30 }, (_, index) => ({ name: `f${index}`, describes: "x" }));
  const overlay = { type: "choice" as const, title: "Which?", choices, chosen: 29 };
  const size = { columns: 80, rows: 24 };
  const lines = drawOver(blank(size), { overlay, size, theme: PLAIN });
  expect(lines.filter((line) => line.includes("▶ f29"))).toHaveLength(1);
  expect(lines.join("")).not.toContain("f9 ");
});

test("what is chosen is described in full, in a box that stays as it is", () => {
  const describes = "A store is paused: it accepts connections and answers none, as if it hung.";
  const choices = [
    { name: "store_kill", describes: "A store is killed." },
    { name: "store_pause", describes },
  ];
  const size = { columns: 80, rows: 24 };
  const boxOf = (chosen: number) => {
    const overlay = { type: "choice" as const, title: "Which?", choices, chosen };
    return drawOver(blank(size), { overlay, size, theme: PLAIN }).filter((line) =>
      /[┏┃┗]/.test(line),
    );
  };
  expect(boxOf(1).map((line) => line.trim().slice(2, -2).trim())).toEqual([
    expect.stringContaining("Which?"),
    expect.stringContaining("store_kill    A store is killed."),
    expect.stringMatching(/▶ store_pause {3}A store is paused.*…$/),
    "",
    "A store is paused: it accepts connections and answers none, as if it",
    "hung.",
    expect.stringContaining("ENTER takes it"),
  ]);
  expect(boxOf(0).map((line) => line.length)).toEqual(boxOf(1).map((line) => line.length));
});

test("a key's help is wrapped below itself", () => {
  const does = "shows the panel in focus on the whole screen, or all panels if it is alone";
  const overlay = { type: "help" as const, keys: [["UP DOWN PGUP PGDN", does] as const] };
  const size = { columns: 80, rows: 24 };
  const text = drawOver(blank(size), { overlay, size, theme: PLAIN }).join("\n");
  expect(text).toMatch(/UP DOWN PGUP PGDN {3}shows the .* screen, or *┃/);
  expect(text).toMatch(/┃ {21}all panels if it is alone/);
});

test("an overlay leaves the rest of each line where it was, also beside wide characters", () => {
  const size = { columns: 80, rows: 24 };
  const below = Array.from({ length: 24 }, () => ` ${"語".repeat(39)} `);
  const overlay = { type: "help" as const, keys: [["q", "quit"] as const] };
  const lines = drawOver(below, { overlay, size, theme: PLAIN });
  const middle = lines.find((line) => line.includes("quit")) ?? "";
  expect(lines.map((line) => Bun.stringWidth(line))).toEqual(below.map(() => 80));
  expect(middle).toMatch(/^ 語+…?┃ q {3}quit ┃ ?語+ $/);
});

test("an overlay has room on any screen", () => {
  expect(overlayRoom({ columns: 80, rows: 24 })).toEqual({ columns: 68, rows: 20 });
  expect(overlayRoom({ columns: 250, rows: 70 })).toEqual({ columns: 96, rows: 66 });
});

function approval(operation: ApprovalView["operation"]): ApprovalView {
  return { type: "approval", id: 3, operation, facts: [["Reason", "tikv2 is stopped"]] };
}

function blank({ columns, rows }: { readonly columns: number; readonly rows: number }) {
  return Array.from({ length: rows }, () => " ".repeat(columns));
}
