// The load on a limiter, as a process of its own: an open loop at an even pace, whatever became of
// the checks before. Prints "measuring" and "measured" when those begin and end, then its result.
import { writeSync } from "node:fs";
import { systemClock } from "../../src/infra/clock.ts";
import { watchClock } from "../../subjects/ratelimiter/workload/clock-watch.ts";
import { type Line, type LineOptions, openLine } from "./limiter-line.ts";
import {
  type LoadLine,
  type LoadOptions,
  type LoadResult,
  loadOptionsSchema,
} from "./limiter-load-form.ts";
import { createSchedule, type Schedule } from "./limiter-schedule.ts";
import { judge } from "./limiter-verdict.ts";
import { percentile } from "./measure.ts";

const CONNECTIONS = 64;
const ANSWERS_MS_MAX = 3_000;
/** The shortest that a timer can be. */
const PACE_MS = 1;

/** By check. Times are of this process's monotonic clock. */
interface Run {
  readonly options: LoadOptions;
  readonly schedule: Schedule;
  /** Of what is measured: those before it warm up. */
  readonly firstMeasured: number;
  readonly sentMs: Float64Array;
  /** Infinite while there is no answer. */
  readonly receivedMs: Float64Array;
  readonly statuses: Uint16Array;
  lines: readonly Line[];
  /** Infinite before it begins. */
  startedMs: number;
  next: number;
}

await runLoad(loadOptionsSchema.parse(JSON.parse(process.argv[2] ?? "")));
process.exit(0);

async function runLoad(options: LoadOptions): Promise<void> {
  const run = createRun(options);
  run.lines = await openLines(run);
  await keepPace(run);
  await untilAnswered(run);
  for (const line of run.lines) line[Symbol.dispose]();
  print(resultOf(run));
}

function createRun(options: LoadOptions): Run {
  const durationMs = options.warmUpMs + options.measureMs;
  const schedule = createSchedule({ ...options, durationMs });
  const { count } = schedule;
  return {
    options,
    schedule,
    firstMeasured: Math.ceil((options.warmUpMs * count) / durationMs),
    sentMs: new Float64Array(count),
    receivedMs: new Float64Array(count).fill(Number.POSITIVE_INFINITY),
    statuses: new Uint16Array(count),
    lines: [],
    startedMs: Number.POSITIVE_INFINITY,
    next: 0,
  };
}

async function openLines(run: Run): Promise<readonly Line[]> {
  const { options, schedule } = run;
  const texts = schedule.keys.map(requestFor);
  const line: Omit<LineOptions, "port"> = {
    connections: CONNECTIONS,
    textOf: (check) => texts[schedule.keyOf(check)] ?? new Uint8Array(),
    onSend: (check) => {
      run.sentMs[check] = performance.now();
    },
    onAnswer: (check, status) => {
      run.receivedMs[check] = performance.now();
      run.statuses[check] = status;
      // A timer is no finer than a millisecond, and answers come more often.
      sendDue(run);
    },
    onFailure: fail,
  };
  return Promise.all(options.ports.map((port) => openLine({ ...line, port })));
}

async function keepPace(run: Run): Promise<void> {
  const watch = watchClock(systemClock);
  run.startedMs = performance.now();
  while (run.next < run.schedule.count) {
    sendDue(run);
    await Bun.sleep(PACE_MS);
  }
  print({ type: "measured" });
  if (watch.stepMs() !== 0) fail(new Error("the clock was set: nothing can be judged"));
}

function sendDue(run: Run): void {
  const { schedule, lines } = run;
  const elapsedMs = performance.now() - run.startedMs;
  while (run.next < schedule.count && schedule.dueMs(run.next) <= elapsedMs) {
    if (run.next === run.firstMeasured) print({ type: "measuring" });
    lines[run.next % lines.length]?.send(run.next);
    run.next += 1;
  }
}

async function untilAnswered({ receivedMs }: Run): Promise<void> {
  const deadlineMs = performance.now() + ANSWERS_MS_MAX;
  while (receivedMs.includes(Number.POSITIVE_INFINITY) && performance.now() < deadlineMs) {
    await Bun.sleep(50);
  }
}

function resultOf(run: Run): LoadResult {
  const { options, schedule, firstMeasured, startedMs, sentMs, receivedMs, statuses } = run;
  const endedMs = performance.now();
  // What has no answer yet takes at least until now.
  const sinceDue = (times: Float64Array) =>
    [...times]
      .map((atMs, check) => Math.min(atMs, endedMs) - startedMs - schedule.dueMs(check))
      .slice(firstMeasured);
  const latencies = sinceDue(receivedMs);
  const untilMs = startedMs + schedule.dueMs(schedule.count);
  // What waits from before it was measured does not count: never more than was asked.
  const isAnswer = (atMs: number, check: number) =>
    check >= firstMeasured && atMs < untilMs && isDecided(statuses[check]);
  return {
    type: "result",
    answeredPerSecond: (receivedMs.filter(isAnswer).length * 1000) / options.measureMs,
    p50Ms: percentile(latencies, 0.5),
    p99Ms: percentile(latencies, 0.99),
    lateP99Ms: percentile(sinceDue(sentMs), 0.99),
    allowed: statuses.filter((status) => status === 200).length,
    denied: statuses.filter((status) => status === 429).length,
    undecided: statuses.filter((status) => !isDecided(status)).length,
    ...judge(run),
  };
}

function isDecided(status: number | undefined): boolean {
  return status === 200 || status === 429;
}

function requestFor(key: string): Uint8Array {
  const body = JSON.stringify({ key });
  const head = [
    "POST /check HTTP/1.1",
    "host: limiter",
    "content-type: application/json",
    `content-length: ${body.length}`,
  ];
  return Buffer.from(`${head.join("\r\n")}\r\n\r\n${body}`);
}

/** The first use of `process.stdout` would hold the load up for tens of milliseconds. */
function print(line: LoadLine): void {
  writeSync(1, `${JSON.stringify(line)}\n`);
}

function fail(error: Error): never {
  process.stderr.write(`limiter load: ${error.message}\n`);
  process.exit(1);
}
