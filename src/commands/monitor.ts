// operator monitor: watches one subject, files tickets and verifies repairs. `--once` only looks.
import { OperatorError } from "../domain/errors.ts";
import type { JsonObject } from "../domain/json.ts";
import type { Observation } from "../domain/observation.ts";
import type { Subject } from "../domain/subject.ts";
import type { Verdict } from "../domain/verdict.ts";
import { countVerdicts, evaluate, type VerdictCount } from "../monitor/evaluate.ts";
import { linesOf, type MonitorEvent, summaryLine } from "../monitor/events.ts";
import { runMonitor } from "../monitor/loop.ts";
import { plainJson, plainLine } from "../panels/plain-text.ts";
import { withParentPipe } from "./child-mode.ts";
import { type CommandContext, type ExitCode, exitCodeOfSignal } from "./context.ts";
import { brokerOf, durationFlag, isFlagSet, textFlag, usage } from "./flags.ts";
import { openPatiently, openStore } from "./open-store.ts";
import { openSubject, unasked, unresolvedIn } from "./open-subject.ts";
import { snakeKeys } from "./tickets-json.ts";

const INTERVAL_MS = 5_000;
/**
 * Of the interval: a paused member costs its whole deadline in each of the two looks that make a
 * ticket, and the next look must not be late. A status port answers in milliseconds.
 */
const PROBE_SHARE = 0.6;
const PROBE_DEADLINE_MS_MAX = 2_000;
const PROBE_DEADLINE_MS_MIN = 600;
/** Rates need two looks. */
const ONCE_PAUSE_MS = 500;

export async function runMonitorCommand(outer: CommandContext): Promise<ExitCode> {
  const context = withParentPipe(outer);
  const name = textFlag(context.flags, "subject");
  if (name === undefined) throw usage("monitor needs --subject", "operator monitor --subject tikv");
  const intervalMs = durationFlag(context.flags, "interval") ?? INTERVAL_MS;
  const once = isFlagSet(context.flags, "once");
  if (once) return lookOnce(context, (await openSubject(context, name)).subject);
  const open = () => openSubject(context, name, unasked);
  // A broker that is started with the monitor may need a moment, and its engine longer.
  const isPatient = brokerOf(context) !== undefined;
  const opened = await (isPatient ? openPatiently(context, open) : open());
  if (!opened) return exitCodeOfSignal(context.signal);
  using ledger = await openPatiently(context, () => openStore(context, { isLeftAtRest: true }));
  if (!ledger) return exitCodeOfSignal(context.signal);
  // What its tickets say was declared is known from here on, and not before.
  const again = () => openSubject(context, name, () => unresolvedIn(ledger, name));
  const isNamed = opened.topology.members.length === 0;
  const told = isNamed ? await openPatiently(context, again) : opened;
  if (!told) return exitCodeOfSignal(context.signal);
  const { subject } = told;
  const probeDeadlineMs = probeDeadlineFor(intervalMs);
  const { clock, signal } = context;
  const emit = printerOf(context);
  await runMonitor({ subject, ledger, clock, intervalMs, probeDeadlineMs, signal, emit });
  return exitCodeOfSignal(signal);
}

function probeDeadlineFor(intervalMs: number): number {
  return Math.max(PROBE_DEADLINE_MS_MIN, Math.min(PROBE_DEADLINE_MS_MAX, intervalMs * PROBE_SHARE));
}

function printerOf({ flags, printOrLose }: CommandContext): (event: MonitorEvent) => void {
  if (isFlagSet(flags, "json")) return (event) => printOrLose(plainJson(jsonOfEvent(event)));
  let lastSummary: string | undefined;
  return (event) => {
    for (const line of linesOf(event, lastSummary)) printOrLose(plainLine(line));
    if (event.type === "observation") lastSummary = summaryLine(event);
  };
}

/** Exit 3 when something is violated, 1 when something could not be seen, 0 when all hold. */
async function lookOnce(context: CommandContext, subject: Subject): Promise<ExitCode> {
  const { clock, signal, print, flags } = context;
  const options = { probeDeadlineMs: PROBE_DEADLINE_MS_MAX, signal };
  const previous = await subject.observe(options);
  await clock.sleep(ONCE_PAUSE_MS, signal);
  const current = await subject.observe(options);
  if (signal.aborted) {
    throw new OperatorError("interrupted", `looking at ${subject.name}: ${signal.reason}`);
  }
  const verdicts = evaluate(subject.invariants, { current, previous });
  const count = countSeen(current, verdicts);
  const durationMs = current.endedAtMs - current.startedAtMs;
  if (isFlagSet(flags, "json")) {
    const members = current.members.map((member) => ({ ...member }));
    const quorums = snakeKeys(subject.quorums?.(current));
    const look = { type: "observation", at_ms: current.endedAtMs, duration_ms: durationMs };
    print(plainJson({ ...look, members, quorums, verdicts: verdicts.map(jsonOfVerdict) }));
  } else {
    const bad = verdicts.filter((verdict) => verdict.state !== "holds");
    const atMs = clock.now();
    print(plainLine(summaryLine({ type: "observation", atMs, durationMs, count, verdicts: bad })));
  }
  return exitCodeOf(count);
}

/** What is violated in a look that saw nobody is just that: it could not see. */
function countSeen({ members }: Observation, verdicts: readonly Verdict[]): VerdictCount {
  const { holds, violated, unknown } = countVerdicts(verdicts);
  const isBlind = members.every(({ health }) => health === "unknown");
  return isBlind
    ? { holds, violated: 0, unknown: unknown + violated }
    : { holds, violated, unknown };
}

function exitCodeOf({ violated, unknown }: VerdictCount): ExitCode {
  if (violated > 0) return 3;
  return unknown > 0 ? 1 : 0;
}

function jsonOfEvent(event: MonitorEvent): JsonObject {
  switch (event.type) {
    case "started":
      return {
        type: "started",
        at_ms: event.atMs,
        subject: event.subject,
        interval_ms: event.intervalMs,
      };
    case "observation": {
      const { atMs, durationMs, count, verdicts } = event;
      const shown = verdicts.map(jsonOfVerdict);
      return {
        type: "observation",
        at_ms: atMs,
        duration_ms: durationMs,
        ...count,
        verdicts: shown,
      };
    }
    case "ticket": {
      const { atMs, ticketId, move, state, title, reason } = event;
      return { type: "ticket", at_ms: atMs, ticket_id: ticketId, move, state, title, reason };
    }
    case "trouble":
    case "recovered":
      return { type: event.type, at_ms: event.atMs, message: event.message };
    case "stopped":
      return { type: "stopped", at_ms: event.atMs };
  }
}

function jsonOfVerdict({
  invariant,
  entity,
  state,
  severity,
  reason,
  evidence,
}: Verdict): JsonObject {
  return { invariant, entity, state, severity, reason, evidence };
}
