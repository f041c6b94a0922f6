// The demo on a terminal: takes it over, plays, gives it back, and says what there is to look at.
import { rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { CHAPTERS } from "../../demo/chapters/all.ts";
import { summaryText } from "../../demo/events.ts";
import { createRecordHome } from "../../demo/home.ts";
import { type LiveOutcome, playLive } from "../../demo/live/play.ts";
import { keptLines } from "../../demo/narration.ts";
import { OperatorError } from "../domain/errors.ts";
import { SAFETY_MODES } from "../domain/session.ts";
import type { SubjectDefinition } from "../domain/subject.ts";
import { withFileErrors } from "../infra/files.ts";
import { chooseModel } from "../models/open-model.ts";
import type { CommandContext, ExitCode } from "./context.ts";
import type { DemoChoices } from "./demo.ts";
import { choiceFlag, homeOf, isFlagSet, textFlag } from "./flags.ts";
import { hasRoomForScreen, openLiveScreen } from "./live-screen.ts";

const DATABASE_FILES = ["", "-wal", "-shm"];

/** Whether a screen can be shown: both ends are terminals, and it is large enough. */
export function canShowScreen({ flags }: CommandContext): boolean {
  if (isFlagSet(flags, "headless") || isFlagSet(flags, "json")) return false;
  return hasRoomForScreen();
}

export async function runLiveDemo(
  context: CommandContext,
  demo: { readonly definition: SubjectDefinition; readonly choices: DemoChoices },
): Promise<ExitCode> {
  const { definition, choices } = demo;
  const { flags } = context;
  const { name, figures } = definition;
  const { runtime } = choices.place;
  const faults = definition.faults.filter((fault) => (fault.runtime ?? runtime) === runtime);
  const databasePath = await databasePathOf(context);
  // Above the screen, and below it when it is gone.
  if (choices.place.reason !== "") context.print(choices.place.reason);
  using live = openLiveScreen(context);
  const { screen, theme, keyboard, signal } = live;
  const outcome = await playLive({
    ...choices,
    context: { ...context, signal },
    subject: name,
    chapters: CHAPTERS[name] ?? [],
    faults,
    figures,
    faultIndex: faults.indexOf(choices.fault),
    modelName: modelNameOf(context),
    mode: choiceFlag(flags, "mode", SAFETY_MODES) ?? "execute",
    isAuto: isFlagSet(flags, "auto"),
    databasePath,
    prepareRun: () => emptyDatabase(context, databasePath),
    screen,
    theme,
    keyboard,
  });
  const { summary, error } = outcome;
  if (!summary && error !== undefined) throw new OperatorError("runtime", error);
  for (const line of closingLines(outcome, { subject: name, databasePath })) context.print(line);
  if (context.signal.aborted) {
    throw new OperatorError("interrupted", `interrupted by ${context.signal.reason}`);
  }
  return summary === undefined || summary.exitCode === 0 ? 0 : 3;
}

/** Kept after the demo, so that its audit can be read; never the user's own. */
async function databasePathOf(context: CommandContext): Promise<string> {
  const named = textFlag(context.flags, "db");
  if (named !== undefined) return resolve(named);
  const parent = resolve(homeOf(context), "demo");
  const create = () => createRecordHome(parent);
  return join(await withFileErrors("making a place for the demo's database", create), "tickets.db");
}

/** Ours begins empty; one that a person named is theirs. */
async function emptyDatabase({ flags }: CommandContext, path: string): Promise<void> {
  if (textFlag(flags, "db") !== undefined) return;
  await Promise.all(DATABASE_FILES.map((ending) => rm(`${path}${ending}`, { force: true })));
}

function modelNameOf({ flags, env }: CommandContext): string {
  const choice = chooseModel({ name: textFlag(flags, "model"), env });
  return choice.type === "runbook" ? "runbook" : choice.name;
}

function closingLines(
  { summary, keptHome }: LiveOutcome,
  { subject, databasePath }: { readonly subject: string; readonly databasePath: string },
): readonly string[] {
  const kept = keptHome === undefined ? [] : keptLines(subject, keptHome);
  if (!summary && keptHome === undefined) {
    return ["The demo ended before its end; the cluster is down."];
  }
  if (!summary) return ["The demo ended before its end.", ...kept];
  const look = (words: string) => `  operator ${words} --db ${databasePath}`;
  const further = ["To look further:", look("audit show last"), look("tickets list")];
  return [summaryText(summary), ...further, ...kept];
}
