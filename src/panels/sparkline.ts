// A minute of a rate as bars: one value a second goes in, columns of eighths come out.

export interface SparkSecond {
  readonly atMs: number;
  readonly ops: number;
}

/** What a chart covers, and in how many columns. */
export interface SparkScale {
  /** The second in its first column, since the epoch. */
  readonly firstSecond: number;
  readonly lastSecond: number;
  readonly columns: number;
}

export const SPARK_SECONDS = 60;
const SECOND_MS = 1_000;
/** So long a second's figures may take to arrive before it counts as one without any. */
const LATE_SECONDS = 2;
const BLOCKS = [..." ▁▂▃▄▅▆▇█"];
const EIGHTHS = 8;

/**
 * The last minute. It ends with the newest second that there is, so that the chart moves when
 * figures come; without any for a while it moves on by itself and shows the gap.
 */
export function scaleOf(
  seconds: readonly SparkSecond[],
  { nowMs, columns }: { readonly nowMs: number; readonly columns: number },
): SparkScale {
  const newest = secondOf(seconds.at(-1)?.atMs ?? 0);
  const lastSecond = Math.max(newest, secondOf(nowMs) - LATE_SECONDS);
  return { firstSecond: lastSecond - SPARK_SECONDS + 1, lastSecond, columns };
}

/** The column in which a moment's second begins; undefined for one before the chart. */
export function columnOf(atMs: number, scale: SparkScale): number | undefined {
  const { firstSecond, lastSecond, columns } = scale;
  const second = Math.min(secondOf(atMs), lastSecond) - firstSecond;
  if (!(second >= 0)) return undefined;
  if (columns > SPARK_SECONDS) return Math.ceil((second * columns) / SPARK_SECONDS);
  return Math.ceil(((second + 1) * columns) / SPARK_SECONDS) - 1;
}

/** From the top, each as wide as the scale. A second of nothing has a low bar, a gap has none. */
export function sparkRows(
  seconds: readonly SparkSecond[],
  { scale, rows }: { readonly scale: SparkScale; readonly rows: number },
): readonly string[] {
  const means = columnMeans(seconds, scale);
  const peak = Math.max(1, ...means.map((mean) => mean ?? 0));
  const heights = means.map((mean) => barHeight(mean, { peak, rows }));
  return Array.from({ length: Math.max(0, rows) }, (_, row) => {
    const below = (rows - 1 - row) * EIGHTHS;
    return heights.map((height) => blockOf(height - below)).join("");
  });
}

/** The highest that the chart shows, to be written beside it. */
export function peakOf(seconds: readonly SparkSecond[], scale: SparkScale): number {
  return Math.max(0, ...columnMeans(seconds, scale).map((mean) => mean ?? 0));
}

/** For each column the mean of its seconds; a wide chart has several columns for one second. */
function columnMeans(
  seconds: readonly SparkSecond[],
  { firstSecond, columns }: SparkScale,
): readonly (number | undefined)[] {
  const opsBySecond = new Map(
    seconds.slice(-2 * SPARK_SECONDS).map(({ atMs, ops }) => [secondOf(atMs), ops]),
  );
  return Array.from({ length: Math.max(0, columns) }, (_, column) => {
    const from = Math.floor((column * SPARK_SECONDS) / columns);
    const to = Math.max(from + 1, Math.floor(((column + 1) * SPARK_SECONDS) / columns));
    const values = Array.from({ length: to - from }, (_, index) =>
      opsBySecond.get(firstSecond + from + index),
    ).filter((ops) => ops !== undefined && Number.isFinite(ops));
    return meanOf(values);
  });
}

function meanOf(values: readonly (number | undefined)[]): number | undefined {
  if (values.length === 0) return undefined;
  return values.reduce<number>((sum, value) => sum + (value ?? 0), 0) / values.length;
}

/** In eighths of a row. */
function barHeight(
  mean: number | undefined,
  { peak, rows }: { readonly peak: number; readonly rows: number },
): number {
  if (mean === undefined) return 0;
  return Math.max(1, Math.round((Math.max(0, mean) / peak) * rows * EIGHTHS));
}

function blockOf(eighths: number): string {
  return BLOCKS[Math.min(EIGHTHS, Math.max(0, eighths))] ?? " ";
}

function secondOf(atMs: number): number {
  return Math.floor(atMs / SECOND_MS);
}
