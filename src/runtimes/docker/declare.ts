// Declares a subject that is to run in containers: its compose files and what they leave open are
// written below its directory, then its topology, from which on it counts as up.
import { mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Clock } from "../../domain/clock.ts";
import { OperatorError } from "../../domain/errors.ts";
import type { DockerMemberPlan, MemberPlan, Topology } from "../../domain/subject.ts";
import { writeFileAtomically } from "../../infra/files.ts";
import { makeRoom } from "../local/down.ts";
import { subjectPaths } from "../local/layout.ts";
import { writeTopology } from "../local/records.ts";
import type { Engine } from "./engine.ts";
import { checkImage } from "./image-name.ts";
import { findImage } from "./images.ts";
import { OWN_IMAGE_VARIABLE } from "./own-image.ts";
import { sharedSettingsIn } from "./shared-settings.ts";
import { type ChooseOptions, COMPOSE_FILE, type Variables, writeVariables } from "./variables.ts";

export interface DeclareOptions extends ChooseOptions {
  readonly engine: Engine;
  readonly clock: Clock;
}

export interface ComposePaths {
  readonly dir: string;
  readonly file: string;
  readonly variables: string;
}

export function composePaths(home: string, subject: string): ComposePaths {
  const dir = join(subjectPaths(resolve(home), subject).dir, "compose");
  return { dir, file: join(dir, COMPOSE_FILE), variables: join(dir, "variables.env") };
}

export async function declareSubject(
  options: DeclareOptions,
  variables: Variables,
): Promise<Topology> {
  const { definition, plan, home, clock } = options;
  const paths = subjectPaths(resolve(home), definition.name);
  await makeRoom(paths, clock);
  const declared = await Promise.all(
    plan.members.map((member) => declareMember(options, { member, variables })),
  );
  const members = declared.map((member) => member.plan);
  // Bounds that are meant for the slowest hold for the others as well.
  const timeScale = Math.min(...declared.map((member) => member.timeScale));
  const project = projectOf(options);
  const named = options.env[OWN_IMAGE_VARIABLE];
  const helperImage = named ? checkImage(OWN_IMAGE_VARIABLE, named) : undefined;
  const docker = { project, host: options.engine.host, helperImage };
  const topology = { subject: definition.name, timeScale, members, endpoints: [], docker };
  await writeComposeFiles(options, variables);
  await writeTopology(paths, topology);
  return topology;
}

/** What containers mount is readable for the users that run in them. */
async function writeComposeFiles(
  { definition, plan, home }: DeclareOptions,
  variables: Variables,
): Promise<void> {
  const paths = composePaths(home, definition.name);
  await mkdir(paths.dir, { recursive: true });
  for (const [name, text] of Object.entries(plan.files)) {
    await writeFileAtomically(join(paths.dir, name), text);
  }
  await writeVariables(paths.variables, variables);
}

/** The same home always means the same project, another home another one. */
function projectOf({ definition, home, env }: DeclareOptions): string {
  if (env.OPERATOR_PROJECT) return checkProject(env.OPERATOR_PROJECT);
  const digest = new Bun.CryptoHasher("sha256").update(resolve(home)).digest("hex");
  return `operator-${definition.name}-${digest.slice(0, 8)}`;
}

function checkProject(name: string): string {
  // As compose itself demands.
  if (/^[a-z0-9][a-z0-9_-]*$/.test(name)) return name;
  throw new OperatorError("usage", `OPERATOR_PROJECT "${name}": small letters, digits, - and _`);
}

async function declareMember(
  { engine, plan }: DeclareOptions,
  { member, variables }: { readonly member: DockerMemberPlan; readonly variables: Variables },
): Promise<{ readonly plan: MemberPlan; readonly timeScale: number }> {
  const image = await findImage(engine, variables[member.image] ?? "");
  const ports = Object.entries(member.ports).map(([name, variable]) => [
    name,
    Number(variables[variable]),
  ]);
  const declared = {
    name: member.name,
    role: member.role,
    isStandIn: image?.isStandIn ?? false,
    ports: Object.fromEntries(ports),
    settings: sharedSettingsIn(variables, plan),
  };
  return { plan: declared, timeScale: image?.timeScale ?? 1 };
}
