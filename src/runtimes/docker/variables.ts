// What a compose file leaves open, and what is filled in: chosen once, and kept beside the file.
import { resolve } from "node:path";
import { OperatorError } from "../../domain/errors.ts";
import type { DockerPlan, SubjectDefinition } from "../../domain/subject.ts";
import { OWNERS_ONLY, readFileIfThere, writeFileAtomically } from "../../infra/files.ts";
import { allocatePorts } from "../local/ports.ts";
import { checkImage } from "./image-name.ts";
import { chooseSharedSettings } from "./shared-settings.ts";

export const COMPOSE_FILE = "compose.yaml";

/** By the names of `OPERATOR_IMAGE_…` and `OPERATOR_PORT_…`. */
export type Variables = Readonly<Record<string, string>>;
export type Environment = Readonly<Record<string, string | undefined>>;

const IMAGE_PREFIX = "OPERATOR_IMAGE_";
const PORT_PREFIX = "OPERATOR_PORT_";
const PORT_MAX = 65_535;

export interface ChooseOptions {
  readonly definition: SubjectDefinition;
  readonly plan: DockerPlan;
  readonly home: string;
  readonly env: Environment;
}

/**
 * As the person's environment says; else images as the file does, and ports that are free. Rejects
 * with code "usage" for what is no port, and for what no image can be called.
 */
export async function chooseVariables(options: ChooseOptions): Promise<Variables> {
  const { definition, plan, home, env } = options;
  const declared = variablesOf(plan, PORT_PREFIX).filter(([name]) => !env[name]);
  const free = await allocatePorts(declared.length, `${resolve(home)} ${definition.name}`);
  const ports = declared.map(([name], index) => [name, String(free[index])] as const);
  const given = variablesOf(plan, PORT_PREFIX).flatMap(([name]) =>
    env[name] ? [[name, checkPort(name, env[name])] as const] : [],
  );
  const images = { ...imagesOf(plan, env), ...loadImageOf(plan, env) };
  const settings = chooseSharedSettings(options);
  return { ...images, ...settings, ...Object.fromEntries([...ports, ...given]) };
}

function checkPort(name: string, port: string): string {
  if (/^[1-9]\d{0,4}$/.test(port) && Number(port) <= PORT_MAX) return port;
  throw new OperatorError("usage", `${name} "${port}": must be a port, from 1 to ${PORT_MAX}`);
}

/** Of the load that runs beside it, which is no part of the file. */
export function loadImageOf({ load }: DockerPlan, env: Environment): Variables {
  if (!load) return {};
  const { variable, image } = load;
  return { [variable]: checkImage(variable, env[variable] || image) };
}

/**
 * The images that will run: as `env` names them, else as the file does. Throws code "usage" for
 * what can be no image's name.
 */
export function imagesOf(plan: DockerPlan, env: Environment): Variables {
  const declared = variablesOf(plan, IMAGE_PREFIX);
  return Object.fromEntries(
    declared.map(([name, image]) => [name, checkImage(name, env[name] || image)]),
  );
}

export function imageNamesIn(variables: Variables): readonly string[] {
  const images = Object.entries(variables).filter(([name]) => name.startsWith(IMAGE_PREFIX));
  return [...new Set(images.map(([, image]) => image))];
}

/** In the form that compose's `--env-file` reads; for its owner alone, a token may be among it. */
export async function writeVariables(path: string, variables: Variables): Promise<void> {
  const lines = Object.entries(variables).map(([name, value]) => `${name}=${value}\n`);
  await writeFileAtomically(path, lines.join(""), OWNERS_ONLY);
}

/** Undefined when none were chosen yet. */
export async function readVariables(path: string): Promise<Variables | undefined> {
  const text = await readFileIfThere(path);
  if (text === undefined) return undefined;
  const pairs = text.matchAll(/^([A-Z0-9_]+)=(.*)$/gm);
  return Object.fromEntries([...pairs].map(([, name = "", value = ""]) => [name, value]));
}

/** Names with their defaults, each once: `${OPERATOR_PORT_PD1:-2379}`. */
function variablesOf(
  { files }: DockerPlan,
  prefix: string,
): readonly (readonly [string, string])[] {
  const found = (files[COMPOSE_FILE] ?? "").matchAll(/\$\{([A-Z0-9_]+):-([^}]*)\}/g);
  const all = [...found].map(([, name = "", value = ""]) => [name, value] as const);
  return [...new Map(all.filter(([name]) => name.startsWith(prefix)))];
}
