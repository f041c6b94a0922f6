// Where members are to run: as a person says, as the subject is up already, or, by itself, in
// containers when that needs nothing more than is here.
import type { DockerPlan, SubjectDefinition, Topology } from "../domain/subject.ts";
import { describeDockerEngine } from "../runtimes/docker/describe-engine.ts";
import { connectEngine, type Engine } from "../runtimes/docker/engine.ts";
import { findImage } from "../runtimes/docker/images.ts";
import { ownImageOf, sayHowToBuild } from "../runtimes/docker/own-image.ts";
import { imageNamesIn, imagesOf } from "../runtimes/docker/variables.ts";
import type { CommandContext } from "./context.ts";
import { choiceFlag, textFlag, usage } from "./flags.ts";

export type RuntimeChoice =
  /** `reason` is one line for a person; empty when there was nothing to choose. */
  | { readonly name: "local"; readonly reason: string }
  | {
      readonly name: "docker";
      readonly reason: string;
      readonly engine: Engine;
      readonly plan: DockerPlan;
    };

export interface RuntimeQuestion {
  readonly definition: SubjectDefinition;
  /** As it is up already. */
  readonly earlier: Topology | undefined;
  /** Beside those of the members: what else must be on the engine to choose it freely. */
  readonly furtherImages?: (engine: Engine, plan: DockerPlan) => Promise<readonly string[]>;
}

const RUNTIMES = ["auto", "local", "docker"] as const;

/** Rejects with code "usage" for what cannot be, else as `connectEngine` when docker was asked. */
export async function chooseRuntime(
  context: CommandContext,
  question: RuntimeQuestion,
): Promise<RuntimeChoice> {
  const { earlier } = question;
  const asked = choiceFlag(context.flags, "runtime", RUNTIMES) ?? "auto";
  const kept = earlier && (earlier.docker ? "docker" : "local");
  const wanted = asked === "auto" ? kept : asked;
  if (wanted === "local") return { name: "local", reason: "" };
  if (wanted === "docker") return chooseDocker(context, question);
  return chooseFreely(context, question);
}

async function chooseDocker(
  { flags, env }: CommandContext,
  { definition, earlier }: RuntimeQuestion,
): Promise<RuntimeChoice> {
  const { docker: plan, name } = definition;
  if (!plan) throw usage(`--runtime docker: ${name} does not run in containers`);
  if (textFlag(flags, "timeScale") !== undefined) {
    throw usage("--time-scale is of stand-ins on this machine, not of containers");
  }
  const host = earlier?.docker?.host ?? env.DOCKER_HOST;
  return { name: "docker", reason: "", engine: await connectEngine(host), plan };
}

async function chooseFreely(
  { env, flags }: CommandContext,
  { definition, furtherImages }: RuntimeQuestion,
): Promise<RuntimeChoice> {
  const { docker: plan } = definition;
  if (!plan) return { name: "local", reason: "" };
  if (textFlag(flags, "timeScale") !== undefined) {
    return stayLocal(`--time-scale is of stand-ins on this machine; ${ASK_FOR_DOCKER}`);
  }
  const found = await describeDockerEngine(env.DOCKER_HOST);
  if (found.state === "absent") return stayLocal(`${found.reason}; ${ASK_FOR_DOCKER}`);
  const engine = await connectEngine(env.DOCKER_HOST);
  if (!engine.isHere) {
    return stayLocal(`the docker engine ${engine.where} is on another host, run operator there`);
  }
  const images = imageNamesIn(imagesOf(plan, env));
  const further = (await furtherImages?.(engine, plan)) ?? [];
  for (const image of [...images, ...further]) {
    if (await findImage(engine, image)) continue;
    return stayLocal(`the docker engine does not have ${image}; ${sayRemedy(image, plan)}`);
  }
  const reason = `runtime docker: engine ${engine.version} answers and has all images`;
  return { name: "docker", reason: `${reason} (--runtime local for processes)`, engine, plan };
}

const ASK_FOR_DOCKER = "--runtime docker for containers";

function sayRemedy(image: string, plan: DockerPlan): string {
  return image === ownImageOf(plan) ? sayHowToBuild(image) : "--runtime docker pulls it";
}

function stayLocal(why: string): RuntimeChoice {
  return { name: "local", reason: `runtime local: ${why}` };
}
