// The load of a subject whose members are no stand-ins: a program of others in a container beside
// them, its output told as our own load generator tells its.
import type { ContainerLoad, LoadRate } from "../domain/load.ts";
import type { DockerPlace, SubjectDefinition, Topology } from "../domain/subject.ts";
import { plainJson } from "../panels/plain-text.ts";
import type { CommandContext } from "./context.ts";
import { homeOf } from "./flags.ts";

/** Where and by what real members are loaded. */
export interface LoadPlace {
  readonly load: ContainerLoad;
  readonly docker: DockerPlace;
  readonly subject: string;
}

/** Undefined where our own load generator speaks to the members. */
export function containerLoadOf(
  { docker: plan }: SubjectDefinition,
  { subject, members, docker }: Topology,
): LoadPlace | undefined {
  const isReal = members.some(({ isStandIn }) => !isStandIn);
  if (!plan?.load || !docker || !isReal) return undefined;
  return { load: plan.load, docker, subject };
}

/** Pulls its image when the engine has none: that takes longer than anyone waits for a load. */
export async function prepareContainerLoad(
  context: CommandContext,
  { place, say }: { readonly place: LoadPlace; readonly say: (line: string) => void },
): Promise<void> {
  const { connectEngine } = await import("../runtimes/docker/engine.ts");
  const { findImage, pullImage } = await import("../runtimes/docker/images.ts");
  const engine = await connectEngine(place.docker.host);
  const name = await imageOf(context, place);
  if (await findImage(engine, name)) return;
  await pullImage(engine, { name, signal: context.signal, say });
}

export interface ContainerLoadOptions {
  readonly place: LoadPlace;
  readonly rate: LoadRate;
  /** Of one load there is one container, however often it is started again. */
  readonly owner: string;
  readonly durationMs: number | undefined;
}

/** Until it is told to stop, or the time is over. Prints as `WorkloadOptions.print` says. */
export async function runContainerLoad(
  context: CommandContext,
  { place, rate, owner, durationMs }: ContainerLoadOptions,
): Promise<void> {
  const { clock, print } = context;
  const { load, docker } = place;
  await prepareContainerLoad(context, { place, say: print });
  const { connectEngine } = await import("../runtimes/docker/engine.ts");
  const { runLoadContainer } = await import("../runtimes/docker/load.ts");
  const reader = load.openReader();
  const tell = (line: object | undefined) => line && print(plainJson(line));
  await runLoadContainer({
    site: { engine: await connectEngine(docker.host), project: docker.project },
    name: load.name,
    image: await imageOf(context, place),
    words: load.words(rate),
    owner,
    signal: endOf(context.signal, durationMs),
    onLine: (line) => tell(reader.take(line, clock.now())),
  });
  const { second, ledger } = reader.end();
  tell(second);
  tell(ledger);
}

/** As it was chosen when the subject was brought up. */
async function imageOf(context: CommandContext, { load, subject }: LoadPlace): Promise<string> {
  const { composePaths } = await import("../runtimes/docker/declare.ts");
  const { readVariables } = await import("../runtimes/docker/variables.ts");
  const kept = await readVariables(composePaths(homeOf(context), subject).variables);
  return kept?.[load.variable] ?? load.image;
}

function endOf(signal: AbortSignal, durationMs: number | undefined): AbortSignal {
  if (durationMs === undefined) return signal;
  return AbortSignal.any([signal, AbortSignal.timeout(durationMs)]);
}
