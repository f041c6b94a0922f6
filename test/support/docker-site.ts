// A subject in containers by the executable as it is published, in a home of its own. Disposing
// takes it down, whatever state it is in.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../src/infra/clock.ts";
import { takeDown } from "../../src/runtimes/open.ts";
import { builtOperator } from "./built-operator.ts";
import { testEngine } from "./docker-engine.ts";
import { eventually } from "./eventually.ts";

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
  /** As `eventually`; a failure tells what those that go on said last. */
  eventually(condition: () => Promise<boolean> | boolean, wait: Wait): Promise<void>;
}

export interface Wait {
  readonly what: string;
  readonly withinMs?: number;
}

export interface Started {
  readonly lines: string[];
  /** By SIGKILL; resolves when it is gone. */
  kill(): Promise<unknown>;
}

const LINES_TOLD = 60;

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
  const said = new Map<string, string[]>();
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
      said.set(words, lines);
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
    async eventually(condition, { what, withinMs }) {
      try {
        await eventually(condition, what, withinMs);
      } catch (cause) {
        throw new Error(`${what}: never\n${sayLast(said)}`, { cause });
      }
    },
    async [Symbol.asyncDispose]() {
      for (const child of children) child.kill();
      await Promise.all(children.map(({ exited }) => exited));
      await takeDown({ subject, home, clock: systemClock, keepData: false });
      await rm(home, { recursive: true, force: true });
    },
  };
}

function sayLast(said: ReadonlyMap<string, readonly string[]>): string {
  return [...said]
    .map(([words, lines]) => `operator ${words}:\n${lines.slice(-LINES_TOLD).join("\n")}`)
    .join("\n");
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
