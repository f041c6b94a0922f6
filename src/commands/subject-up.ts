// operator subject up: members started, then the subject looked at until it is well.
import { OperatorError } from "../domain/errors.ts";
import type { SubjectDefinition, Topology } from "../domain/subject.ts";
import { openLocalRuntime } from "../runtimes/local/open.ts";
import { upLocal } from "../runtimes/local/up.ts";
import type { CommandContext, ExitCode } from "./context.ts";
import { homeOf, isFlagSet, numberFlag } from "./flags.ts";
import { jsonOfStatus, memberTable } from "./subject-table.ts";
import { waitUntilWell } from "./subject-well.ts";

/** A new cluster elects its leaders and reports to its placement driver within seconds. */
const WELL_WITHIN_MS = 30_000;
const TIME_SCALE_MAX = 1_000;

/** Exit 0 when it is up and well, 3 when it is up and something is violated. */
export async function bringSubjectUp(
  context: CommandContext,
  definition: SubjectDefinition,
): Promise<ExitCode> {
  const { clock, self, signal, print, flags } = context;
  const local = { definition, home: homeOf(context), self, clock };
  const isJson = isFlagSet(flags, "json");
  const say = isJson ? () => undefined : print;
  const wanted = numberFlag(flags, "timeScale", { min: 1, max: TIME_SCALE_MAX });
  const earlier = await openLocalRuntime(local);
  if (earlier) say(alreadyUp(earlier.topology, wanted));
  const timeScale = wanted ?? 1;
  const topology = await upLocal({ ...local, timeScale, signal, onProgress: say });
  const opened = await openLocalRuntime(local);
  const runtime = opened?.runtime;
  const subject = definition.open({ topology, runtime, clock });
  const troubles = await waitUntilWell(subject, { withinMs: WELL_WITHIN_MS, clock, signal });
  if (signal.aborted) throw interrupted(definition.name);
  const members = (await runtime?.members()) ?? [];
  if (isJson)
    print(JSON.stringify({ ...jsonOfStatus(topology.subject, topology, members), troubles }));
  else
    for (const line of [...memberTable(topology, members), ...howToGoOn(topology, troubles)])
      print(line);
  return troubles.length === 0 ? 0 : 3;
}

function alreadyUp({ subject, timeScale }: Topology, wanted: number | undefined): string {
  if (wanted === undefined || wanted === timeScale) return `${subject} is up already`;
  return `${subject} is up already: its time scale stays ${timeScale}, until it is taken down`;
}

function howToGoOn({ subject }: Topology, troubles: readonly string[]): readonly string[] {
  const hints = [
    `watch:   operator monitor --subject ${subject}`,
    "repair:  operator agent",
    `end:     operator subject down ${subject}`,
  ];
  return [...troubles.map((trouble) => `not well: ${trouble}`), ...hints];
}

function interrupted(subject: string): OperatorError {
  return new OperatorError("interrupted", `waiting for ${subject} to be well: interrupted`, {
    hint: `its members run; operator subject down ${subject} ends them`,
  });
}
