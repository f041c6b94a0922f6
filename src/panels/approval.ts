// An operation that waits for a person: exactly what would be done, nothing of it hidden, what it
// would do and why.
import type { PanelContent } from "./box.ts";
import { exactLine } from "./exact-line.ts";
import { type Room, wrapTo } from "./fit.ts";
import type { Theme } from "./theme.ts";
import type { OverlayView } from "./view.ts";

export type ApprovalView = Extract<OverlayView, { type: "approval" }>;

/** Of one fact. */
const FACT_ROWS_MAX = 3;
/** Kept for the operation on the smallest screen, whatever else there is to say. */
const OPERATION_ROWS_MIN = 4;
const HEADING_ROWS = 2;
const GAP_ROWS = 1;
/** A longer operation is cut, and says so. */
const OPERATION_ROWS_MAX = 500;
const INDENT = "    ";

export function approvalContent(
  view: ApprovalView,
  { room, theme }: { readonly room: Room; readonly theme: Theme },
): PanelContent {
  const { facts, operation, shown } = partsOf(view, room);
  const first = Math.min(Math.max(0, view.scrolledDown ?? 0), operation.length - shown);
  const window = operation.slice(first, first + shown);
  const isWhole = operation.length === shown;
  const range = `rows ${first + 1}–${first + shown} of ${operation.length}, UP and DOWN scroll`;
  return {
    title: `Approval #${view.id}`,
    note: isWhole ? undefined : { text: range, paint: theme.alarm },
    foot: { text: "a approve · d deny · ESC later", paint: theme.accent },
    lines: [
      theme.strong("The agent asks to do exactly this:"),
      "",
      ...window,
      "",
      ...facts.map(theme.plain),
    ],
  };
}

/** The largest `scrolledDown` that shows something else than a smaller one. */
export function approvalScrollMax(view: ApprovalView, room: Room): number {
  const { operation, shown } = partsOf(view, room);
  return operation.length - shown;
}

interface Parts {
  readonly facts: readonly string[];
  readonly operation: readonly string[];
  /** How many rows of the operation there is room for. */
  readonly shown: number;
}

function partsOf({ operation, facts }: ApprovalView, { columns, rows }: Room): Parts {
  const wrapped = operationRows(operation, columns);
  const said = facts.flatMap(([heading, text]) =>
    wrapTo(`${heading}: ${exactLine(text)}`, { columns, rows: FACT_ROWS_MAX }),
  );
  const room = rows - HEADING_ROWS - GAP_ROWS;
  const kept = Math.min(OPERATION_ROWS_MIN, wrapped.length);
  const shownFacts = said.slice(0, Math.max(1, room - kept));
  const left = Math.max(1, room - shownFacts.length);
  return { facts: shownFacts, operation: wrapped, shown: Math.min(left, wrapped.length) };
}

function operationRows(operation: ApprovalView["operation"], columns: number): readonly string[] {
  const lines = JSON.stringify(operation, null, 2).split("\n", OPERATION_ROWS_MAX + 1);
  const rows = lines.flatMap((line) => chopTo(line, columns));
  if (rows.length <= OPERATION_ROWS_MAX) return rows;
  return [...rows.slice(0, OPERATION_ROWS_MAX), "… CUT HERE: this is not the whole operation"];
}

/** Not between words: every blank counts. */
function chopTo(line: string, columns: number): readonly string[] {
  const width = columns - INDENT.length;
  const head = exactLine(line.slice(0, width * (OPERATION_ROWS_MAX + 1)));
  const exact = { hard: true, wordWrap: false, trim: false };
  const rows = Bun.wrapAnsi(head, width, exact).split("\n");
  return rows.map((row, index) => (index === 0 ? row : INDENT + row));
}
