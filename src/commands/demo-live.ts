// The demo on a terminal: takes it over, plays, gives it back, and says what there is to look at.
import { mkdir, rm } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import type { Chapter } from "../../demo/chapter.ts";
import { tikvChapters } from "../../demo/chapters/tikv.ts";
import { type DemoSummary, summaryText } from "../../demo/events.ts";
import { type Keyboard, playLive } from "../../demo/live/play.ts";
import { OperatorError } from "../domain/errors.ts";
import { SAFETY_MODES } from "../domain/session.ts";
import type { SubjectDefinition } from "../domain/subject.ts";
import { Recorder } from "../infra/asciicast.ts";
import { Tty } from "../infra/tty.ts";
import { chooseModel } from "../models/open-model.ts";
import { Screen } from "../panels/screen.ts";
import { type ColorLevel, createTheme } from "../panels/theme.ts";
import { SCREEN_MIN } from "../panels/view.ts";
import type { CommandContext, ExitCode } from "./context.ts";
import type { DemoChoices } from "./demo.ts";
import { choiceFlag, homeOf, isFlagSet, textFlag } from "./flags.ts";

const CHAPTERS: Readonly<Record<string, readonly Chapter[]>> = { tikv: tikvChapters };
const DATABASE_FILES = ["", "-wal", "-shm"];

/** Whether a screen can be shown: both ends are terminals, and it is large enough. */
export function canShowScreen({ flags }: CommandContext): boolean {
  const { stdin, stdout } = process;
  if (isFlagSet(flags, "headless") || isFlagSet(flags, "json")) return false;
  if (!stdin.isTTY || !stdout.isTTY) return false;
  return stdout.columns >= SCREEN_MIN.columns && stdout.rows >= SCREEN_MIN.rows;
}

export async function runLiveDemo(
  context: CommandContext,
  demo: { readonly definition: SubjectDefinition; readonly choices: DemoChoices },
): Promise<ExitCode> {
  const { definition, choices } = demo;
  const { clock, flags, env } = context;
  const { name, faults } = definition;
  const databasePath = await prepareDatabase(context);
  const lost = new AbortController();
  const signal = AbortSignal.any([context.signal, lost.signal]);
  const keyboard: Keyboard = { onKey: () => undefined };
  using terminal = new Tty({ input: process.stdin, output: process.stdout });
  using recorder = openRecorder(context, terminal);
  using screen = Screen.open({
    terminal,
    clock,
    signal,
    onKey: (key) => keyboard.onKey(key),
    onResize: (size) => recorder?.resize(size),
    onLost: () => lost.abort("SIGHUP"),
    onFrame: (text) => recorder?.write(text),
  });
  const summary = await playLive({
    ...choices,
    context: { ...context, signal },
    subject: name,
    chapters: CHAPTERS[name] ?? [],
    faults,
    faultIndex: faults.indexOf(choices.fault),
    modelName: modelNameOf(context),
    mode: choiceFlag(flags, "mode", SAFETY_MODES) ?? "execute",
    isAuto: isFlagSet(flags, "auto"),
    databasePath,
    screen,
    theme: createTheme({ colorLevel: colorLevelOf(env) }),
    keyboard,
  });
  for (const line of closingLines(summary, databasePath)) context.print(line);
  if (context.signal.aborted) {
    throw new OperatorError("interrupted", `interrupted by ${context.signal.reason}`);
  }
  return summary === undefined || summary.exitCode === 0 ? 0 : 3;
}

/** The last demo's database is kept, so that its audit can be read; never the user's own. */
async function prepareDatabase(context: CommandContext): Promise<string> {
  const named = textFlag(context.flags, "db");
  if (named !== undefined) return resolve(named);
  const path = resolve(join(homeOf(context), "demo", "last.db"));
  await mkdir(dirname(path), { recursive: true });
  await Promise.all(DATABASE_FILES.map((ending) => rm(`${path}${ending}`, { force: true })));
  return path;
}

function openRecorder(
  { flags, clock, env }: CommandContext,
  { columns, rows }: Tty,
): Recorder | undefined {
  const path = textFlag(flags, "record");
  if (path === undefined) return undefined;
  return Recorder.open({ path, columns, rows, clock, terminalType: env.TERM ?? "xterm-256color" });
}

function modelNameOf({ flags, env }: CommandContext): string {
  const choice = chooseModel({ name: textFlag(flags, "model"), env });
  return choice.type === "runbook" ? "runbook" : choice.name;
}

/** NO_COLOR and FORCE_COLOR as everywhere; else by what the terminal says of itself. */
export function colorLevelOf(env: CommandContext["env"]): ColorLevel {
  const { NO_COLOR, FORCE_COLOR, COLORTERM = "", TERM = "" } = env;
  if (FORCE_COLOR === "0" || FORCE_COLOR === "false") return 0;
  if (FORCE_COLOR === "2" || FORCE_COLOR === "3") return FORCE_COLOR === "2" ? 2 : 3;
  if (FORCE_COLOR !== undefined && FORCE_COLOR !== "") return 1;
  if (NO_COLOR || TERM === "dumb") return 0;
  if (/truecolor|24bit/i.test(COLORTERM)) return 3;
  return /256/.test(TERM) ? 2 : 1;
}

function closingLines(summary: DemoSummary | undefined, databasePath: string): readonly string[] {
  if (!summary) return ["The demo ended before its end; the cluster is down."];
  const look = (words: string) => `  operator ${words} --db ${databasePath}`;
  return [summaryText(summary), "To look further:", look("audit show last"), look("tickets list")];
}
