// What the clients of the subject notice: a minute of operations with the fault and the repair
// marked below it, how long they take, and whether what they were promised was kept.
import { unreachable } from "../domain/errors.ts";
import type { Canvas, Label, PanelContent } from "./box.ts";
import { firstThatFits } from "./fit.ts";
import {
  columnOf,
  peakOf,
  SPARK_SECONDS,
  type SparkScale,
  scaleOf,
  sparkRows,
} from "./sparkline.ts";
import type { Theme } from "./theme.ts";
import { formatCount } from "./units.ts";
import type { MarkView, WorkloadFigure, WorkloadSecond, WorkloadView } from "./view.ts";

const MARK_ROWS = 1;
const LATENCY_ROWS = 1;
const CHART_ROWS_MIN = 1;
const CHART_ROWS_MAX = 8;
const GAP = "  ";
const PRECISE_BELOW_MS = 10;
/** Figures come once a second: three have not come. */
const OLD_MS = 3_500;
const NO_LATENCY = { p50Ms: undefined, p99Ms: undefined };

export function workloadPanel(view: WorkloadView, canvas: Canvas): PanelContent {
  const { theme, nowMs, columns } = canvas;
  const newest = view.seconds.at(-1);
  const figures = figureLines(view, canvas);
  if (newest === undefined) {
    return { title: "Workload", lines: [theme.faint("no load yet"), ...figures] };
  }
  const scale = scaleOf(view.seconds, { nowMs, columns });
  const below = MARK_ROWS + LATENCY_ROWS + figures.length;
  const rows = Math.min(CHART_ROWS_MAX, Math.max(CHART_ROWS_MIN, canvas.rows - below));
  return {
    title: "Workload",
    note: rateLabel(newest, canvas),
    footNote: peakLabel(view.seconds, scale, theme),
    lines: [
      ...sparkRows(view.seconds, { scale, rows }).map(theme.good),
      markLine(view.marks, { scale, theme }),
      latencyLine(view.seconds, { newest, canvas }),
      ...figures,
    ],
  };
}

/** A rate of long ago is none of now. */
function rateLabel(newest: WorkloadSecond, { nowMs, theme }: Canvas): Label {
  if (isOld(newest, nowMs)) return { text: "no load now", paint: theme.faint };
  return { text: `${formatCount(Math.round(newest.ops))} ops/s`, paint: theme.strong };
}

function isOld({ atMs }: WorkloadSecond, nowMs: number): boolean {
  return nowMs - atMs > OLD_MS;
}

function peakLabel(seconds: readonly WorkloadSecond[], scale: SparkScale, theme: Theme): Label {
  const peak = formatCount(Math.round(peakOf(seconds, scale)));
  return { text: `last ${SPARK_SECONDS} s, peak ${peak}`, paint: theme.faint };
}

interface MarkStyle {
  readonly scale: SparkScale;
  readonly theme: Theme;
}

/** Each mark below its second, with its name where there is room before the next one. */
function markLine(marks: readonly MarkView[], { scale, theme }: MarkStyle): string {
  const placed = placeMarks(marks, scale);
  let line = "";
  let width = 0;
  for (const [index, { kind, column }] of placed.entries()) {
    const { symbol, name } = markWords(kind);
    const end = placed[index + 1]?.column ?? scale.columns + 1;
    const isNamed = column + name.length < end;
    const text = isNamed ? name : symbol;
    const paint = kind === "fault" ? theme.bad : theme.good;
    line += " ".repeat(column - width) + paint(text);
    width = column + text.length;
  }
  return line;
}

interface PlacedMark {
  readonly kind: MarkView["kind"];
  readonly column: number;
}

/** In order, no two in one column: a later one moves to the right, as far as there is room. */
function placeMarks(marks: readonly MarkView[], scale: SparkScale): readonly PlacedMark[] {
  let free = 0;
  return marks
    .toSorted((left, right) => left.atMs - right.atMs)
    .flatMap(({ atMs, kind }) => {
      const wanted = columnOf(atMs, scale);
      if (wanted === undefined) return [];
      const column = Math.max(wanted, free);
      free = column + 1;
      return column < scale.columns ? [{ kind, column }] : [];
    });
}

function markWords(kind: MarkView["kind"]): { readonly symbol: string; readonly name: string } {
  switch (kind) {
    case "fault":
      return { symbol: "✗", name: "✗ fault" };
    case "repair":
      return { symbol: "✓", name: "✓ repair" };
    default:
      return unreachable(kind);
  }
}

function latencyLine(
  seconds: readonly WorkloadSecond[],
  { newest, canvas }: { readonly newest: WorkloadSecond; readonly canvas: Canvas },
): string {
  const { theme, columns, nowMs } = canvas;
  const { p50Ms, p99Ms } = isOld(newest, nowMs) ? NO_LATENCY : newest;
  const failures = seconds.slice(-SPARK_SECONDS).reduce((sum, second) => sum + second.failures, 0);
  const paint = failures === 0 ? theme.plain : theme.bad;
  const latency = `p50 ${latencyText(p50Ms)}${GAP}p99 ${latencyText(p99Ms)}`;
  const failed = paint(`${failures === 0 ? "" : "✗ "}${formatCount(failures)} failed`);
  const long = `${latency}${GAP}${failed} in the last minute`;
  return firstThatFits([long, `${latency}${GAP}${failed}`], columns);
}

/**
 * The longest words that there is room for: in one line, or, where they would have to be cut, what
 * was counted above what was suffered. Where there is a row for one of them alone, it is what was
 * suffered, once that is known. None when nothing was counted.
 */
function figureLines(
  { figures }: WorkloadView,
  { columns, rows, theme }: Canvas,
): readonly string[] {
  if (figures.length === 0) return [];
  const [whole = ""] = figureForms(figures, theme).filter(
    (line) => Bun.stringWidth(line) <= columns,
  );
  if (whole !== "") return [whole];
  const { count = [], harm = [] } = Object.groupBy(figures, ({ figure }) => figure.kind);
  const lines = [count, harm]
    .filter((group) => group.length > 0)
    .map((group) => firstThatFits(figureForms(group, theme), columns));
  if (lines.length <= rows - CHART_ROWS_MIN - MARK_ROWS - LATENCY_ROWS) return lines;
  return harm.some(({ value }) => value !== undefined) ? lines.slice(-1) : lines.slice(0, 1);
}

/** From the longest words to the shortest. */
function figureForms(figures: readonly WorkloadFigure[], theme: Theme): readonly string[] {
  const levels = Math.max(...figures.map(({ figure }) => figure.forms.length));
  return Array.from({ length: levels }, (_, level) =>
    figures.map((shown) => figureText(shown, { level, theme })).join(GAP),
  );
}

/** Harm that is not checked is not the same as none. */
function figureText(
  { figure, value }: WorkloadFigure,
  { level, theme }: { readonly level: number; readonly theme: Theme },
): string {
  if (figure.kind === "count") {
    return `${formatCount(value ?? 0)} ${figure.forms[level] ?? figure.forms.at(-1)}`;
  }
  const words = figure.forms[level] ?? figure.forms.at(-1);
  if (!words) return "";
  if (value === undefined) return theme.faint(words.unchecked);
  if (value === 0) return theme.good(`✓ ${words.none}`);
  return theme.alarm(`✗ ${formatCount(value)} ${words.some}`);
}

function latencyText(latencyMs: number | undefined): string {
  if (latencyMs === undefined) return "–";
  const digits = latencyMs < PRECISE_BELOW_MS ? 1 : 0;
  return `${latencyMs.toFixed(digits)} ms`;
}
