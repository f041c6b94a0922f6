// What clients notice: the rate, the marks below it, and whether anything is lost.
import { describe, expect, test } from "bun:test";
import { columnOf, scaleOf, sparkRows } from "../../src/panels/sparkline.ts";
import type { WorkloadFigure, WorkloadSecond, WorkloadView } from "../../src/panels/view.ts";
import { workloadPanel } from "../../src/panels/workload-panel.ts";
import { limiterFigures } from "../../subjects/ratelimiter/figures.ts";
import { canvasOf } from "./easel.ts";
import { NOW_MS, workload, writeFigures } from "./scenes.ts";

const ago = (seconds: number) => NOW_MS - seconds * 1_000;

describe("the bars", () => {
  test("are a minute from left to right, scaled to the highest", () => {
    const seconds = Array.from({ length: 60 }, (_, index) => second(59 - index, index + 1));
    expect(bars(seconds, { columns: 60 })).toEqual([
      "▁▁▁▁▁▁▁▁▁▁▁▂▂▂▂▂▂▂▃▃▃▃▃▃▃▃▄▄▄▄▄▄▄▅▅▅▅▅▅▅▅▆▆▆▆▆▆▆▇▇▇▇▇▇▇▇████".slice(0, 60),
    ]);
  });

  test("stand on rows of eighths", () => {
    const seconds = [second(1, 50), second(0, 100)];
    const rows = bars(seconds, { columns: 60, rows: 2 });
    expect(rows.map((row) => row.slice(-3))).toEqual(["  █", " ██"]);
  });

  test("show a second of nothing, and a gap as a gap", () => {
    const seconds = [second(4, 10), second(3, 0), second(0, 10)];
    expect(bars(seconds, { columns: 60 })[0]?.slice(-6)).toBe(" █▁  █");
  });

  test("move on when no figures come any more", () => {
    const seconds = [second(10, 10)];
    expect(bars(seconds, { columns: 60 })[0]).toBe(`${" ".repeat(51)}█${" ".repeat(8)}`);
  });

  test("share a column, or take several, to fill any width", () => {
    const seconds = Array.from({ length: 60 }, (_, index) => second(59 - index, 10));
    for (const columns of [1, 20, 36, 59, 60, 61, 120, 200]) {
      expect(bars(seconds, { columns })).toEqual(["█".repeat(columns)]);
    }
  });
});

test("a moment is marked below the bar of its second, at any width", () => {
  for (const columns of [20, 36, 59, 60, 61, 100, 120]) {
    for (let seconds = 0; seconds < 60; seconds += 1) {
      const only = [second(59, 0), second(seconds, 1_000), second(0, seconds === 0 ? 1_000 : 0)];
      const scale = scaleOf(only, { nowMs: NOW_MS, columns });
      const column = columnOf(ago(seconds), scale) ?? -1;
      const [row = ""] = sparkRows([second(seconds, 1_000)], { scale, rows: 1 });
      expect([columns, seconds, [...row][column]]).toEqual([columns, seconds, "█"]);
    }
  }
});

test("a moment before the last minute has no mark, one ahead of the figures is at the end", () => {
  const scale = scaleOf([second(0, 1)], { nowMs: NOW_MS, columns: 60 });
  expect(columnOf(ago(60), scale)).toBeUndefined();
  expect(columnOf(ago(-1), scale)).toBe(59);
});

test("fault and repair are named below the bars, or only marked where room is short", () => {
  const far = workload({ faultAgoSeconds: 40, repairAgoSeconds: 20 });
  expect(workloadPanel(far, canvasOf(60, 4)).lines[1]).toBe(
    `${" ".repeat(19)}<bad:✗ fault>${" ".repeat(13)}<good:✓ repair>`,
  );
  const near = workload({ faultAgoSeconds: 4, repairAgoSeconds: 2 });
  expect(workloadPanel(near, canvasOf(60, 4)).lines[1]).toBe(`${" ".repeat(55)}<bad:✗> <good:✓>`);
  const same = workload({ faultAgoSeconds: 30, repairAgoSeconds: 30 });
  expect(workloadPanel(same, canvasOf(60, 4)).lines[1]).toBe(
    `${" ".repeat(29)}<bad:✗><good:✓ repair>`,
  );
});

describe("of the writes it says", () => {
  const cases: readonly (readonly [Partial<WorkloadView>, string])[] = [
    [{ figures: writeFigures(undefined) }, "5,738 writes acknowledged  loss not checked yet"],
    [{ figures: writeFigures(0) }, "5,738 writes acknowledged  <good:✓ none lost>"],
    [{ figures: writeFigures(3) }, "5,738 writes acknowledged  <alarm:✗ 3 LOST>"],
  ];
  for (const [parts, line] of cases) {
    test(line, () => {
      const view = { ...workload({ faultAgoSeconds: undefined }), ...parts };
      expect(workloadPanel(view, canvasOf(60, 4)).lines.at(-1)).toBe(line);
    });
  }
});

describe("of several figures it says", () => {
  const view = { ...noWrites(), seconds: [second(0, 5)], figures: limitFigures(1_813, 48) };
  const bottom = (columns: number, { rows = 6, figures = view.figures } = {}) => {
    const { lines } = workloadPanel({ ...view, figures }, canvasOf(columns, rows));
    return lines.slice(lines.findIndex((line) => line.startsWith("p50")) + 1);
  };

  test("all in one line where there is room, in shorter words where there is less", () => {
    const counts = "1,813 allowed  563 denied";
    expect(bottom(90)).toEqual([
      `${counts}  <good:✓ none above the limit>  <alarm:✗ 48 WRONGLY DENIED>`,
    ]);
    expect(bottom(76)).toEqual([`${counts}  <good:✓ 0 above limit>  <alarm:✗ 48 WRONG>`]);
  });

  test("what was counted above what was suffered, before it cuts a word", () => {
    expect(bottom(46)).toEqual([
      "1,813 allowed  563 denied",
      "<good:✓ 0 above limit>  <alarm:✗ 48 WRONG>",
    ]);
  });

  test("what was suffered where there is one row for both, but not before it is known", () => {
    expect(bottom(37, { rows: 4 })).toEqual(["<good:✓ 0 above limit>  <alarm:✗ 48 WRONG>"]);
    const figures = view.figures.map((shown) =>
      shown.figure.kind === "harm" ? { ...shown, value: undefined } : shown,
    );
    expect(bottom(37, { rows: 4, figures })).toEqual(["1,813 allowed  563 denied"]);
  });
});

test("failures of the last minute stand out", () => {
  const seconds = [{ ...second(61, 5), failures: 9 }, ...quiet(), { ...second(0, 5), failures: 2 }];
  const { lines, note } = workloadPanel({ ...noWrites(), seconds }, canvasOf(60, 4));
  expect(lines.at(-1)).toBe("p50 1.3 ms  p99 84 ms  <bad:✗ 2 failed> in the last minute");
  expect(note?.text).toBe("5 ops/s");
});

test("when no figures come any more it does not repeat the last ones", () => {
  const panelAt = (secondsAgo: number) =>
    workloadPanel({ ...noWrites(), seconds: [second(secondsAgo, 200)] }, canvasOf(60, 4));
  expect(panelAt(3).note?.text).toBe("200 ops/s");
  expect(panelAt(4).note?.text).toBe("no load now");
  expect(panelAt(4).lines.at(-1)).toBe("p50 –  p99 –  0 failed in the last minute");
});

test("before there is any load it says so", () => {
  expect(workloadPanel(noWrites(), canvasOf(60, 4)).lines).toEqual(["no load yet"]);
});

function bars(
  seconds: readonly WorkloadSecond[],
  { columns, rows = 1 }: { readonly columns: number; readonly rows?: number },
): readonly string[] {
  return sparkRows(seconds, { scale: scaleOf(seconds, { nowMs: NOW_MS, columns }), rows });
}

function second(secondsAgo: number, ops: number): WorkloadSecond {
  return { atMs: ago(secondsAgo), ops, failures: 0, p50Ms: 1.3, p99Ms: 84.2 };
}

function quiet(): readonly WorkloadSecond[] {
  return Array.from({ length: 59 }, (_, index) => second(59 - index, 5));
}

function noWrites(): WorkloadView {
  return { seconds: [], marks: [], figures: [] };
}

function limitFigures(allowed: number, wronglyDenied: number): readonly WorkloadFigure[] {
  const values = [allowed, 563, 0, wronglyDenied];
  return limiterFigures.map((figure, index) => ({ figure, value: values[index] }));
}
