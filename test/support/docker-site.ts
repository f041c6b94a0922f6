// A subject in containers by the executable as it is published, in a home of its own. Disposing
// takes it down, whatever state it is in.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../src/infra/clock.ts";
import { takeDown } from "../../src/runtimes/open.ts";
import { builtOperator } from "./built-operator.ts";
import { testEngine } from "./docker-engine.ts";

export interface Ended {
  readonly lines: readonly string[];
  readonly code: number;
}

export interface DockerSite extends AsyncDisposable {
  readonly home: string;
  /** The lines of a command that has ended, and its exit code. */
  run(words: string, more?: Record<string, string>): Promise<Ended>;
  /** The lines of one that goes on, as they come; it ends with the site. */
  start(words: string): Started;
}

export interface Started {
  readonly lines: string[];
  /** By SIGKILL; resolves when it is gone. */
  kill(): Promise<unknown>;
}

/** `images` go into the environment of every command; nothing is started yet. */
export async function openDockerSite(
  subject: string,
  images: Readonly<Record<string, string>>,
): Promise<DockerSite> {
  const home = await mkdtemp(join(tmpdir(), "operator-home-"));
  const binary = await builtOperator();
  const { host } = await testEngine();
  const { PATH } = process.env;
  const env = { PATH, HOME: home, OPERATOR_HOME: home, DOCKER_HOST: host, ...images };
  const children: Bun.ReadableSubprocess[] = [];
  const spawn = (words: string, more = {}) =>
    Bun.spawn([binary, ...words.split(" ")], {
      env: { ...env, ...more },
      stdio: ["ignore", "pipe", "pipe"],
    });
  return {
    home,
    async run(words, more) {
      const child = spawn(words, more);
      const [out, error] = await Promise.all([child.stdout.text(), child.stderr.text()]);
      return { lines: `${out}${error}`.trim().split("\n"), code: await child.exited };
    },
    start(words) {
      const child = spawn(words);
      children.push(child);
      const lines: string[] = [];
      void child.stdout.pipeTo(
        new WritableStream({
          write: (bytes) => void lines.push(...new TextDecoder().decode(bytes).split("\n")),
        }),
      );
      return {
        lines,
        kill() {
          child.kill("SIGKILL");
          return child.exited;
        },
      };
    },
    async [Symbol.asyncDispose]() {
      for (const child of children) child.kill();
      await Promise.all(children.map(({ exited }) => exited));
      await takeDown({ subject, home, clock: systemClock, keepData: false });
      await rm(home, { recursive: true, force: true });
    },
  };
}

/** What of the engine carries the label of a project: containers, networks, volumes. */
export async function countLeft(): Promise<readonly number[]> {
  const { client } = await testEngine();
  const filters = { label: ["com.docker.compose.project"] };
  const [containers, networks, { Volumes }] = await Promise.all([
    client.listContainers({ all: true, filters }),
    client.listNetworks({ filters }),
    client.listVolumes({ filters }),
  ]);
  return [containers.length, networks.length, Volumes?.length ?? 0];
}
