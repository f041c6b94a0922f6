// Operator itself in containers, as docker/compose.yaml has it, beside a subject in containers.
import { statSync } from "node:fs";
import { join } from "node:path";
import type Docker from "dockerode";
import { findCompose } from "../../src/runtimes/docker/compose.ts";
import { joinFrames } from "../../src/runtimes/docker/logs.ts";
import { testEngine } from "./docker-engine.ts";
import { dockerfileImage } from "./docker-file.ts";
import type { Ended } from "./docker-site.ts";

const FILE = join(import.meta.dir, "..", "..", "docker", "compose.yaml");

export interface OperatorSite extends AsyncDisposable {
  container(service: string): Promise<Docker.Container>;
  /** Runs operator itself in a service's container, with that service's environment. */
  run(service: string, words: string): Promise<Ended>;
  /** The same for any program that is there. */
  exec(service: string, argv: readonly string[]): Promise<Ended>;
  /** What a service has printed. */
  linesOf(service: string): Promise<readonly string[]>;
}

export interface OperatorSiteOptions {
  readonly subject: string;
  /** Of the subject, as compose names it; ours is named after it. */
  readonly project: string;
  /** More variables of the file. */
  readonly env?: Readonly<Record<string, string>>;
}

export async function openOperatorSite(options: OperatorSiteOptions): Promise<OperatorSite> {
  const { subject, project, env = {} } = options;
  const { client, host } = await testEngine();
  const socket = host.replace("unix://", "");
  const ours = `operator-${project}`;
  const compose = async (...words: string[]) => {
    const tool = await findCompose(process.env);
    const child = Bun.spawn([...tool, "--project-name", ours, "--file", FILE, ...words], {
      env: {
        ...{ PATH: process.env.PATH, HOME: process.env.HOME, DOCKER_HOST: host },
        OPERATOR_PROJECT: project,
        OPERATOR_SUBJECT: subject,
        OPERATOR_IMAGE_OPERATOR: await dockerfileImage(),
        OPERATOR_DOCKER_SOCKET: socket,
        OPERATOR_DOCKER_GID: String(statSync(socket).gid),
        ...env,
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const [out, error] = await Promise.all([child.stdout.text(), child.stderr.text()]);
    if ((await child.exited) !== 0)
      throw new Error(`${tool.join(" ")} ${words.join(" ")}: ${out}${error}`);
  };
  await compose("up", "--detach");
  const container = async (service: string) => {
    const label = [`com.docker.compose.project=${ours}`, `com.docker.compose.service=${service}`];
    const [found] = await client.listContainers({ all: true, filters: { label } });
    return client.getContainer(found?.Id ?? service);
  };
  const exec = async (service: string, argv: readonly string[]) =>
    execIn(await container(service), argv);
  return {
    container,
    exec,
    run: (service, words) => exec(service, ["/usr/local/bin/operator", ...words.split(" ")]),
    async linesOf(service) {
      const logs: unknown = await (await container(service)).logs({ stdout: true, stderr: true });
      return textOf(logs).split("\n");
    },
    [Symbol.asyncDispose]: () => compose("down", "--volumes", "--timeout", "5"),
  };
}

async function execIn(container: Docker.Container, argv: readonly string[]): Promise<Ended> {
  const exec = await container.exec({ Cmd: [...argv], AttachStdout: true, AttachStderr: true });
  const stream = await exec.start({});
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(Buffer.from(chunk));
  const { ExitCode } = await exec.inspect();
  return { lines: textOf(Buffer.concat(chunks)).trim().split("\n"), code: ExitCode ?? -1 };
}

function textOf(frames: unknown): string {
  return frames instanceof Uint8Array ? new TextDecoder().decode(joinFrames(frames)) : "";
}
