// The demo on a terminal: one screen, and on it one run after another, each with a cluster and a
// home of its own, until the person quits.
import type { CommandContext } from "../../src/commands/context.ts";
import { unreachable } from "../../src/domain/errors.ts";
import type { Fault } from "../../src/domain/fault.ts";
import type { LoadFigure } from "../../src/domain/load.ts";
import { withFileErrors } from "../../src/infra/files.ts";
import { drawScreen, panelRoom } from "../../src/panels/draw-screen.ts";
import type { Key } from "../../src/panels/keys-names.ts";
import { panelsOf } from "../../src/panels/layout.ts";
import { createRing } from "../../src/panels/ring.ts";
import type { Screen } from "../../src/panels/screen.ts";
import type { Theme } from "../../src/panels/theme.ts";
import type { ScreenView } from "../../src/panels/view.ts";
import type { Chapter } from "../chapter.ts";
import type { DemoSummary } from "../events.ts";
import { createDemoHome } from "../home.ts";
import type { DemoPlace } from "../place.ts";
import { Stage } from "../stage.ts";
import { beginStory } from "../story.ts";
import { asksToQuit, readKey } from "./keys.ts";
import { createMemory, noteDrawn, tellLine } from "./memory.ts";
import { LiveRun } from "./run.ts";
import { viewOf } from "./view.ts";

export interface PlayOptions {
  readonly context: CommandContext;
  readonly subject: string;
  readonly chapters: readonly Chapter[];
  readonly faults: readonly Fault[];
  readonly figures: readonly LoadFigure[];
  /** Which one strikes, unless a person chooses another. */
  readonly faultIndex: number;
  readonly random: () => number;
  readonly place: DemoPlace;
  /** As typed, for the agent; and the one that this amounts to, for the screen. */
  readonly model: string | undefined;
  readonly modelName: string;
  readonly mode: string;
  readonly hasAgent: boolean;
  readonly isAuto: boolean;
  /** Leaves the cluster of the last run up. */
  readonly isKept: boolean;
  /** Kept after the demo, so that its audit can be read. */
  readonly databasePath: string;
  readonly screen: Screen;
  readonly theme: Theme;
  readonly keyboard: Keyboard;
  /** Before each run: no ticket of the one before may be left for its agent. */
  readonly prepareRun: () => Promise<void>;
}

/** Keys as they come; the play sets what takes them. */
export interface Keyboard {
  onKey: (key: Key) => void;
}

export type RunEnd = "quit" | "again";

const MONITOR_LINES = 5_000;

export interface LiveOutcome {
  /** Undefined when the end was not reached. */
  readonly summary: DemoSummary | undefined;
  /** What stopped the story, as it was shown. */
  readonly error: string | undefined;
  /** The home of a cluster that stays up. */
  readonly keptHome: string | undefined;
}

/** Taking a cluster down needs a moment: not before a screen that answers no key. */
const LAST_WORDS = "Taking the cluster down …";

/** What came of the last run. */
export async function playLive(options: PlayOptions): Promise<LiveOutcome> {
  const { screen, context } = options;
  let hasQuit = false;
  const takeLateKey = (key: Key) => {
    if (!asksToQuit(key)) return;
    hasQuit = true;
    screen.leave([LAST_WORDS]);
  };
  for (;;) {
    await options.prepareRun();
    const { end, ...outcome } = await playOnce(options, takeLateKey);
    if (end === "quit" || hasQuit || context.signal.aborted) return outcome;
  }
}

/** `takeLateKey` gets those that are pressed while the cluster is taken down. */
async function playOnce(
  options: PlayOptions,
  takeLateKey: Keyboard["onKey"],
): Promise<LiveOutcome & { readonly end: RunEnd }> {
  const { context, subject, databasePath } = options;
  const home = await withFileErrors("making a home for the demo", createDemoHome);
  const memory = memoryFor(options);
  const redraw = () =>
    options.screen.draw((size) => drawScreen(noteDrawn(memory, view()), size, options.theme));
  const view = (): ScreenView =>
    viewOf(memory, { nowMs: context.clock.now(), faults: options.faults });
  const onLine = (source: string, line: string) => {
    run.hear(source, line);
    if (source !== "monitor" && source !== "agent") return;
    tellLine(memory, { source, line });
    redraw();
  };
  const onProcess = (name: string, process: ScreenView["monitor"]["process"]) => {
    memory.processes = { ...memory.processes, [name]: process };
    redraw();
  };
  await using stage = new Stage({ context, home, databasePath, subject, onLine, onProcess });
  await using run = new LiveRun({
    ...options,
    stage,
    memory,
    ledgerFile: `${home}/ledger.jsonl`,
    redraw,
  });
  const end = await untilEnd({ options, memory, run, view, redraw });
  options.keyboard.onKey = takeLateKey;
  memory.isLeaving = true;
  redraw();
  const isKept = options.isKept && end === "quit" && stage.isUp;
  if (isKept) await stage.keep();
  if (end === "quit") options.screen.leave(isKept ? [] : [LAST_WORDS]);
  return { end, summary: run.summary, error: run.error, keptHome: isKept ? home : undefined };
}

function memoryFor(options: PlayOptions) {
  const { context, subject, chapters, faults, faultIndex, place, hasAgent, isAuto } = options;
  const fault = faults[faultIndex] ?? { name: "none", describes: "" };
  const model = options.modelName;
  const facts = { subject, place, model, hasAgent, fault };
  return createMemory({
    subject,
    // What nobody will look for is not shown as something that is still to come.
    figures: options.figures.filter(({ kind }) => kind === "count" || place.hasLedger),
    provenance: "not up yet",
    mode: options.mode,
    model: hasAgent ? model : "no agent",
    story: beginStory(chapters, { facts, isAuto, nowMs: context.clock.now() }),
    rings: {
      monitor: createRing({ linesMax: MONITOR_LINES }),
      agent: createRing({ linesMax: MONITOR_LINES }),
    },
    chosen: faultIndex,
  });
}

interface Scene {
  readonly options: PlayOptions;
  readonly memory: ReturnType<typeof memoryFor>;
  readonly run: LiveRun;
  readonly view: () => ScreenView;
  readonly redraw: () => void;
}

const TICK_MS = 100;

/** Ends by a key, a signal, or, with --auto, by itself. */
async function untilEnd(scene: Scene): Promise<RunEnd> {
  const { options, run, redraw } = scene;
  const { clock, signal } = options.context;
  let end: RunEnd | undefined;
  options.keyboard.onKey = (key) => {
    end ??= takeKey(scene, key);
    redraw();
  };
  while (end === undefined && !signal.aborted) {
    if (run.isPlayedOut) end = "quit";
    redraw();
    await clock.sleep(TICK_MS, signal);
  }
  return end ?? "quit";
}

function takeKey({ options, memory, run, view }: Scene, key: Key): RunEnd | undefined {
  const { screen, faults } = options;
  const shown = view();
  const { focus } = memory.desk;
  const command = readKey(memory, key, {
    view: shown,
    room: panelRoom(shown, { size: screen.size, panel: focus }),
    size: screen.size,
    panels: panelsOf(shown),
    faultCount: faults.length,
  });
  switch (command.type) {
    case "quit":
    case "again":
      return command.type;
    case "decide":
      run.decide(command.approvalId, command.decision);
      return undefined;
    case "choose_fault":
      run.chooseFault(command.index);
      memory.desk = { ...memory.desk, overlay: undefined };
      return undefined;
    case "story":
      run.tell(command.input);
      return undefined;
    case "desk":
      memory.desk = { ...memory.desk, ...command.desk };
      return undefined;
    case "nothing":
      return undefined;
    default:
      return unreachable(command);
  }
}
