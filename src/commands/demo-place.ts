// Where a demo plays: chosen as `operator subject up` chooses, and handed to it.
import type { DemoPlace } from "../../demo/place.ts";
import type { DockerPlan, SubjectDefinition } from "../domain/subject.ts";
import type { Engine } from "../runtimes/docker/engine.ts";
import { type FoundImage, findImage } from "../runtimes/docker/images.ts";
import { imagesOf, loadImageOf } from "../runtimes/docker/variables.ts";
import { chooseRuntime } from "./choose-runtime.ts";
import type { CommandContext } from "./context.ts";
import { numberFlag } from "./flags.ts";

const TIME_SCALE = 10;
const TIME_SCALE_MAX = 100;

/** Rejects as `chooseRuntime` does. */
export async function chooseDemoPlace(
  context: CommandContext,
  definition: SubjectDefinition,
): Promise<DemoPlace> {
  const { flags, env } = context;
  const timeScale = numberFlag(flags, "timeScale", { min: 1, max: TIME_SCALE_MAX }) ?? TIME_SCALE;
  const choice = await chooseRuntime(context, {
    definition,
    earlier: undefined,
    furtherImages: async (engine, plan) => {
      const isReal = (await memberImages(engine, { plan, env })).some((image) => !image?.isStandIn);
      return isReal ? Object.values(loadImageOf(plan, env)) : [];
    },
  });
  const { name: runtime, reason } = choice;
  if (choice.name === "docker") {
    const images = await memberImages(choice.engine, { plan: choice.plan, env });
    return { runtime, reason, upFlags: ["--runtime", runtime], ...castOf(choice.plan, images) };
  }
  const isStandIn = definition.local.members.every(({ runsAs }) => runsAs === "stand_in");
  const upFlags = ["--runtime", runtime, "--time-scale", `${timeScale}`];
  return { runtime, reason, upFlags, isStandIn, timeScale, hasLedger: true };
}

/** One that is not there yet will be pulled: nobody publishes stand-ins. */
function castOf(
  plan: DockerPlan,
  images: readonly (FoundImage | undefined)[],
): Pick<DemoPlace, "isStandIn" | "timeScale" | "hasLedger"> {
  const isStandIn = images.every((image) => image?.isStandIn === true);
  const timeScale = Math.min(...images.map((image) => image?.timeScale ?? 1));
  return { isStandIn, timeScale, hasLedger: isStandIn || plan.load === undefined };
}

function memberImages(
  engine: Engine,
  { plan, env }: { readonly plan: DockerPlan; readonly env: CommandContext["env"] },
): Promise<readonly (FoundImage | undefined)[]> {
  const names = imagesOf(plan, env);
  const images = plan.members.map(({ image }) => findImage(engine, names[image] ?? ""));
  return Promise.all(images);
}
