// One run of the demo with a screen: what happens goes into the memory, the memory onto the screen,
// keys into the story, and what the story asks for is done on the stage.
import { openStore } from "../../src/commands/open-store.ts";
import { messageOf, OperatorError, unreachable } from "../../src/domain/errors.ts";
import type { Fault } from "../../src/domain/fault.ts";
import type { LoadFigure } from "../../src/domain/load.ts";
import type { Subject } from "../../src/domain/subject.ts";
import type { TicketOps } from "../../src/domain/ticket-ops.ts";
import {
  checkLedger,
  isLoadFlowing,
  isSeenWell,
  mend,
  raise,
  startLoad,
  startWatchers,
  strike,
} from "../acts.ts";
import type { Awaited, StageAction, StoryFacts } from "../chapter.ts";
import type { DemoSummary } from "../events.ts";
import { expectedTickets, type Struck } from "../follow.ts";
import { parseLoadLine } from "../load-lines.ts";
import { summarize } from "../outcome.ts";
import type { DemoPlace } from "../place.ts";
import { provenanceOf } from "../provenance.ts";
import { CHILD_NAMES, type ChildName, type Stage } from "../stage.ts";
import { errorOf, isPlayedOut, type StoryInput, stepStory } from "../story.ts";
import { factsOf, happenedBy, readRecord } from "./follow.ts";
import { checkedFigures, takeLoadLine } from "./load.ts";
import { type LiveMemory, tellLine } from "./memory.ts";

export interface LiveOptions {
  readonly stage: Stage;
  readonly memory: LiveMemory;
  readonly faults: readonly Fault[];
  readonly figures: readonly LoadFigure[];
  readonly random: () => number;
  readonly place: DemoPlace;
  readonly model: string | undefined;
  readonly mode: string;
  readonly hasAgent: boolean;
  readonly databasePath: string;
  readonly ledgerFile: string;
  /** Something on the screen may have changed. */
  readonly redraw: () => void;
}

const TICK_MS = 100;
const RECORD_MS = 250;
const LOOK_MS = 1_000;
const PROBE_DEADLINE_MS = 800;
/** Without an agent nothing will happen: after so long that has been shown. */
const CONTROL_MS = 20_000;

/** Holds what a run opens, and ends its loops. The stage is the caller's. */
export class LiveRun implements AsyncDisposable {
  readonly #options: LiveOptions;
  readonly #ending = new AbortController();
  readonly #loops: Promise<void>[] = [];
  readonly #lost = new Set<ChildName>();
  /** The load's last word, which at its end is of its ledger. */
  #lastOfLoad: readonly string[] = [];
  #subject: Subject | undefined;
  #store: TicketOps | undefined;
  #struck: Struck | undefined;

  constructor(options: LiveOptions) {
    this.#options = options;
    this.#loops.push(
      this.#every(TICK_MS, () => this.tell({ type: "tick" })),
      this.#every(RECORD_MS, () => this.#readRecord()),
      this.#every(LOOK_MS, () => this.#look()),
    );
    for (const name of CHILD_NAMES) {
      void options.stage.givenUp(name).then((error) => this.#lose(name, error));
    }
  }

  /** Undefined until the end was reached. */
  get summary(): DemoSummary | undefined {
    return this.#options.memory.story?.facts.summary;
  }

  get error(): string | undefined {
    const { story } = this.#options.memory;
    return story && errorOf(story);
  }

  /** In --auto, when the end has been shown long enough. */
  get isPlayedOut(): boolean {
    const { memory, stage } = this.#options;
    return memory.story !== undefined && isPlayedOut(memory.story, stage.context.clock.now());
  }

  /** What a key, or something that happened, makes of the story. */
  tell(input: StoryInput): void {
    const { memory, stage, redraw } = this.#options;
    if (!memory.story) return;
    const { story, act } = stepStory(memory.story, input, stage.context.clock.now());
    if (story.shown !== memory.story.shown) memory.desk = { ...memory.desk, storyScroll: 0 };
    memory.story = story;
    if (act) this.#loops.push(this.#perform(act));
    redraw();
  }

  chooseFault(index: number): void {
    const fault = this.#options.faults[index];
    if (fault) this.tell({ type: "choose_fault", fault });
  }

  /**
   * What a child says, line by line: what the story waits for may be followed by a flood of others.
   */
  hear(source: string, line: string): void {
    if (this.#ending.signal.aborted) return;
    if (source === "monitor" && isSeenWell([line])) this.#happen("healthy");
    if (source === "load" && parseLoadLine(line)) this.#hearLoad(line);
  }

  /** Decided already, it changes nothing. */
  decide(approvalId: number, decision: "approved" | "denied"): void {
    const { memory } = this.#options;
    const store = this.#store;
    if (memory.record.approval?.id !== approvalId || !store) return;
    memory.record = { ...memory.record, approval: undefined };
    const decided = store.decideApproval(approvalId, decision).then(() => undefined);
    this.#loops.push(
      decided.catch((error) => {
        tellLine(memory, { source: "agent", line: `[Trouble] ${messageOf(error)}` });
      }),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ending.abort();
    await Promise.all(this.#loops);
    this.#store?.[Symbol.dispose]();
  }

  /** Until the run ends. A round that fails shows its reason, and the next one tries again. */
  async #every(intervalMs: number, round: () => void | Promise<void>): Promise<void> {
    const { stage, memory } = this.#options;
    while (!this.#ending.signal.aborted) {
      try {
        await round();
      } catch (error) {
        memory.lookTrouble = messageOf(error);
      }
      await stage.context.clock.sleep(intervalMs, this.#ending.signal);
    }
  }

  #hearLoad(line: string): void {
    const { load } = this.#options.memory;
    this.#lastOfLoad = [line];
    if (load) takeLoadLine(load, line);
    if (isLoadFlowing([line])) this.#happen("load_flows");
  }

  async #readRecord(): Promise<void> {
    if (!this.#store) return;
    const { memory, hasAgent, stage } = this.#options;
    const struck = this.#struck;
    const record = await readRecord(this.#store, { subject: memory.subject, struck });
    const { approval } = record;
    // Nobody would do what was approved.
    memory.record = { ...record, approval: this.#lost.has("agent") ? undefined : approval };
    if (!struck) return;
    const expected = await expectedTickets(this.#store, struck);
    const isShown = stage.context.clock.now() - struck.injectedAtMs > CONTROL_MS;
    const isAgentGone = hasAgent ? this.#lost.has("agent") : isShown;
    const absent = { isAgentGone, isMonitorGone: this.#lost.has("monitor") };
    for (const what of happenedBy(expected, absent)) this.#happen(what);
  }

  async #look(): Promise<void> {
    const { memory, redraw } = this.#options;
    const { signal } = this.#ending;
    if (!this.#subject) return;
    const look = await this.#subject.observe({ probeDeadlineMs: PROBE_DEADLINE_MS, signal });
    if (signal.aborted) return;
    memory.lookBefore = memory.look;
    memory.look = look;
    memory.lookTrouble = undefined;
    redraw();
  }

  #happen(what: Awaited): void {
    const { memory } = this.#options;
    if (memory.story?.happened.includes(what)) return;
    const facts = factsOf(what, { record: memory.record, struck: this.#struck });
    this.tell({ type: "happened", what, facts });
  }

  /** An action's error is shown in full, and the story stands still. */
  async #perform(action: StageAction): Promise<void> {
    try {
      const facts = await this.#do(action);
      this.tell({ type: "action_done", facts });
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    if (this.#ending.signal.aborted) return;
    this.tell({ type: "action_failed", error: fullText(error) });
  }

  /**
   * Before the fault there is nothing to show without it; after it the story tells what is left.
   */
  #lose(name: ChildName, error: OperatorError): void {
    if (this.#ending.signal.aborted || this.summary) return;
    this.#lost.add(name);
    const action = this.#options.memory.story?.action;
    const isStriking = action?.state === "running" && action.act === "strike";
    // Its last lines are in its panel.
    if (this.#struck || isStriking) this.tell({ type: "child_lost", error: messageOf(error) });
    else this.#fail(error);
  }

  #do(action: StageAction): Promise<Partial<StoryFacts>> {
    switch (action) {
      case "raise":
        return this.#raise();
      case "start_load":
        return this.#startLoad();
      case "strike":
        return this.#strike();
      case "check_ledger":
        return this.#checkLedger();
      case "heal":
        return this.#heal();
      default:
        return unreachable(action);
    }
  }

  async #raise(): Promise<Partial<StoryFacts>> {
    const { stage, memory, place } = this.#options;
    const { subject, topology } = await raise(stage, { subject: memory.subject, place });
    memory.provenance = provenanceOf(topology);
    this.#subject = subject;
    this.#store = await openStore(stage.context, { via: "panel", isLeftAtRest: true });
    startWatchers(stage, { ...this.#options, subject: memory.subject });
    return {};
  }

  async #startLoad(): Promise<Partial<StoryFacts>> {
    const { stage, memory, ledgerFile } = this.#options;
    memory.load = { seconds: [], totals: {}, checked: {} };
    startLoad(stage, { subject: memory.subject, ledgerFile });
    return {};
  }

  async #strike(): Promise<Partial<StoryFacts>> {
    const { stage, random } = this.#options;
    const subject = this.#subject;
    if (!subject) throw new OperatorError("subject", "there is no cluster to break");
    const fault = this.#fault();
    this.#struck = await strike(stage, { subject, fault, random });
    const { plan, injectedAtMs } = this.#struck;
    return { targets: plan.targets, injectedAtMs };
  }

  async #checkLedger(): Promise<Partial<StoryFacts>> {
    const { stage, memory } = this.#options;
    const struck = this.#struck;
    if (!struck || !this.#store) throw new OperatorError("subject", "nothing was broken");
    const ledger = await checkLedger(stage, () => this.#lastOfLoad);
    const tickets = await expectedTickets(this.#store, struck);
    const summary = summarize({ ...struck, tickets, ledger, figures: this.#options.figures });
    if (memory.load) memory.load.checked = checkedFigures(summary);
    return { summary, endedAfterMs: summary.timeToMitigateMs ?? undefined };
  }

  /** What the agent could not: only on a person's word, and only at the end. */
  async #heal(): Promise<Partial<StoryFacts>> {
    if (!this.#struck || !this.#subject) throw new OperatorError("subject", "nothing was broken");
    const { stage } = this.#options;
    await mend(stage, { subject: this.#subject, fault: this.#fault(), struck: this.#struck });
    return { isHealed: true };
  }

  #fault(): Fault {
    const { memory, faults } = this.#options;
    const wanted = memory.story?.facts.fault.name;
    const fault = faults.find(({ name }) => name === wanted);
    if (!fault) throw new OperatorError("usage", `there is no fault ${wanted}`);
    return fault;
  }
}

function fullText(error: unknown): string {
  const hint = error instanceof OperatorError && error.hint ? `\n${error.hint}` : "";
  return `${messageOf(error)}${hint}`;
}
