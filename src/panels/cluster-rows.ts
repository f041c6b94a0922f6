// The rows of the cluster's table: columns that all roles share, a heading for each role, and a
// member whose violation is told by a word, a symbol and its background.
import { unreachable } from "../domain/errors.ts";
import { fitPlain, fitTo, printable } from "./fit.ts";
import type { Theme } from "./theme.ts";
import type { FigureView, MemberView } from "./view.ts";

/** Widths in columns. */
export interface ClusterColumns {
  readonly name: number;
  readonly figures: readonly number[];
  readonly detail: number;
}

export interface RowStyle {
  readonly layout: ClusterColumns;
  readonly theme: Theme;
}

interface MemberStyle extends RowStyle {
  /** Then nobody knows who is well, whatever was read. */
  readonly isStale: boolean;
}

const SYMBOL_COLUMNS = 2;
const NAME_COLUMNS_MAX = 16;
const FIGURE_COLUMNS_MAX = 12;
/** A row with room to spare has its figures further apart. */
const WIDE_DETAIL_COLUMNS = 28;
const WIDE_GAP = 2;
const VIOLATED = "VIOLATED";

/** Figures that would leave no room for the word "VIOLATED" are not shown. */
export function clusterColumns(members: readonly MemberView[], columns: number): ClusterColumns {
  const names = members.flatMap(({ name: ofMember, role }) => [ofMember, role]);
  const name = Math.max(0, ...names.map((text) => widthOf(text, NAME_COLUMNS_MAX)));
  const room = columns - SYMBOL_COLUMNS - name - 1;
  const wanted = figureWidths(members);
  const shown = wanted.filter((_, index) => {
    return room - figureColumns(wanted.slice(0, index + 1)) >= VIOLATED.length;
  });
  const isWide = room - figureColumns(shown) - shown.length * WIDE_GAP >= WIDE_DETAIL_COLUMNS;
  const figures = isWide ? shown.map((width) => width + WIDE_GAP) : shown;
  return { name, figures, detail: Math.max(0, room - figureColumns(figures)) };
}

/** The heading of members of one role: the role, and what their figures are. */
export function groupRow(group: readonly MemberView[], { layout, theme }: RowStyle): string {
  const [first] = group;
  const labels = layout.figures.map((width, index) => {
    return `${alignRight(first?.figures[index]?.label ?? "", width)} `;
  });
  const role = fitPlain(first?.role ?? "", layout.name);
  return theme.faint(`${" ".repeat(SYMBOL_COLUMNS)}${role} ${labels.join("")}`);
}

export function memberRow(member: MemberView, { layout, theme, isStale }: MemberStyle): string {
  const name = fitPlain(member.name, layout.name);
  const widths = member.figures.length === 0 ? [] : layout.figures;
  const cells = widths.map((width, index) => figureCell(member.figures[index], width));
  const detail = fitPlain(detailText(member, layout), detailColumns(member, layout));
  const gap = cells.length === 0 ? "" : " ";
  const symbol = isStale && !member.isViolated ? "?" : symbolOf(member);
  const row = `${symbol} ${name} ${cells.map(joinCell).join("")}${gap}${detail}`;
  if (member.isViolated) return theme.alarm(row);
  if (isStale) return theme.faint(row);
  const figures = cells.map((cell) => paintCell(cell, theme)).join("");
  const paintSymbol = member.health === "up" ? theme.good : theme.bad;
  return `${paintSymbol(symbol)} ${name} ${figures}${gap}${theme.faint(detail)}`;
}

/** Its row does not say all that is known of it. */
export function isDetailCut(member: MemberView, layout: ClusterColumns): boolean {
  const taken = member.isViolated ? VIOLATED.length + 1 : 0;
  const room = detailColumns(member, layout) - taken;
  return room < 1 || Bun.stringWidth(printable(member.detail, room)) > room;
}

/** Of a member in trouble the whole detail, or a word for it. */
function detailText(member: MemberView, layout: ClusterColumns): string {
  const { isViolated, health, detail } = member;
  const isCut = isDetailCut(member, layout);
  if (isViolated) return isCut ? VIOLATED : `${VIOLATED} ${detail}`;
  return isCut && health !== "up" ? health : detail;
}

/** A role without figures has the room of their columns for the detail. */
function detailColumns({ figures }: MemberView, layout: ClusterColumns): number {
  return layout.detail + (figures.length === 0 ? figureColumns(layout.figures) : 0);
}

interface FigureCell {
  readonly text: string;
  readonly arrow: string;
}

function figureCell(figure: FigureView | undefined, width: number): FigureCell {
  return { text: alignRight(figure?.text ?? "", width), arrow: arrowOf(figure?.change ?? 0) };
}

function joinCell({ text, arrow }: FigureCell): string {
  return text + arrow;
}

function paintCell({ text, arrow }: FigureCell, theme: Theme): string {
  return text + (arrow === " " ? arrow : theme.accent(arrow));
}

function arrowOf(change: number): string {
  if (change > 0) return "▲";
  return change < 0 ? "▼" : " ";
}

function symbolOf({ health, isViolated }: MemberView): string {
  switch (health) {
    case "up":
      return isViolated ? "!" : "●";
    case "down":
      return "✗";
    case "unknown":
      return "?";
    default:
      return unreachable(health);
  }
}

/** For each place in a row the widest label or text of any member. */
function figureWidths(members: readonly MemberView[]): readonly number[] {
  const count = Math.max(0, ...members.map(({ figures }) => figures.length));
  return Array.from({ length: count }, (_, index) => {
    const widths = members.map(({ figures }) => {
      const { label = "", text = "" } = figures[index] ?? {};
      return Math.max(widthOf(label, FIGURE_COLUMNS_MAX), widthOf(text, FIGURE_COLUMNS_MAX));
    });
    return Math.max(...widths);
  });
}

/** Each figure has room for its arrow, and after the last one there is a blank. */
function figureColumns(widths: readonly number[]): number {
  return widths.length === 0 ? 0 : widths.reduce((sum, width) => sum + width + 1, 1);
}

function widthOf(text: string, columnsMax: number): number {
  return Math.min(columnsMax, Bun.stringWidth(printable(text, columnsMax)));
}

function alignRight(text: string, columns: number): string {
  const plain = printable(text, columns);
  const width = Bun.stringWidth(plain);
  return width > columns ? fitTo(plain, columns) : " ".repeat(columns - width) + plain;
}
