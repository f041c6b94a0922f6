// A project as a broker serves it, from inside a container: what is declared follows from the
// subject's compose file and from what the engine has, for the home that made it is elsewhere.
import type { Clock } from "../../domain/clock.ts";
import { OperatorError } from "../../domain/errors.ts";
import type { Runtime } from "../../domain/runtime.ts";
import type { DockerMemberPlan, DockerPlan, SubjectDefinition } from "../../domain/subject.ts";
import { ASK_MS, PROJECT_LABEL, SERVICE_LABEL } from "./container.ts";
import { askEngine, connectEngine, type Engine } from "./engine.ts";
import { type FoundImage, findImage } from "./images.ts";
import { openDockerRuntime } from "./runtime.ts";
import { COMPOSE_FILE } from "./variables.ts";

export interface BrokeredProject {
  readonly definition: Pick<SubjectDefinition, "name" | "local" | "savesAtEnd">;
  readonly plan: DockerPlan;
  /** As compose names it. */
  readonly project: string;
  /** As DOCKER_HOST. */
  readonly host: string | undefined;
  readonly clock: Clock;
}

/** Of a container whose image was removed behind it. */
const UNKNOWN_IMAGE: FoundImage = { isStandIn: false, timeScale: 1 };

/** Gives the project as it is at each call; an engine that went away is found again. */
export function openBrokered(brokered: BrokeredProject): () => Promise<Runtime> {
  const images = new Map<string, FoundImage>();
  let connected: Engine | undefined;
  return async () => {
    connected ??= await connectEngine(brokered.host);
    // What members publish is on the engine's loopback, not on that of a container.
    return openProject({ ...brokered, images }, { ...connected, isHere: false });
  };
}

interface Opening extends BrokeredProject {
  /** By id: what has an id never changes. */
  readonly images: Map<string, FoundImage>;
}

async function openProject(opening: Opening, engine: Engine): Promise<Runtime> {
  const { definition, plan, project, clock } = opening;
  const found = await findImages(opening, engine);
  const members = plan.members.map((member) => ({
    name: member.name,
    role: member.role,
    host: member.name,
    isStandIn: found.get(member.name)?.isStandIn ?? false,
    ports: portsInside(plan, member),
    settings: {},
  }));
  const scales = members.flatMap(({ name }) => found.get(name)?.timeScale ?? []);
  if (scales.length === 0) throw noMembers(engine, project);
  const timeScale = Math.min(...scales);
  const topology = { subject: definition.name, timeScale, members, endpoints: [] };
  const { local, savesAtEnd = {} } = definition;
  const site = { engine, project };
  return openDockerRuntime({ site, topology, readyProbe: local.readyProbe, savesAtEnd, clock });
}

/** By service. */
async function findImages(
  { project, images }: Opening,
  engine: Engine,
): Promise<Map<string, FoundImage>> {
  const filters = { label: [`${PROJECT_LABEL}=${project}`] };
  const listed = await askEngine(engine, `looking for containers of ${project}`, () => {
    const abortSignal = AbortSignal.timeout(ASK_MS);
    return engine.client.listContainers({ all: true, filters, abortSignal });
  });
  const byService = new Map<string, FoundImage>();
  for (const { Labels, ImageID } of listed) {
    const image = images.get(ImageID) ?? (await findImage(engine, ImageID));
    if (image) images.set(ImageID, image);
    byService.set(Labels[SERVICE_LABEL] ?? "", image ?? UNKNOWN_IMAGE);
  }
  return byService;
}

/** `"127.0.0.1:${OPERATOR_PORT_PD1:-2379}:2379"`: the last is what peers know. */
export function portsInside(
  { files }: DockerPlan,
  { ports }: DockerMemberPlan,
): Readonly<Record<string, number>> {
  const text = files[COMPOSE_FILE] ?? "";
  const inside = Object.entries(ports).flatMap(([name, variable]) => {
    const [, port] = new RegExp(`\\$\\{${variable}(?::-\\d*)?\\}:(\\d+)`).exec(text) ?? [];
    return port === undefined ? [] : [[name, Number(port)] as const];
  });
  return Object.fromEntries(inside);
}

function noMembers({ where }: Engine, project: string): OperatorError {
  const message = `looking for members of project ${project} ${where}: there is none`;
  return new OperatorError("runtime", message, {
    hint: "operator subject up makes them; OPERATOR_PROJECT names their project",
  });
}
