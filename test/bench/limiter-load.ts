// The load on a limiter, as a process of its own: an open loop at an even pace, whatever became of
// the checks before. Prints "measuring" and "measured" when those begin and end, then its result.
import { systemClock } from "../../src/infra/clock.ts";
import { watchClock } from "../../subjects/ratelimiter/workload/clock-watch.ts";
import { type Line, openLine } from "./limiter-line.ts";
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

/** Of the whole run, by check. Times are of this process's monotonic clock. */
interface Run {
  readonly options: LoadOptions;
  readonly schedule: Schedule;
  readonly startedMs: number;
  readonly sentMs: Float64Array;
  /** Infinite while there is no answer. */
  readonly receivedMs: Float64Array;
  readonly statuses: Uint16Array;
}

await runLoad(loadOptionsSchema.parse(JSON.parse(process.argv[2] ?? "")));
process.exit(0);

async function runLoad(options: LoadOptions): Promise<void> {
  const durationMs = options.warmUpMs + options.measureMs;
  const schedule = createSchedule({ ...options, durationMs });
  const { count } = schedule;
  const sentMs = new Float64Array(count);
  const receivedMs = new Float64Array(count).fill(Number.POSITIVE_INFINITY);
  const statuses = new Uint16Array(count);
  const texts = schedule.keys.map(requestFor);
  const lines = await Promise.all(
    options.ports.map((port) =>
      openLine({
        port,
        connections: CONNECTIONS,
        textOf: (check) => texts[schedule.keyOf(check)] ?? new Uint8Array(),
        onSend: (check) => {
          sentMs[check] = performance.now();
        },
        onAnswer: (check, status) => {
          receivedMs[check] = performance.now();
          statuses[check] = status;
        },
        onFailure: fail,
      }),
    ),
  );
  const run = { options, schedule, startedMs: performance.now(), sentMs, receivedMs, statuses };
  await keepPace(run, lines);
  for (const line of lines) line[Symbol.dispose]();
  print(resultOf(run));
}

async function keepPace(run: Run, lines: readonly Line[]): Promise<void> {
  const { options, schedule, startedMs } = run;
  const firstMeasured = firstMeasuredOf(run);
  const watch = watchClock(systemClock);
  let next = 0;
  while (next < schedule.count) {
    const elapsedMs = performance.now() - startedMs;
    for (; next < schedule.count && schedule.dueMs(next) <= elapsedMs; next += 1) {
      if (next === firstMeasured) print({ type: "measuring" });
      lines[next % lines.length]?.send(next);
    }
    await Bun.sleep(PACE_MS);
  }
  print({ type: "measured" });
  if (watch.stepMs() !== 0) fail(new Error("the clock was set: nothing can be judged"));
  const deadlineMs = startedMs + options.warmUpMs + options.measureMs + ANSWERS_MS_MAX;
  while (run.receivedMs.includes(Number.POSITIVE_INFINITY) && performance.now() < deadlineMs) {
    await Bun.sleep(50);
  }
}

function resultOf(run: Run): LoadResult {
  const { options, schedule, startedMs, sentMs, receivedMs, statuses } = run;
  const endedMs = performance.now();
  const firstMeasured = firstMeasuredOf(run);
  // What has no answer yet takes at least until now.
  const sinceDue = (times: Float64Array) =>
    [...times]
      .map((atMs, check) => Math.min(atMs, endedMs) - startedMs - schedule.dueMs(check))
      .slice(firstMeasured);
  const latencies = sinceDue(receivedMs);
  const fromMs = startedMs + options.warmUpMs;
  const untilMs = fromMs + options.measureMs;
  const isAnswer = (atMs: number, check: number) =>
    atMs >= fromMs && atMs < untilMs && isDecided(statuses[check]);
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

function firstMeasuredOf({ options, schedule }: Run): number {
  return Math.ceil((options.warmUpMs * schedule.count) / (options.warmUpMs + options.measureMs));
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

function print(line: LoadLine): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

function fail(error: Error): never {
  process.stderr.write(`limiter load: ${error.message}\n`);
  process.exit(1);
}
