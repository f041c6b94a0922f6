// Where each panel is: two columns of stacked panels above the status line. On the left what is
// looked after (cluster, load, who watches), on the right what happens (story, agent).
import { PANEL_NAMES, type PanelName, type ScreenSize, type ScreenView } from "./view.ts";

/** A panel's box; the boxes of one column are stacked from the top. */
export interface Place {
  readonly panel: PanelName;
  readonly columns: number;
  readonly rows: number;
}

export interface LayoutOptions {
  readonly size: ScreenSize;
  /** Those that there are; monitor and agent always. */
  readonly panels: readonly PanelName[];
  /** How many lines of text the cluster panel would fill. */
  readonly clusterRows: number;
  /** This one alone, if it is there. */
  readonly zoomed: PanelName | undefined;
}

export const STATUS_ROWS = 1;

const LEFT_SHARE = 0.42;
const LEFT_COLUMNS_MIN = 43; // a store with three figures and the word "VIOLATED"
const LEFT_COLUMNS_MAX = 100;
/** So much also before the cluster is known: there is a story to read. */
const UPPER_SHARE = 0.34;
const UPPER_ROWS_MIN = 11;
const WORKLOAD_SHARE = 0.2;
const WORKLOAD_ROWS_MIN = 6;
const WORKLOAD_ROWS_MAX = 14;
const BORDER_ROWS = 2;
/** Below the table, for troubles and details: one for so many of the screen. */
const ROWS_PER_SPARE_ROW = 12;

/**
 * Columns of boxes from left to right. The widths add up to the screen's, and in each column the
 * heights to the screen's without the status line.
 */
export function layOut(options: LayoutOptions): readonly (readonly Place[])[] {
  const { size, panels, zoomed } = options;
  const rows = size.rows - STATUS_ROWS;
  if (zoomed && panels.includes(zoomed)) return [[{ panel: zoomed, columns: size.columns, rows }]];
  const left = clamp(Math.round(size.columns * LEFT_SHARE), [LEFT_COLUMNS_MIN, LEFT_COLUMNS_MAX]);
  const upperRows = upperRowsOf(rows, options.clusterRows);
  const workloadRows = clamp(Math.round(rows * WORKLOAD_SHARE), [
    WORKLOAD_ROWS_MIN,
    WORKLOAD_ROWS_MAX,
  ]);
  const heights = { cluster: upperRows, story: upperRows, workload: workloadRows };
  const present = (names: readonly PanelName[]) => names.filter((name) => panels.includes(name));
  return [
    stack(present(["cluster", "workload", "monitor"]), { columns: left, rows, heights }),
    stack(present(["story", "agent"]), { columns: size.columns - left, rows, heights }),
  ];
}

/** Those that the view has, in the order in which TAB goes through them. */
export function panelsOf(view: ScreenView): readonly PanelName[] {
  const isThere = { cluster: true, monitor: true, agent: true };
  const all = {
    ...isThere,
    story: view.story !== undefined,
    workload: view.workload !== undefined,
  };
  return PANEL_NAMES.filter((panel) => all[panel]);
}

/** Cluster and story side by side have one height, so that one line goes across the screen. */
function upperRowsOf(rows: number, clusterRows: number): number {
  const spareRows = Math.floor(rows / ROWS_PER_SPARE_ROW);
  const wanted = Math.max(clusterRows + spareRows + BORDER_ROWS, Math.floor(rows * UPPER_SHARE));
  return clamp(wanted, [UPPER_ROWS_MIN, Math.floor(rows / 2)]);
}

interface Column {
  readonly columns: number;
  readonly rows: number;
  readonly heights: Partial<Record<PanelName, number>>;
}

/** The last one takes what the others leave. */
function stack(names: readonly PanelName[], column: Column): readonly Place[] {
  let left = column.rows;
  return names.map((panel, index) => {
    const isLast = index === names.length - 1;
    const rows = isLast ? left : Math.min(left, column.heights[panel] ?? 0);
    left -= rows;
    return { panel, columns: column.columns, rows };
  });
}

function clamp(value: number, [least, most]: readonly [number, number]): number {
  return Math.min(Math.max(value, least), most);
}
