// The members of the subject, one a row: what is well, what is not, and how old that knowledge is.
import type { Canvas, Label, PanelContent } from "./box.ts";
import {
  type ClusterColumns,
  clusterColumns,
  groupRow,
  isDetailCut,
  memberRow,
} from "./cluster-rows.ts";
import { tableRows } from "./cluster-tables.ts";
import { wrapTo } from "./fit.ts";
import { formatDuration } from "./units.ts";
import type { ClusterView, MemberView } from "./view.ts";

const SECOND_MS = 1_000;
/** A look each second, and the time that it takes. */
const JUST_NOW_MS = 2_000;

export function clusterPanel(view: ClusterView, canvas: Canvas): PanelContent {
  return {
    title: "Cluster",
    subtitle: `${view.subject} · ${view.provenance}`,
    footNote: ageLabel(view, canvas),
    lines: clusterLines(view, canvas),
  };
}

/** How many lines of text its table has. */
export function clusterRowsOf({ members }: ClusterView): number {
  return members.length + new Set(members.map(({ role }) => role)).size;
}

/** Whole seconds while all is well, so that a calm screen stays as it is; tenths when it is not. */
function ageLabel(view: ClusterView, { nowMs, theme }: Canvas): Label | undefined {
  if (view.readAtMs === undefined) {
    return view.trouble === undefined ? undefined : { text: "NO READING", paint: theme.alarm };
  }
  const ageMs = Math.max(0, nowMs - view.readAtMs);
  if (isStale(view, nowMs)) {
    return { text: `STALE ${formatDuration(ageMs)}`, paint: theme.alarm };
  }
  const seconds = Math.floor(ageMs / SECOND_MS);
  const text = ageMs < JUST_NOW_MS ? "read just now" : `read ${seconds} s ago`;
  return { text, paint: theme.faint };
}

function isStale({ readAtMs, staleAfterMs, trouble }: ClusterView, nowMs: number): boolean {
  return trouble !== undefined || (readAtMs !== undefined && nowMs - readAtMs > staleAfterMs);
}

/** The table; below it the trouble, which always has its row, and what the rows had to cut. */
function clusterLines(view: ClusterView, canvas: Canvas): readonly string[] {
  const { columns, rows, theme } = canvas;
  if (view.members.length === 0 && view.trouble === undefined) {
    return [theme.faint("waiting for the first reading")];
  }
  const layout = clusterColumns(view.members, columns);
  const hasTrouble = view.trouble !== undefined;
  const table = tableLines(view, { ...canvas, rows: rows - (hasTrouble ? 1 : 0) }, layout);
  const trouble = hasTrouble
    ? wrapTo(`✗ cannot read: ${view.trouble}`, { columns, rows: rows - table.length })
    : [];
  const spare = rows - table.length - trouble.length;
  const details = cutDetails(view.members, layout)
    .slice(0, spare)
    .flatMap((text) => wrapTo(text, { columns, rows: 1 }));
  const below = [...trouble, ...details].map(theme.bad);
  const left = rows - table.length - below.length;
  return [...table, ...below, ...tableRows(view.tables, { columns, rows: left, theme })];
}

function tableLines(view: ClusterView, canvas: Canvas, layout: ClusterColumns): readonly string[] {
  const { rows, nowMs, theme } = canvas;
  const fits = clusterRowsOf(view) <= rows;
  const members = fits ? view.members : view.members.toSorted(byConcern);
  const table = byRole(members).flatMap((group) => [
    groupRow(group, { layout, theme }),
    ...group.map((member) => memberRow(member, { layout, theme, isStale: isStale(view, nowMs) })),
  ]);
  if (fits || rows < 1) return table.slice(0, Math.max(0, rows));
  const more = `… ${table.length - rows + 1} more rows`;
  return [...table.slice(0, rows - 1), theme.faint(more)];
}

/** The details of members in trouble that their rows have no room for. */
function cutDetails(members: readonly MemberView[], layout: ClusterColumns): readonly string[] {
  return members
    .filter((member) => concernOf(member) > 0 && isDetailCut(member, layout))
    .map(({ name, detail }) => `✗ ${name}: ${detail}`);
}

function byRole(members: readonly MemberView[]): readonly (readonly MemberView[])[] {
  return [...Map.groupBy(members, ({ role }) => role).values()];
}

/** When not all can be shown: first what is violated, then what is not up. */
function byConcern(left: MemberView, right: MemberView): number {
  return concernOf(right) - concernOf(left);
}

function concernOf({ isViolated, health }: MemberView): number {
  return (isViolated ? 2 : 0) + (health === "up" ? 0 : 1);
}
