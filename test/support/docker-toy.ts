// The toy subject in containers: each member is a container with the labels that compose sets.
import type Docker from "dockerode";
import type { Clock } from "../../src/domain/clock.ts";
import type { Runtime } from "../../src/domain/runtime.ts";
import type { MemberPlan, SavingMembers } from "../../src/domain/subject.ts";
import { systemClock } from "../../src/infra/clock.ts";
import type { Site } from "../../src/runtimes/docker/container.ts";
import { connectEngine } from "../../src/runtimes/docker/engine.ts";
import { openDockerRuntime } from "../../src/runtimes/docker/runtime.ts";
import { testEngine } from "./docker-engine.ts";
import { makeImage } from "./docker-images.ts";
import { freePort } from "./free-port.ts";

const IMAGE = "operator-test/toy:1";
const PORT = 8080;

/**
 * Writes to both streams, answers GET /health, says "out 4" at GET /out-4, ends with code 3 when it
 * is told to.
 */
export const WELL = `
  console.log("out 1"); console.error("err 2"); console.log("out 3");
  const answer = ({ url }) => {
    if (url.endsWith("/out-4")) console.log("out 4");
    return new Response("well");
  };
  Bun.serve({ port: ${PORT}, fetch: answer });
  process.on("SIGTERM", () => process.exit(3));`;
/** Ends when it is asked for the third time. */
export const CAUTIOUS = `
  Bun.serve({ port: ${PORT}, fetch: () => new Response("well") });
  let asked = 0;
  process.on("SIGTERM", () => (asked += 1) === 3 && process.exit(0));`;
/** Ends before it answers. */
export const FAILING = `console.error("no disk"); process.exit(7);`;

export interface DockerToy extends AsyncDisposable {
  readonly site: Site;
  readonly runtime: Runtime;
  /** The container itself, for what the runtime does not do. */
  containerOf(member: string): Docker.Container;
}

export interface ToyOptions {
  /** Of every member. */
  readonly labels?: Readonly<Record<string, string>>;
  readonly hostConfig?: Docker.HostConfig;
  /** From which members are disturbed. */
  readonly helperImage?: string;
  /** Members that write what they hold when they end. */
  readonly savesAtEnd?: SavingMembers;
  readonly clock?: Clock;
}

let toys = 0;
let image: Promise<void> | undefined;

/** By member's name what it runs; none is started. */
export async function createDockerToy(
  programs: Readonly<Record<string, string>>,
  options: ToyOptions = {},
): Promise<DockerToy> {
  const { client, host } = await testEngine();
  image ??= makeImage(client, { name: IMAGE, programs: { bun: process.execPath } });
  await image;
  toys += 1;
  const project = `toy-${toys}`;
  const network = await client.createNetwork({ Name: `${project}_default` });
  const names = Object.keys(programs);
  const plans = await Promise.all(names.map(async (name) => planOf(name, await freePort())));
  const containers = await Promise.all(
    plans.map((plan) =>
      client.createContainer(
        containerOptions({ project, plan, program: programs[plan.name] ?? "", options }),
      ),
    ),
  );
  const site = { engine: await connectEngine(host), project };
  const docker = { project, host, helperImage: options.helperImage };
  const topology = { subject: "toy", timeScale: 1, members: plans, endpoints: [], docker };
  const { savesAtEnd = {}, clock = systemClock } = options;
  const readyProbe = ({ ports }: MemberPlan) => ({ port: ports.http ?? 0, path: "/health" });
  return {
    site,
    runtime: openDockerRuntime({ site, topology, readyProbe, savesAtEnd, clock }),
    containerOf: (name) => client.getContainer(idOf(name)),
    async [Symbol.asyncDispose]() {
      const left = await client.listContainers({ all: true, filters: ofProject(project) });
      for (const { Id } of left) await client.getContainer(Id).remove({ force: true });
      await network.remove();
    },
  };

  function idOf(name: string): string {
    return containers[plans.findIndex((plan) => plan.name === name)]?.id ?? "";
  }
}

function planOf(name: string, port: number): MemberPlan {
  return { name, role: "node", isStandIn: true, ports: { http: port }, settings: {} };
}

function ofProject(project: string): Record<string, string[]> {
  return { label: [`com.docker.compose.project=${project}`] };
}

interface ContainerPlan {
  readonly project: string;
  readonly plan: MemberPlan;
  readonly program: string;
  readonly options: ToyOptions;
}

/** Labelled as `docker-compose up` does it; the name says nothing. */
function containerOptions({
  project,
  plan,
  program,
  options,
}: ContainerPlan): Docker.ContainerCreateOptions {
  const port = `${PORT}/tcp`;
  const network = `${project}_default`;
  const bindings = [{ HostIp: "127.0.0.1", HostPort: String(plan.ports.http) }];
  return {
    Image: IMAGE,
    Entrypoint: ["/bun", "-e", program],
    Labels: {
      ...options.labels,
      "com.docker.compose.project": project,
      "com.docker.compose.service": plan.name,
      "com.docker.compose.oneoff": "False",
      "com.docker.compose.container-number": "1",
    },
    ExposedPorts: { [port]: {} },
    HostConfig: {
      ...options.hostConfig,
      NetworkMode: network,
      PortBindings: { [port]: bindings },
    },
    NetworkingConfig: { EndpointsConfig: { [network]: { Aliases: [plan.name] } } },
  };
}
