// The screen while a child prints 100,000 lines/s, and while nothing happens. It is that of the
// real demo, over a real stand-in cluster under load; only who speaks in the monitor's and the
// agent's panel is ours. As the executable starts nobody but itself, its sources are run.
import { Glob } from "bun";
import { readFileIfThere } from "../../src/infra/files.ts";
import { eventually } from "../support/eventually.ts";
import {
  type BenchContext,
  type Benchmark,
  type Figure,
  median,
  percentile,
  spread,
} from "./measure.ts";
import { COLUMNS, type Counts, openShow, ROWS, type Show } from "./screen-show.ts";
import { floodLine } from "./speak.ts";

const FLOOD_LINES = 800_000;
const WARM_UP_MS = 1_000;
const WINDOWS = 5;
const WINDOW_MS = 1_300;
const IDLE_MS = 4_000;
/** In demo/live/play.ts, when nothing else asks for one. */
const FRAMES_ASKED_PER_SECOND = 10;
const REPAINTS = 5;
const REPAINT_MS = 200;
const CTRL_L = "\x0c";
const STAMPS_ALONE = 100;
/** Until shortly before its end. */
const STAMPS_IN_FLOOD = 200;
const FLOOD_LINE = /^\d+: /;
/** As fast as they are printed, but for the clock's grain. */
const LINES_PER_SECOND_MIN = 99_000;
/** A row of two borders, some 500 B, drawn anew once in a second. */
const IDLE_BYTES_MAX = 50;
/** The text rows of the busy panels, 24 of 40. */
const BUSY_SHARE_MAX = 60;

export const screen: Benchmark = {
  name: "screen",
  describes: `${COLUMNS}×${ROWS}, idle and under ${FLOOD_LINES} lines at 100,000/s`,
  async run(bench) {
    await using show = openShow(bench);
    await show.untilShown(/SPACE next/);
    show.press(" ");
    await show.untilShown(/chapter 2 of.*SPACE next/s);
    await Bun.sleep(WARM_UP_MS);
    const idle = await show.count(() => Bun.sleep(IDLE_MS));
    const fullBytes = await measureFull(show);
    show.press(" ");
    await show.untilShown(/chapter 3 of.*SPACE next/s);
    await show.order("agent-1", STAMPS_ALONE);
    const flood = await measureFlood(show);
    return [
      ...floodFigures(flood),
      await logFigure(bench),
      idleFigure(idle),
      busyFigure(flood.windows, fullBytes),
      delayFigure(show.delays("agent-1"), { name: "delay", stamps: STAMPS_ALONE }),
      delayFigure(show.delays("agent-2"), { name: "delay in the flood", stamps: STAMPS_IN_FLOOD }),
    ];
  },
};

/** The bytes of a frame in which everything is drawn anew. */
async function measureFull(show: Show): Promise<number> {
  const sizes: number[] = [];
  for (let repaint = 0; repaint < REPAINTS; repaint += 1) {
    const { bytes } = await show.count(async () => {
      show.press(CTRL_L);
      await Bun.sleep(REPAINT_MS);
    });
    sizes.push(bytes);
  }
  return median(sizes);
}

interface Flood {
  readonly windows: readonly Counts[];
  /** All lines; longer than their pace demands when the screen's process held them up. */
  readonly tookMs: number;
}

/** Both panels are busy: the agent's stamps go on through the monitor's flood. */
async function measureFlood(show: Show): Promise<Flood> {
  const [windows, tookMs] = await Promise.all([
    countWindows(show),
    show.order("monitor", FLOOD_LINES),
    show.order("agent-2", STAMPS_IN_FLOOD),
  ]);
  return { windows, tookMs };
}

async function countWindows(show: Show): Promise<readonly Counts[]> {
  await Bun.sleep(WARM_UP_MS);
  const windows: Counts[] = [];
  for (let window = 0; window < WINDOWS; window += 1) {
    windows.push(await show.count(() => Bun.sleep(WINDOW_MS)));
  }
  return windows;
}

function floodFigures({ windows, tookMs }: Flood): readonly Figure[] {
  const rates = windows.map(({ frames, seconds }) => frames / seconds);
  const shares = windows.map(({ cpuSeconds, seconds }) => (cpuSeconds / seconds) * 100);
  const how = (values: readonly number[]) => `${spread(values)}; windows of ${WINDOW_MS} ms`;
  return [
    {
      name: "screen, lines taken from a child",
      value: (FLOOD_LINES / tookMs) * 1000,
      unit: "/s",
      bound: { min: LINES_PER_SECOND_MIN },
      how: `${FLOOD_LINES} lines of ${floodLine(FLOOD_LINES).length} bytes, paced to 100,000/s`,
    },
    {
      name: "screen, frames meanwhile",
      value: median(rates),
      unit: "/s",
      bound: { min: 10 },
      how: how(rates),
    },
    {
      name: "screen, CPU meanwhile",
      value: median(shares),
      unit: "% of a core",
      bound: { max: 15 },
      how: `${how(shares)}; the whole process, which also watches a cluster`,
    },
  ];
}

/** Each line at its place counts; what the child said before the flood does not. */
async function logFigure({ dir }: BenchContext): Promise<Figure> {
  const lines = await loggedLines(dir);
  const flood = lines.filter((line) => FLOOD_LINE.test(line));
  const inPlace = flood.filter((line, index) => line === floodLine(index)).length;
  return {
    name: "screen, lines missing from the log",
    value: FLOOD_LINES - inPlace,
    unit: "",
    bound: { max: 0 },
    how: `of ${FLOOD_LINES}`,
  };
}

/** Once its last line is there: what a child writes is in the log a moment later. */
async function loggedLines(dir: string): Promise<readonly string[]> {
  const [path = ""] = [
    ...new Glob("operator-demo-*/logs/monitor.log").scanSync({ cwd: dir, absolute: true }),
  ];
  const last = `${floodLine(FLOOD_LINES - 1)}\n`;
  const isThere = async () => {
    const log = Bun.file(path);
    return (await log.slice(log.size - last.length).text()) === last;
  };
  await eventually(isThere, "the flood's last line is in the log");
  const older = await readFileIfThere(`${path}.1`);
  return `${older ?? ""}${await Bun.file(path).text()}`.split("\n");
}

function idleFigure({ bytes, seconds }: Counts): Figure {
  return {
    name: "screen, bytes a frame, idle",
    value: bytes / (seconds * FRAMES_ASKED_PER_SECOND),
    unit: "B",
    bound: { max: IDLE_BYTES_MAX },
    how: `${bytes} in ${seconds.toFixed(1)} s, ${FRAMES_ASKED_PER_SECOND} frames/s asked for`,
  };
}

function busyFigure(windows: readonly Counts[], fullBytes: number): Figure {
  const sizes = windows.map(({ bytes, frames }) => bytes / frames);
  return {
    name: "screen, bytes a frame, busy",
    value: (median(sizes) / fullBytes) * 100,
    unit: "% of a full one",
    bound: { max: BUSY_SHARE_MAX },
    how: `${spread(sizes)} B; ${fullBytes} B when all is drawn anew`,
  };
}

interface Stamps {
  readonly name: string;
  readonly stamps: number;
}

function delayFigure(delaysMs: readonly number[], { name, stamps }: Stamps): Figure {
  if (delaysMs.length !== stamps) throw new Error(`${delaysMs.length} of ${stamps} were shown`);
  return {
    name: `screen, ${name}, p95`,
    value: percentile(delaysMs, 0.95),
    unit: "ms",
    bound: { max: 100 },
    how: `from a child's write to the terminal; median ${median(delaysMs)}; ${spread(delaysMs)}`,
  };
}
