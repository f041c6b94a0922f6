// The monitor: observe, judge, detect, record, verify; once per interval, or at once when the
// runtime tells of a change; never overlapping.
// It lives until its signal aborts; a tick that fails is reported and the next one tries again.
import type { Clock } from "../domain/clock.ts";
import { messageOf } from "../domain/errors.ts";
import type { Observation } from "../domain/observation.ts";
import type { Subject } from "../domain/subject.ts";
import type { TicketLedger } from "../domain/ticket-ops.ts";
import {
  firingNow,
  nextFiringAtMs,
  trackUnseen,
  trackViolations,
  type Unseen,
  type Violations,
} from "./detect.ts";
import { countVerdicts, evaluate } from "./evaluate.ts";
import type { MonitorEvent } from "./events.ts";
import { createPause } from "./pause.ts";
import { endRuns, settleTickets, type Watches } from "./settle.ts";

export interface MonitorOptions {
  readonly subject: Subject;
  readonly ledger: TicketLedger;
  readonly clock: Clock;
  readonly intervalMs: number;
  readonly probeDeadlineMs: number;
  readonly signal: AbortSignal;
  readonly emit: (event: MonitorEvent) => void;
}

/** What one tick hands to the next. Nothing in it outlives the process: the store remembers. */
interface MonitorMemory {
  previous: Observation | undefined;
  violations: Violations;
  unseen: Unseen;
  watches: Watches;
  trouble: string | undefined;
  /**
   * When what was seen broken may fire, on our own clock; undefined when nothing was, or nothing
   * could be seen.
   */
  firingAtMs: number | undefined;
}

export async function runMonitor(options: MonitorOptions): Promise<void> {
  const { clock, signal, intervalMs, emit, subject } = options;
  const memory: MonitorMemory = {
    previous: undefined,
    violations: new Map(),
    unseen: new Map(),
    watches: new Map(),
    trouble: undefined,
    firingAtMs: undefined,
  };
  emit({ type: "started", atMs: clock.now(), subject: subject.name, intervalMs });
  const pause = createPause({ runtime: subject.runtime, clock, signal, emit });
  while (!signal.aborted) {
    const startedMs = clock.elapsed();
    await guardedTick(options, memory);
    const restMs = startedMs + intervalMs - clock.elapsed();
    await pause.wait(restMs, memory.firingAtMs);
  }
  emit({ type: "stopped", atMs: clock.now() });
}

async function guardedTick(options: MonitorOptions, memory: MonitorMemory): Promise<void> {
  const { clock, emit } = options;
  memory.firingAtMs = undefined;
  try {
    await tick(options, memory);
    if (memory.trouble !== undefined) {
      emit({ type: "recovered", atMs: clock.now(), message: memory.trouble });
    }
    memory.trouble = undefined;
  } catch (error) {
    // Whatever was seen, it did not get to the watches: what comes next follows nothing.
    memory.watches = endRuns(memory.watches);
    const message = messageOf(error);
    if (message !== memory.trouble) emit({ type: "trouble", atMs: clock.now(), message });
    memory.trouble = message;
  }
}

async function tick(options: MonitorOptions, memory: MonitorMemory): Promise<void> {
  const { subject, ledger, clock, signal, emit, probeDeadlineMs } = options;
  const from = { observedFromMs: clock.elapsed(), observedFromWallMs: clock.now() };
  const current = await subject.observe({ probeDeadlineMs, signal });
  if (signal.aborted) return;
  const verdicts = evaluate(subject.invariants, { current, previous: memory.previous });
  memory.previous = current;
  memory.violations = trackViolations(memory.violations, verdicts, clock.elapsed());
  memory.unseen = trackUnseen(memory.unseen, verdicts, clock.elapsed());
  memory.firingAtMs = nextFiringAtMs(memory.violations, verdicts);
  emit({
    type: "observation",
    atMs: clock.now(),
    durationMs: current.endedAtMs - current.startedAtMs,
    count: countVerdicts(verdicts),
    verdicts: verdicts.filter((verdict) => verdict.state !== "holds"),
  });
  await recordFiring(options, firingNow(memory.violations, verdicts));
  memory.watches = await settleTickets({
    ledger,
    clock,
    emit,
    subject: subject.name,
    verdicts,
    violations: memory.violations,
    unseen: memory.unseen,
    ...from,
    watches: memory.watches,
  });
}

async function recordFiring(
  { ledger, clock, emit }: MonitorOptions,
  firing: ReturnType<typeof firingNow>,
): Promise<void> {
  if (firing.length === 0) return;
  const aheadMs = clock.now() - clock.elapsed();
  const stamped = firing.map(({ verdict, sinceMs }) => ({ verdict, sinceMs: sinceMs + aheadMs }));
  const recorded = await ledger.recordViolations(stamped);
  for (const [index, { ticketId, isNew }] of recorded.entries()) {
    const verdict = firing[index]?.verdict;
    if (!isNew || !verdict) continue;
    const title = `${verdict.invariant} of ${verdict.entity}`;
    const { reason } = verdict;
    emit({
      type: "ticket",
      atMs: clock.now(),
      ticketId,
      move: "opened",
      state: "open",
      title,
      reason,
    });
  }
}
