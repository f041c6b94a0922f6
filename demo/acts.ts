// What the stage is asked to do, the same for the headless run and for the one with a screen.
import { containerLoadOf, prepareContainerLoad } from "../src/commands/container-load.ts";
import { faultLedgerOf } from "../src/commands/fault.ts";
import { type OpenedSubject, openSubject } from "../src/commands/open-subject.ts";
import { OperatorError } from "../src/domain/errors.ts";
import type { Fault, FaultPlan } from "../src/domain/fault.ts";
import type { LoadLedger } from "../src/domain/load.ts";
import type { Subject } from "../src/domain/subject.ts";
import { oneFaultAtATime } from "../src/faults/ledger.ts";
import { type FaultHands, healFault, injectFault } from "../src/faults/strike.ts";
import type { Struck } from "./follow.ts";
import { parseLoadLine } from "./load-lines.ts";
import type { DemoPlace } from "./place.ts";
import type { Stage } from "./stage.ts";

export interface Watchers {
  readonly subject: string;
  readonly databasePath: string;
  /** As for `operator agent`; its own choice when absent. */
  readonly model: string | undefined;
  readonly mode: string;
  readonly hasAgent: boolean;
}

const PROBE_DEADLINE_MS = 1_000;
const PLANNED_WITHIN_MS = 15_000;
const PLAN_POLL_MS = 1_000;
/** The monitor's summaries of what it saw; it repeats none. */
const SUMMARY = /^(all invariants hold |\d+ violation\(s\) detected: |cannot see: )/;

/** Up and well, and with what its load needs: pulling takes longer than anyone waits for a load. */
export async function raise(
  stage: Stage,
  { subject, place }: { readonly subject: string; readonly place: DemoPlace },
): Promise<OpenedSubject> {
  await stage.raise(place.upFlags);
  const opened = await openSubject(stage.context, subject);
  const load = containerLoadOf(opened.definition, opened.topology);
  const say = (line: string) => stage.say(line);
  if (load) await prepareContainerLoad(stage.context, { place: load, say });
  return opened;
}

export function startWatchers(stage: Stage, watchers: Watchers): void {
  const { subject, databasePath, model, mode, hasAgent } = watchers;
  const database = ["--db", databasePath];
  stage.start("monitor", ["monitor", "--subject", subject, "--interval", "1s", ...database]);
  const modelWords = model === undefined ? [] : ["--model", model];
  if (hasAgent) stage.start("agent", ["agent", "--mode", mode, ...database, ...modelWords]);
}

export function startLoad(
  stage: Stage,
  { subject, ledgerFile }: { readonly subject: string; readonly ledgerFile: string },
): void {
  stage.start("load", ["workload", subject, "--ledger", ledgerFile]);
}

/** Plans the fault on what is seen now, and injects it: on record before it strikes. */
export async function strike(
  stage: Stage,
  options: {
    readonly subject: Subject;
    readonly fault: Fault;
    readonly random: () => number;
  },
): Promise<Struck> {
  const { subject, fault, random } = options;
  const { clock, signal } = stage.context;
  const look = () => subject.observe({ probeDeadlineMs: PROBE_DEADLINE_MS, signal });
  const planNow = async () => fault.plan(await look(), random);
  const hands = handsOf(stage, { subject, fault });
  return oneFaultAtATime(hands.ledger, async () => {
    const plan = await planSoon(planNow, stage.context);
    const injectedAtMs = clock.now();
    const id = await injectFault(hands, plan);
    return { id, subject: subject.name, plan, injectedAtMs, expected: fault.expects(plan) };
  });
}

/** One look may find nobody who can be spared, though all is well by the next. */
export async function planSoon(
  planNow: () => Promise<FaultPlan>,
  { clock, signal }: Pick<Stage["context"], "clock" | "signal">,
): Promise<FaultPlan> {
  const endsAtMs = clock.elapsed() + PLANNED_WITHIN_MS;
  for (;;) {
    try {
      return await planNow();
    } catch (error) {
      const isRefused = error instanceof OperatorError && error.code === "subject";
      if (!isRefused || clock.elapsed() > endsAtMs || signal.aborted) throw error;
      await clock.sleep(PLAN_POLL_MS, signal);
    }
  }
}

/** Takes it back, from what is on record of it. */
export async function mend(
  stage: Stage,
  { struck, ...broken }: Broken & { readonly struck: Struck },
): Promise<void> {
  await healFault(handsOf(stage, broken), { ...struck, atMs: struck.injectedAtMs });
}

interface Broken {
  readonly subject: Subject;
  readonly fault: Fault;
}

function handsOf({ context }: Stage, { subject, fault }: Broken): FaultHands {
  const { clock, signal } = context;
  return {
    ledger: faultLedgerOf(context, subject.name),
    faults: [fault],
    context: { runtime: subject.runtime, signal, clock },
  };
}

/** Stops the load, which then reads back every write that it was told is safe. */
export async function checkLedger(
  stage: Stage,
  loadLines: () => readonly string[],
): Promise<LoadLedger | undefined> {
  await stage.stop("load");
  const last = loadLines()
    .map(parseLoadLine)
    .findLast((line) => line?.type === "ledger");
  return last?.type === "ledger" ? last : undefined;
}

export function isLoadFlowing(loadLines: readonly string[]): boolean {
  return loadLines.some((line) => {
    const parsed = parseLoadLine(line);
    return parsed?.type === "workload" && parsed.ops > 0;
  });
}

/** By the last of the monitor's lines that says so or otherwise. */
export function isSeenWell(monitorLines: readonly string[]): boolean {
  const last = monitorLines.findLast((line) => SUMMARY.test(line));
  return last?.startsWith("all invariants hold") === true;
}
