// What story, workload, logs, status line and layout tell, each by its facts.
import { describe, expect, test } from "bun:test";
import { drawBox } from "../../src/panels/box.ts";
import { layOut, panelsOf } from "../../src/panels/layout.ts";
import { logPanel } from "../../src/panels/log-panel.ts";
import { statusLine } from "../../src/panels/status-line.ts";
import { storyPanel, storyScrollMax } from "../../src/panels/story-panel.ts";
import { createTheme } from "../../src/panels/theme.ts";
import type { ProcessView, StatusView } from "../../src/panels/view.ts";
import { canvasOf, NAMING_THEME } from "./easel.ts";
import { log, repairScene, story, verifiedScene, watchScene } from "./scenes.ts";

const PLAIN = createTheme({ colorLevel: 0 });

describe("the story", () => {
  test("has a heading, its paragraphs apart, and the keys at the foot", () => {
    const view = story({
      narration: ["First.", "Second."],
      keys: [
        ["SPACE", "next"],
        ["q", "quit"],
      ],
    });
    expect(storyPanel(view, canvasOf(60, 10)).lines).toEqual([
      "Welcome",
      "",
      "First.",
      "",
      "Second.",
      "",
      "",
      "",
      "",
      "<accent:SPACE> next · <accent:q> quit",
    ]);
  });

  test("shows an error in full before any narration", () => {
    const view = story({ narration: ["Words."], error: "one two three four five six", keys: [] });
    expect(storyPanel(view, canvasOf(12, 3)).lines).toEqual([
      "<bad:✗ one two>",
      "<bad:three four>",
      "<bad:five six…>",
    ]);
  });

  test("keeps the line breaks of an error, and reads it first where room is short", () => {
    const error = "it failed (exit 1)\nport 1 is taken\n  by 42";
    const view = story({ narration: ["one two three", "four"], error, keys: [] });
    const at = (scrolledDown: number) =>
      storyPanel({ ...view, scrolledDown }, canvasOf(20, 4)).lines;
    const lines = ["<bad:✗ it failed (exit 1)>", "<bad:port 1 is taken>", "<bad:  by 42>"];
    expect(at(0)).toEqual([...lines, "one two three…"]);
    expect(at(99)).toEqual([...lines.slice(1), "one two three", "four"]);
    expect(storyScrollMax(view, { columns: 20, rows: 4 })).toBe(1);
    expect(storyPanel(view, canvasOf(20, 6)).lines.slice(0, 3)).toEqual([
      "one two three",
      "four",
      ...lines.slice(0, 1),
    ]);
  });

  test("says with dots that there is more to read", () => {
    const view = story({ narration: ["one two", "three"], keys: [] });
    expect(storyPanel(view, canvasOf(12, 1)).lines).toEqual(["one two…"]);
  });

  test("turns its spinner by the clock, and has none when nothing goes on", () => {
    const view = story({ activity: "waiting", keys: [] });
    const at = (nowMs: number) => storyPanel(view, { ...canvasOf(20, 1), nowMs }).lines.at(-1);
    expect([at(0), at(100), at(1_000)]).toEqual([
      "<accent:⠋ waiting>",
      "<accent:⠙ waiting>",
      "<accent:⠋ waiting>",
    ]);
    expect(storyPanel(story({ keys: [] }), canvasOf(20, 1)).lines).toEqual([""]);
  });
});

describe("a child's process is shown as", () => {
  const cases: readonly (readonly [note: string, paint: string, process: ProcessView])[] = [
    ["○ not started", "faint", { state: "absent" }],
    ["● running", "good", { state: "running", restarts: 0 }],
    ["● restarted 2×", "bad", { state: "running", restarts: 2 }],
    ["✗ ENDED exit 1", "alarm", { state: "ended", how: "exit 1", willRestart: false }],
    ["✗ ENDED SIGKILL, restarts", "alarm", { state: "ended", how: "SIGKILL", willRestart: true }],
  ];
  for (const [text, paint, process] of cases) {
    test(text, () => {
      const { note } = logPanel({ ...log("Agent", []), process }, canvasOf(40, 5));
      const paints = Object.entries(NAMING_THEME).filter(([, used]) => used === note?.paint);
      expect([note?.text, paints.some(([name]) => name === paint)]).toEqual([text, true]);
    });
  }
});

test("who speaks in a line of a log stands out, and brackets elsewhere do not", () => {
  const lines = ["[Tool Call] shell: ls [x]", "[/x] y", "no [Guard] here"];
  expect(logPanel(log("Agent", lines), canvasOf(40, 5)).lines).toEqual([
    "<accent:[Tool Call]> shell: ls [x]",
    "[/x] y",
    "no [Guard] here",
  ]);
});

test("a log that is scrolled back says how far", () => {
  const lines = Array.from({ length: 2_000 }, (_, index) => `line ${index}`);
  const { note } = logPanel({ ...log("Agent", lines), scrolledBack: 1_200 }, canvasOf(40, 5));
  expect(note?.text).toBe("−1,200 · ● running");
});

test("the status line gives up what matters least when it is narrow", () => {
  const { status } = verifiedScene();
  const at = (columns: number) => statusLine(status, { columns, theme: PLAIN }).trimEnd();
  const all = "fault → detected +1.9 s → claimed +2.5 s → acted +3.3 s → verified +6.0 s";
  const some = "fault → detected +1.9 s → claimed → acted → verified +6.0 s";
  const ticket = " ✓ ticket #1 resolved";
  expect(at(160)).toStartWith(`${ticket}  ${all}  `);
  expect(at(160)).toEndWith("mode execute · model claude-sonnet-4-5 · ? help");
  expect(at(120)).toBe(`${ticket}  ${some}     mode execute · claude-sonnet-4-5`);
  expect(at(100)).toBe(`${ticket}  ${some}     mode execute`);
  expect(at(84)).toBe(`${ticket}  fault → detected +1.9 s → … → verified +6.0 s   mode execute`);
  expect(at(80)).toBe(`${ticket}  fault → … → verified +6.0 s                 mode execute`);
  expect(at(40)).toBe(" ✓ #1 resolved             mode execute");
});

test("ticket and mode are on the smallest screen, whatever has happened", () => {
  const { status } = verifiedScene();
  const labels = ["fault", "detected", "claimed", "acted", "resolved"];
  const timeline = labels.map((label, index) => ({ label, atMs: index * 4_321_000 }));
  const tickets = [
    ...["open", "claimed", "verifying", "escalated"].map((state) => ({ id: 1_234, state })),
    { id: 1_234, state: "resolved", resolution: "verified_fix" },
  ];
  for (const ticket of tickets) {
    for (const steps of labels.keys()) {
      const view = { ...status, ticket, timeline: timeline.slice(0, steps + 1) };
      const line = statusLine(view, { columns: 80, theme: PLAIN });
      expect(line).toContain(`#1234 ${ticket.state}`);
      expect(line).toContain("  mode execute");
    }
  }
});

test("the status line names a ticket's bad end", () => {
  const status: StatusView = {
    ticket: { id: 7, state: "escalated" },
    timeline: [],
    mode: "approve",
    model: "runbook",
  };
  expect(statusLine(status, { columns: 90, theme: NAMING_THEME })).toContain(
    "<alarm:✗ ticket #7 escalated>",
  );
  const none = statusLine({ ...status, ticket: undefined }, { columns: 90, theme: PLAIN });
  expect(none).toStartWith(" no ticket ");
});

test("a box names its panel however long the note beside the title is", () => {
  const note = { text: "a note that is longer than the box", paint: PLAIN.plain };
  const content = { title: "Agent", subtitle: "cut first", note, lines: ["one", "two"] };
  const frame = { columns: 24, rows: 3, theme: PLAIN };
  expect(drawBox(content, { ...frame, isFocused: true })).toEqual([
    "┏▶ Agent  a note that… ┓",
    "┃ one                  ┃",
    "┗━━━━━━━━━━━━━━━━━━━━━━┛",
  ]);
});

describe("the layout", () => {
  const options = { clusterRows: 8, zoomed: undefined };

  test("fills every screen with columns of boxes", () => {
    for (const columns of [80, 81, 120, 200, 250]) {
      for (let rows = 24; rows <= 70; rows += 1) {
        const panels = panelsOf(repairScene());
        const places = layOut({ ...options, size: { columns, rows }, panels });
        const widths = places.map(([first]) => first?.columns ?? 0);
        const heights = places.map((column) => column.reduce((sum, place) => sum + place.rows, 0));
        expect(widths.reduce((sum, width) => sum + width)).toBe(columns);
        expect(heights).toEqual([rows - 1, rows - 1]);
        expect(Math.min(...places.flat().map((place) => place.rows))).toBeGreaterThanOrEqual(6);
      }
    }
  });

  test("lets the agent grow where there is no story", () => {
    const size = { columns: 120, rows: 40 };
    const [left, right] = layOut({ ...options, size, panels: panelsOf(watchScene()) });
    expect(left?.map(({ panel }) => panel)).toEqual(["cluster", "monitor"]);
    expect(right).toEqual([{ panel: "agent", columns: 70, rows: 39 }]);
  });

  test("gives the zoomed panel the whole screen, if it is there", () => {
    const size = { columns: 120, rows: 40 };
    const panels = panelsOf(watchScene());
    const zoomed = layOut({ ...options, size, panels, zoomed: "agent" });
    expect(zoomed).toEqual([[{ panel: "agent", columns: 120, rows: 39 }]]);
    expect(layOut({ ...options, size, panels, zoomed: "story" })).toHaveLength(2);
  });
});
