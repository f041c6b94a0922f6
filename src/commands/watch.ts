// operator watch: the panels over a database and a subject that others run, or plain lines where
// there is no room for them. It only looks; a person may answer an approval.
import { type KeyCommand, readKey } from "../../demo/live/keys.ts";
import { createMemory, type LiveMemory, noteDrawn, tellLine } from "../../demo/live/memory.ts";
import { viewOf } from "../../demo/live/view.ts";
import { loadSubject } from "../../subjects/index.ts";
import { messageOf, OperatorError } from "../domain/errors.ts";
import { readPerson } from "../infra/person.ts";
import { drawScreen, panelRoom } from "../panels/draw-screen.ts";
import type { Key } from "../panels/keys-names.ts";
import { panelsOf } from "../panels/layout.ts";
import { createRing } from "../panels/ring.ts";
import type { ScreenView } from "../panels/view.ts";
import { type CommandContext, type ExitCode, exitCodeOfSignal } from "./context.ts";
import { databaseOf, textFlag, usage } from "./flags.ts";
import { hasRoomForScreen, type LiveScreen, openLiveScreen } from "./live-screen.ts";
import { endpointsOf } from "./open-subject.ts";
import { WatchDatabase } from "./watch-database.ts";
import { watchInLines } from "./watch-plain.ts";
import { watchInRounds } from "./watch-rounds.ts";
import { subjectToWatch } from "./watch-subject.ts";

const LINES_MAX = 5_000;

export async function runWatchCommand(context: CommandContext): Promise<ExitCode> {
  const { name, endpoints } = await loadSubject(await subjectToWatch(context));
  endpointsOf(context, endpoints);
  if (hasRoomForScreen()) await watchOnScreen(context, name);
  else await watchWithoutScreen(context, name);
  return exitCodeOfSignal(context.signal);
}

async function watchWithoutScreen(context: CommandContext, subject: string): Promise<void> {
  const needed = "a terminal of 80×24";
  if (textFlag(context.flags, "record") !== undefined) {
    throw usage(`--record needs the panels: ${needed}`);
  }
  context.printError(`the panels need ${needed}: plain lines instead; Ctrl-C ends them`);
  await watchInLines(context, subject);
}

/** Until a person quits or the signal aborts. */
async function watchOnScreen(outer: CommandContext, subject: string): Promise<void> {
  using live = openLiveScreen(outer);
  const context = { ...outer, signal: live.signal };
  const { clock } = context;
  const memory = memoryOf(subject);
  const person = () => readPerson({ via: "panel", env: context.env });
  using database = new WatchDatabase({ path: databaseOf(context), clock, memory, person });
  const quit = new AbortController();
  const signal = AbortSignal.any([context.signal, quit.signal]);
  // At once: a look that is under way may take its time to end.
  quit.signal.addEventListener("abort", () => live.screen.leave());
  const view = () => viewOf(memory, { nowMs: clock.now(), faults: [] });
  const redraw = () =>
    live.screen.draw((size) => drawScreen(noteDrawn(memory, view()), size, live.theme));
  live.keyboard.onKey = (key) => {
    takeKey(key, { memory, database, live, view: view(), quit: () => quit.abort("q") });
    redraw();
  };
  await watchInRounds({ context, memory, database, signal, onRound: redraw });
}

function memoryOf(subject: string): LiveMemory {
  const memory = createMemory({
    subject,
    figures: [],
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
  const panels = panelsOf(view);
  const command = readKey(memory, key, { view, size, room, panels, faultCount: 0 });
  if (command.type === "quit") quit();
  if (command.type === "desk") memory.desk = { ...memory.desk, ...command.desk };
  if (command.type === "decide") void decide({ memory, database }, command);
}

/** What keeps the answer from being given is shown; the question stays, to be answered again. */
async function decide(
  { memory, database }: Pick<Pressed, "memory" | "database">,
  { approvalId, decision }: Extract<KeyCommand, { type: "decide" }>,
): Promise<void> {
  try {
    await database.decide(approvalId, decision);
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    tellLine(memory, { source: "monitor", line: `[Trouble] ${messageOf(error)}` });
  }
}
