// The demo without a screen: the chapters by themselves, each as plain lines or JSON objects.
// Nothing but the agent repairs the fault; each step waits for what really happened, with a bound.
import { openStore } from "../src/commands/open-store.ts";
import type { OpenedSubject } from "../src/commands/open-subject.ts";
import { OperatorError } from "../src/domain/errors.ts";
import type { Fault } from "../src/domain/fault.ts";
import type { LoadFigure } from "../src/domain/load.ts";
import type { Subject } from "../src/domain/subject.ts";
import type { Ticket } from "../src/domain/ticket.ts";
import type { TicketOps } from "../src/domain/ticket-ops.ts";
import {
  checkLedger,
  isLoadFlowing,
  isSeenWell,
  raise,
  startLoad,
  startWatchers,
  strike,
} from "./acts.ts";
import type { DemoEvent, DemoSummary } from "./events.ts";
import { expectedTickets, hasEnded, type Struck } from "./follow.ts";
import { detectionStep, endStep, keptStep, ledgerStep } from "./narration.ts";
import { summarize } from "./outcome.ts";
import type { DemoPlace } from "./place.ts";
import { membersText } from "./provenance.ts";
import type { ChildName, Stage } from "./stage.ts";
import { interruption, waitUntil } from "./wait.ts";

export interface HeadlessOptions {
  readonly stage: Stage;
  readonly subject: string;
  readonly fault: Fault;
  readonly figures: readonly LoadFigure[];
  readonly random: () => number;
  readonly place: DemoPlace;
  /** As for `operator agent --model`; the agent's own choice when absent. */
  readonly model: string | undefined;
  readonly hasAgent: boolean;
  readonly isKept: boolean;
  readonly databasePath: string;
  readonly ledgerFile: string;
  /** The children's lines so far; grows while they speak. */
  readonly lines: Readonly<Record<ChildName, readonly string[]>>;
  readonly emit: (event: DemoEvent) => void;
}

const HEALTHY_MS_MAX = 60_000;
const DETECT_MS_MAX = 60_000;
/** A language model thinks for a while; the runbook needs seconds. */
const MITIGATE_MS_MAX = 600_000;
/** How long the control run waits for what must not happen: an end without anyone's doing. */
const CONTROL_MS = 20_000;

export async function playHeadless(options: HeadlessOptions): Promise<DemoSummary> {
  const { stage, emit } = options;
  const { subject } = await raiseCluster(options);
  using store = await openStore(stage.context, { isLeftAtRest: true });
  const ended = startChildren(options);
  await Promise.race([awaitHealth(options), ended]);
  const struck = await Promise.race([strikeAloud(options, subject), ended]);
  const tickets = await Promise.race([followTickets(options, store, struck), ended]);
  const ledger = await checkLedger(stage, () => options.lines.load);
  emit(ledgerStep(ledger));
  await Promise.all([stage.stop("agent"), stage.stop("monitor")]);
  await leave(options);
  const summary = summarize({ ...struck, tickets, ledger, figures: options.figures });
  emit(summary);
  return summary;
}

async function raiseCluster(options: HeadlessOptions): Promise<OpenedSubject> {
  const { stage, emit, subject, place } = options;
  if (place.reason !== "") emit({ type: "step", step: "start", text: place.reason });
  emit({ type: "step", step: "start", text: `raising ${subject}` });
  const opened = await raise(stage, options);
  const { topology } = opened;
  const where = topology.docker ? ", in containers" : "";
  const up = `${subject} is up and well${where}: ${membersText(topology)}`;
  emit({ type: "step", step: "cluster_up", text: up });
  return opened;
}

/** Gives a promise that rejects when one of them ends by itself, or a signal ends the demo. */
function startChildren(options: HeadlessOptions): Promise<never> {
  const { stage } = options;
  startLoad(stage, options);
  startWatchers(stage, { ...options, mode: "execute" });
  const ended = Promise.race([stage.childEnded(), interruption(stage.context.signal)]);
  // It is raced several times; between two races nobody listens.
  ended.catch(() => undefined);
  return ended;
}

async function awaitHealth({ stage, lines, hasAgent, emit }: HeadlessOptions): Promise<void> {
  const { clock, signal } = stage.context;
  const isAgentOn = () => !hasAgent || lines.agent.includes("Agent loop starting");
  const until = () => isLoadFlowing(lines.load) && isSeenWell(lines.monitor) && isAgentOn();
  if (!(await waitUntil({ clock, signal, forMsMax: HEALTHY_MS_MAX, until }))) {
    throw new OperatorError("subject", `not healthy under load: ${lines.monitor.at(-1) ?? ""}`);
  }
  emit({ type: "step", step: "healthy", text: "load is on, and every invariant is seen to hold" });
}

async function strikeAloud(options: HeadlessOptions, subject: Subject): Promise<Struck> {
  const { stage, fault, emit } = options;
  const struck = await strike(stage, { ...options, subject });
  const { plan } = struck;
  const text = `fault ${plan.fault}: ${fault.describes} (${plan.targets.join(", ")})`;
  emit({ type: "step", step: "fault", text });
  return struck;
}

/** Each expected ticket, when all are resolved or escalated, or the time is up. */
async function followTickets(
  options: HeadlessOptions,
  store: TicketOps,
  struck: Struck,
): Promise<readonly (Ticket | undefined)[]> {
  const { clock, signal } = options.stage.context;
  let tickets: readonly (Ticket | undefined)[] = [];
  const refreshAndAsk = (ask: (ticket: Ticket | undefined) => boolean) => async () => {
    tickets = await expectedTickets(store, struck);
    return tickets.every(ask);
  };
  const areOpened = refreshAndAsk((ticket) => ticket !== undefined);
  await waitUntil({ clock, signal, forMsMax: DETECT_MS_MAX, until: areOpened });
  for (const ticket of tickets) options.emit(detectionStep(ticket, struck.injectedAtMs));
  const forMsMax = options.hasAgent ? MITIGATE_MS_MAX : CONTROL_MS;
  await waitUntil({ clock, signal, forMsMax, until: refreshAndAsk(hasEnded) });
  for (const ticket of tickets) {
    if (ticket) options.emit(endStep(ticket, struck.injectedAtMs));
  }
  return tickets;
}

async function leave({ stage, isKept, subject, emit }: HeadlessOptions): Promise<void> {
  if (isKept) {
    await stage.keep();
    emit(keptStep(subject, stage.context.env.OPERATOR_HOME ?? ""));
    return;
  }
  await stage.lower();
  emit({ type: "step", step: "cluster_down", text: `${subject} is down, nothing is left` });
}
