// operator demo: the whole loop in front of an audience, on a cluster and a home of its own.
import { join, resolve } from "node:path";
import { type DemoEvent, printAsJson, printAsText } from "../../demo/events.ts";
import { type HeadlessOptions, playHeadless } from "../../demo/headless.ts";
import { createDemoHome } from "../../demo/home.ts";
import { createLineDesk } from "../../demo/line-desk.ts";
import { Stage } from "../../demo/stage.ts";
import { loadSubject } from "../../subjects/index.ts";
import type { Fault } from "../domain/fault.ts";
import type { SubjectDefinition } from "../domain/subject.ts";
import { checkStrikes } from "../faults/strike.ts";
import { seededRandom } from "../infra/clock.ts";
import { withFileErrors } from "../infra/files.ts";
import { chooseModel } from "../models/open-model.ts";
import type { CommandContext, ExitCode } from "./context.ts";
import { chooseDemoPlace } from "./demo-place.ts";
import { sweepAbandoned } from "./demo-sweep.ts";
import { chooseFrom, isFlagSet, numberFlag, textFlag, usage } from "./flags.ts";

const SEED_MAX = 2 ** 32 - 1;

export async function runDemoCommand(context: CommandContext): Promise<ExitCode> {
  const [name] = context.words;
  if (name === undefined) throw usage("demo needs a subject", "operator demo tikv");
  const definition = await loadSubject(name);
  const choices = await readChoices(context, definition);
  await withFileErrors("sweeping what killed demos left", () => sweepAbandoned(context));
  const { canShowScreen, runLiveDemo } = await import("./demo-live.ts");
  if (canShowScreen(context)) return runLiveDemo(context, { definition, choices });
  refuseScreenFlags(context);
  return runHeadlessDemo(context, { name, choices });
}

/** Without a screen nobody could approve, and there is nothing to record. */
function refuseScreenFlags({ flags }: CommandContext): void {
  const refused = ["record", "mode"].find((flag) => textFlag(flags, flag) !== undefined);
  if (refused === undefined) return;
  throw usage(`--${refused} needs the panels: a terminal of 80×24, without --headless or --json`);
}

async function runHeadlessDemo(
  context: CommandContext,
  { name, choices }: { readonly name: string; readonly choices: DemoChoices },
): Promise<ExitCode> {
  const launchedAtMs = context.clock.now();
  const { flags } = context;
  const print = isFlagSet(flags, "json") ? printAsJson : printAsText;
  const emit = (event: DemoEvent) =>
    context.print(print(event, context.clock.now() - launchedAtMs));
  const home = await withFileErrors("making a home for the demo", createDemoHome);
  const databasePath = resolve(textFlag(flags, "db") ?? join(home, "tickets.db"));
  const desk = createLineDesk(emit);
  const { fault, seed } = choices;
  emit({ type: "step", step: "start", text: `fault ${fault.name}, seed ${seed}, home ${home}` });
  await using stage = new Stage({ context, home, databasePath, subject: name, onLine: desk.add });
  const ledgerFile = join(home, "ledger.jsonl");
  const { lines } = desk;
  const paths = { databasePath, ledgerFile };
  const summary = await playHeadless({ ...choices, ...paths, stage, subject: name, lines, emit });
  return summary.exitCode === 0 ? 0 : 3;
}

export type DemoChoices = Pick<
  HeadlessOptions,
  "fault" | "figures" | "random" | "place" | "model" | "hasAgent" | "isKept"
> & { readonly seed: number };

async function readChoices(
  context: CommandContext,
  definition: SubjectDefinition,
): Promise<DemoChoices> {
  const { flags, random } = context;
  const seed =
    numberFlag(flags, "seed", { min: 0, max: SEED_MAX }) ?? Math.floor(random() * SEED_MAX);
  const model = textFlag(flags, "model");
  const hasAgent = flags.agent !== false;
  // Before anything is raised: an agent without its key would end, again and again.
  if (hasAgent) chooseModel({ name: model, env: context.env });
  const fault = chooseFault(textFlag(flags, "fault"), definition.faults);
  const place = await chooseDemoPlace(context, definition);
  checkStrikes(fault, place.runtime);
  return {
    fault,
    figures: definition.figures,
    seed,
    random: seededRandom(seed),
    place,
    model,
    hasAgent,
    isKept: isFlagSet(flags, "keep"),
  };
}

/** The first one when none is named. */
function chooseFault(name: string | undefined, faults: readonly Fault[]): Fault {
  const names = faults.map((fault) => fault.name);
  const chosen = chooseFrom(name ?? names[0] ?? "", names, "fault");
  const fault = faults.find((candidate) => candidate.name === chosen);
  if (!fault) throw usage("this subject has no faults");
  return fault;
}
