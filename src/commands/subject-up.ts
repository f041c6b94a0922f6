// operator subject up: members started, then the subject looked at until it is well.
import { OperatorError } from "../domain/errors.ts";
import type { MemberStatus } from "../domain/runtime.ts";
import type { SubjectDefinition, Topology } from "../domain/subject.ts";
import { plainJson } from "../panels/plain-text.ts";
import type { OpenLocalOptions } from "../runtimes/local/open.ts";
import { upLocal } from "../runtimes/local/up.ts";
import { type OpenedRuntime, openRuntime } from "../runtimes/open.ts";
import { chooseRuntime } from "./choose-runtime.ts";
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
  const isJson = isFlagSet(flags, "json");
  const say = isJson ? () => undefined : print;
  const place = { definition, home: homeOf(context), self, clock };
  const topology = await startMembers(context, { place, say });
  const { runtime } = (await openRuntime(place)) ?? {};
  const subject = definition.open({ topology, runtime, clock });
  const troubles = await waitUntilWell(subject, { withinMs: WELL_WITHIN_MS, clock, signal });
  if (signal.aborted) throw interrupted(definition.name);
  const members = (await runtime?.members()) ?? [];
  const status = { subject: definition.name, topology, members };
  if (isJson) print(plainJson({ ...jsonOfStatus(status), troubles }));
  else for (const line of report(status, troubles)) print(line);
  return troubles.length === 0 ? 0 : 3;
}

async function startMembers(
  context: CommandContext,
  { place, say }: { readonly place: OpenLocalOptions; readonly say: (line: string) => void },
): Promise<Topology> {
  const { flags, signal, env } = context;
  const { definition } = place;
  const wanted = numberFlag(flags, "timeScale", { min: 1, max: TIME_SCALE_MAX });
  const earlier = await openRuntime(place);
  if (earlier) say(await describeEarlier(earlier, wanted));
  const choice = await chooseRuntime(context, { definition, earlier: earlier?.topology });
  if (choice.reason !== "") say(choice.reason);
  const steps = { ...place, signal, onProgress: say };
  if (choice.name === "local") return upLocal({ ...steps, timeScale: wanted ?? 1 });
  const { upDocker } = await import("../runtimes/docker/up.ts");
  return upDocker({ ...steps, engine: choice.engine, plan: choice.plan, env });
}

async function describeEarlier(
  { runtime, topology }: OpenedRuntime,
  wanted: number | undefined,
): Promise<string> {
  const { subject, timeScale } = topology;
  const isRunning = (await runtime.members()).some(({ state }) => state !== "stopped");
  const found = isRunning ? `${subject} is up already` : `${subject} keeps its data and ports`;
  if (wanted === undefined || wanted === timeScale) return found;
  return `${found}; its timers stay divided by ${timeScale} until it is taken down`;
}

function report(
  { topology, members }: { readonly topology: Topology; readonly members: readonly MemberStatus[] },
  troubles: readonly string[],
): readonly string[] {
  const { subject } = topology;
  return [
    ...memberTable(topology, members),
    ...troubles.map((trouble) => `not well: ${trouble}`),
    `watch:   operator monitor --subject ${subject}`,
    "repair:  operator agent",
    `end:     operator subject down ${subject}`,
  ];
}

function interrupted(subject: string): OperatorError {
  return new OperatorError("interrupted", `waiting for ${subject} to be well: interrupted`, {
    hint: `its members run; operator subject down ${subject} ends them`,
  });
}
