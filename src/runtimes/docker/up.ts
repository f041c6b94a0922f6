// Brings a subject up in containers. It may be interrupted at any point and called again.
import { mkdir } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { assert, OperatorError } from "../../domain/errors.ts";
import type { Runtime } from "../../domain/runtime.ts";
import type { Topology } from "../../domain/subject.ts";
import { withFileLock } from "../../infra/file-lock.ts";
import { withFileErrors } from "../../infra/files.ts";
import { settle } from "../local/down.ts";
import { subjectPaths } from "../local/layout.ts";
import { readTopology } from "../local/records.ts";
import { runCompose } from "./compose.ts";
import { composePaths, type DeclareOptions, declareSubject } from "./declare.ts";
import type { Engine } from "./engine.ts";
import { findImage, pullImage } from "./images.ts";
import { OWN_IMAGE_VARIABLE, ownImageMissing, ownImageOf, sayHowToBuild } from "./own-image.ts";
import { openDockerRuntime } from "./runtime.ts";
import {
  chooseVariables,
  imageNamesIn,
  imagesOf,
  readVariables,
  type Variables,
} from "./variables.ts";

/** `env` is the person's own: images, ports, OPERATOR_PROJECT, and what the compose tool reads. */
export interface UpDockerOptions extends DeclareOptions {
  readonly signal: AbortSignal;
  /** One line for a person on each step. */
  readonly onProgress?: (line: string) => void;
}

/** Another `up` may pull images. */
const LOCK_WITHIN_MS = 90_000;

/**
 * Resolves when every member answers. A subject that is up already keeps its images, ports and
 * data: what is stopped is started, what is paused is resumed. Rejects with code "conflict" when
 * it runs as processes, "usage" when the engine is on another host, else as `Runtime.operate`.
 */
export async function upDocker(options: UpDockerOptions): Promise<Topology> {
  const { definition, engine, clock } = options;
  if (!engine.isHere) throw isElsewhere(definition.name, engine);
  const home = resolve(options.home);
  const paths = subjectPaths(home, definition.name);
  return withFileErrors(`bringing ${definition.name} up`, async () => {
    await mkdir(dirname(paths.dir), { recursive: true });
    return withFileLock({ path: paths.lock, withinMs: LOCK_WITHIN_MS, clock }, async () => {
      const earlier = await readTopology(paths);
      if (earlier && !earlier.docker) throw runsLocally(definition.name);
      const kept = await readVariables(composePaths(home, definition.name).variables);
      const variables = kept ?? (await chooseVariables(options));
      await pullMissing(options, variables);
      const topology = earlier ?? (await declareSubject(options, variables));
      await settle(paths);
      await bringUp(options, topology);
      return topology;
    });
  });
}

async function pullMissing(options: UpDockerOptions, variables: Variables): Promise<void> {
  const { engine, plan, signal, onProgress: say = () => undefined } = options;
  for (const name of imageNamesIn(imagesOf(plan, variables))) {
    if (await findImage(engine, name)) continue;
    if (name === ownImageOf(plan)) throw ownImageMissing(name);
    // Another one by that variable may be in a registry of the person's own.
    const isOurs = name === variables[OWN_IMAGE_VARIABLE];
    const otherWays = isOurs
      ? { otherWays: `or in operator's sources ${sayHowToBuild(name)}` }
      : {};
    await pullImage(engine, { name, signal, say, ...otherWays });
  }
}

async function bringUp(options: UpDockerOptions, topology: Topology): Promise<void> {
  const { definition, home, engine, env, clock, signal } = options;
  const { docker } = topology;
  assert(docker !== undefined, "a subject that is brought up in containers has a project");
  const { project, host } = docker;
  const { readyProbe } = definition.local;
  const runtime = openDockerRuntime({ site: { engine, project }, topology, readyProbe, clock });
  await resumePaused(runtime);
  const { file, variables } = composePaths(home, definition.name);
  await runCompose({
    project,
    file,
    envFile: variables,
    words: ["up", "--detach"],
    env: { ...env, DOCKER_HOST: host },
    signal,
  });
  await Promise.all(
    topology.members.map(async ({ name }) => {
      await runtime.operate(name, "start", signal);
      options.onProgress?.(`${name} answers`);
    }),
  );
}

/** Compose leaves a paused container as it is. */
async function resumePaused(runtime: Runtime): Promise<void> {
  const paused = (await runtime.members()).filter(({ state }) => state === "paused");
  await Promise.all(paused.map(({ name }) => runtime.operate(name, "resume")));
}

/** What containers mount is on this machine, and what they publish is on the loopback of theirs. */
function isElsewhere(subject: string, { where }: Engine): OperatorError {
  return new OperatorError("usage", `bringing ${subject} up on the engine ${where}: not here`, {
    hint: "run operator on the engine's own host",
  });
}

function runsLocally(subject: string): OperatorError {
  return new OperatorError("conflict", `${subject} is up as processes of this machine`, {
    hint: `operator subject down ${subject} ends it; --runtime local keeps it`,
  });
}
