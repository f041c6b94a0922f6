// operator watch: the panels over a database and a subject that others run. It only looks; a person
// may answer an approval.

import { readKey } from "../../demo/live/keys.ts";
import { createMemory, type LiveMemory, tellLine } from "../../demo/live/memory.ts";
import { viewOf } from "../../demo/live/view.ts";
import { loadSubject, SUBJECT_NAMES } from "../../subjects/index.ts";
import { AssertionError, messageOf, OperatorError } from "../domain/errors.ts";
import { drawScreen, panelRoom } from "../panels/draw-screen.ts";
import type { Key } from "../panels/keys-names.ts";
import { panelsOf } from "../panels/layout.ts";
import { createRing } from "../panels/ring.ts";
import type { ScreenView } from "../panels/view.ts";
import { type CommandContext, type ExitCode, exitCodeOfSignal } from "./context.ts";
import { databaseOf, textFlag, usage } from "./flags.ts";
import { hasRoomForScreen, type LiveScreen, openLiveScreen } from "./live-screen.ts";
import { endpointsOf, openSubject } from "./open-subject.ts";
import { WatchDatabase } from "./watch-database.ts";
import { WatchLook } from "./watch-look.ts";

const LINES_MAX = 5_000;
/** Also how often what is on the screen grows older. */
const DATABASE_MS = 250;
const LOOK_MS = 1_000;

export async function runWatchCommand(context: CommandContext): Promise<ExitCode> {
  const { name, endpoints } = await loadSubject(subjectOf(context));
  endpointsOf(context, endpoints);
  if (!hasRoomForScreen()) {
    const hint = "operator tickets list, operator audit show last";
    throw usage("watch needs a terminal, of 80×24 at least", hint);
  }
  using live = openLiveScreen(context);
  await watch({ ...context, signal: live.signal }, { subject: name, live });
  return exitCodeOfSignal(context.signal);
}

/** A single one needs no name. */
function subjectOf({ flags }: CommandContext): string {
  const named = textFlag(flags, "subject");
  const [only, ...others] = SUBJECT_NAMES;
  if (named !== undefined) return named;
  if (only !== undefined && others.length === 0) return only;
  throw usage(`watch needs --subject: one of ${SUBJECT_NAMES.join(", ")}`);
}

/** Until a person quits or the signal aborts. */
async function watch(
  context: CommandContext,
  { subject, live }: { readonly subject: string; readonly live: LiveScreen },
): Promise<void> {
  const { clock } = context;
  const memory = memoryOf(subject);
  using database = new WatchDatabase({ path: databaseOf(context), clock, memory });
  const eyes = new WatchLook(memory, () => openSubject(context, subject));
  const quit = new AbortController();
  const signal = AbortSignal.any([context.signal, quit.signal]);
  // At once: a look that is under way may take its time to end.
  quit.signal.addEventListener("abort", () => live.screen.leave());
  const view = () => viewOf(memory, { nowMs: clock.now(), faults: [] });
  const redraw = () => live.screen.draw((size) => drawScreen(view(), size, live.theme));
  live.keyboard.onKey = (key) => {
    takeKey(key, { memory, database, live, view: view(), quit: () => quit.abort("q") });
    redraw();
  };
  const tellTrouble = createTroubleTeller(memory);
  const rounds = { clock, signal };
  await Promise.all([
    repeat(() => eyes.look(signal), {
      ...rounds,
      intervalMs: LOOK_MS,
      onEnd: (trouble) => {
        memory.lookTrouble = trouble;
      },
    }),
    repeat(() => database.follow(), {
      ...rounds,
      intervalMs: DATABASE_MS,
      onEnd: (trouble) => {
        tellTrouble(trouble);
        redraw();
      },
    }),
  ]);
}

function memoryOf(subject: string): LiveMemory {
  const memory = createMemory({
    subject,
    provenance: "not seen yet",
    mode: "unknown",
    model: "unknown",
    story: undefined,
    rings: {
      monitor: createRing({ linesMax: LINES_MAX }),
      agent: createRing({ linesMax: LINES_MAX }),
    },
    chosen: 0,
  });
  memory.desk = { ...memory.desk, focus: "agent" };
  return memory;
}

interface Rounds {
  readonly intervalMs: number;
  readonly clock: CommandContext["clock"];
  readonly signal: AbortSignal;
  /** After each round; with what kept it from succeeding, if anything did. */
  readonly onEnd: (trouble: string | undefined) => void;
}

/** Until the signal aborts. A round that fails is shown, and the next one tries again. */
async function repeat(round: () => Promise<void>, rounds: Rounds): Promise<void> {
  const { intervalMs, clock, signal, onEnd } = rounds;
  while (!signal.aborted) {
    try {
      await round();
      onEnd(undefined);
    } catch (error) {
      if (error instanceof AssertionError) throw error;
      onEnd(messageOf(error));
    }
    await clock.sleep(intervalMs, signal);
  }
}

/** Both panels are stale while it lasts; what it is stands where the monitor speaks, once. */
function createTroubleTeller(memory: LiveMemory): (trouble: string | undefined) => void {
  let told: string | undefined;
  return (trouble) => {
    const process = { state: "elsewhere", isStale: trouble !== undefined } as const;
    memory.processes = { monitor: process, agent: process };
    if (trouble === told) return;
    const line = trouble ? `[Trouble] ${trouble}; trying again` : `[Trouble] over: ${told}`;
    tellLine(memory, { source: "monitor", line });
    told = trouble;
  };
}

interface Pressed {
  readonly memory: LiveMemory;
  readonly database: WatchDatabase;
  readonly live: LiveScreen;
  readonly view: ScreenView;
  readonly quit: () => void;
}

function takeKey(key: Key, { memory, database, live, view, quit }: Pressed): void {
  const { size } = live.screen;
  const room = panelRoom(view, { size, panel: memory.desk.focus });
  const command = readKey(memory, key, { view, room, panels: panelsOf(view), faultCount: 0 });
  if (command.type === "quit") quit();
  if (command.type === "desk") memory.desk = { ...memory.desk, ...command.desk };
  if (command.type === "decide") void decide({ memory, database }, command.decision);
}

/** What keeps the answer from being given is shown; the question stays, to be answered again. */
async function decide(
  { memory, database }: Pick<Pressed, "memory" | "database">,
  decision: "approved" | "denied",
): Promise<void> {
  const { approval } = memory.record;
  if (!approval) return;
  try {
    await database.decide(approval.id, decision);
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    tellLine(memory, { source: "monitor", line: `[Trouble] ${messageOf(error)}` });
  }
}
