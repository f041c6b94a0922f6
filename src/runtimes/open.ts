// The runtime in which a subject is up: processes of this machine, or containers of an engine.
// What containers need is loaded when there are some.
import { resolve } from "node:path";
import type { Runtime } from "../domain/runtime.ts";
import type { DockerPlace, SavingMembers, Topology } from "../domain/subject.ts";
import { downLocal } from "./local/down.ts";
import { subjectPaths } from "./local/layout.ts";
import { createLocalRuntime, type OpenLocalOptions } from "./local/open.ts";
import { readTopology } from "./local/records.ts";

export interface OpenedRuntime {
  readonly runtime: Runtime;
  readonly topology: Topology;
}

/**
 * Undefined when the subject is not up in this home. Starts nothing. Rejects with code "runtime"
 * when the engine of its containers does not answer.
 */
export async function openRuntime(options: OpenLocalOptions): Promise<OpenedRuntime | undefined> {
  const home = resolve(options.home);
  const paths = subjectPaths(home, options.definition.name);
  const topology = await readTopology(paths);
  if (!topology) return undefined;
  const { docker } = topology;
  const runtime = docker
    ? await openContainers(options, { topology, docker })
    : createLocalRuntime({ ...options, home, paths, topology });
  return { runtime, topology };
}

export interface DownOptions extends Pick<OpenLocalOptions, "home" | "clock"> {
  readonly subject: string;
  /** Members end; ports, data and logs stay for the next `up`. */
  readonly keepData: boolean;
  readonly savesAtEnd?: SavingMembers;
}

/** False when there was nothing to take down. It may be interrupted, and called again. */
export async function takeDown(options: DownOptions): Promise<boolean> {
  const paths = subjectPaths(resolve(options.home), options.subject);
  const endOthers = async () => {
    const topology = await readTopology(paths);
    if (topology?.docker) await endContainers({ ...topology, docker: topology.docker }, options);
  };
  return downLocal({ ...options, endOthers });
}

async function openContainers(
  { definition, clock }: OpenLocalOptions,
  { topology, docker }: { readonly topology: Topology; readonly docker: DockerPlace },
): Promise<Runtime> {
  const { connectEngine } = await import("./docker/engine.ts");
  const { openDockerRuntime } = await import("./docker/runtime.ts");
  const { project, host } = docker;
  const site = { engine: await connectEngine(host), project };
  const { local, savesAtEnd = {} } = definition;
  return openDockerRuntime({ site, topology, readyProbe: local.readyProbe, savesAtEnd, clock });
}

async function endContainers(
  { docker, members }: Pick<Topology, "members"> & { readonly docker: DockerPlace },
  { keepData, clock, savesAtEnd = {} }: DownOptions,
): Promise<void> {
  const { project, host } = docker;
  const { connectEngine } = await import("./docker/engine.ts");
  const { removeProject, stopProject } = await import("./docker/down.ts");
  const site = { engine: await connectEngine(host), project };
  await (keepData ? stopProject(site, { members, savesAtEnd, clock }) : removeProject(site));
}
