// Demos in containers, by the executable as it is published, with a temporary directory of their
// own: what one of them leaves there another one finds.
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { builtOperator } from "./built-operator.ts";
import { testEngine } from "./docker-engine.ts";

export interface DemoRoom extends AsyncDisposable {
  /** Until it has ended. */
  play(words: string): Promise<Played>;
  start(words: string): StartedDemo;
  /** Homes of demos. */
  homes(): Promise<readonly string[]>;
}

export interface Played {
  readonly code: number;
  /** All that it said, for whoever wonders. */
  readonly text: string;
  /** The last text of each step. */
  readonly steps: Readonly<Record<string, string>>;
  readonly summary: Readonly<Record<string, unknown>>;
}

export interface StartedDemo {
  /** Of stdout, so far. */
  text(): string;
  /** Resolves with its exit code. */
  end(signal: NodeJS.Signals): Promise<number>;
}

export async function openDemoRoom(images: Readonly<Record<string, string>>): Promise<DemoRoom> {
  const dir = await mkdtemp(join(tmpdir(), "operator-demo-room-"));
  const binary = await builtOperator();
  const { host } = await testEngine();
  // A project that a person has named is not the demo's.
  const own = {
    TMPDIR: dir,
    HOME: dir,
    OPERATOR_HOME: join(dir, "home"),
    OPERATOR_PROJECT: "other",
  };
  const env = { PATH: process.env.PATH, DOCKER_HOST: host, ...own, ...images };
  const children: Bun.ReadableSubprocess[] = [];
  const spawn = (words: string) => {
    const stdio = ["ignore", "pipe", "pipe"] satisfies ["ignore", "pipe", "pipe"];
    const child = Bun.spawn([binary, ...words.split(" ")], { env, stdio });
    children.push(child);
    return child;
  };
  return {
    async play(words) {
      const child = spawn(words);
      const text = await child.stdout.text();
      return { code: await child.exited, text, ...eventsIn(text) };
    },
    start(words) {
      const child = spawn(words);
      let text = "";
      const take = (bytes: Uint8Array) => {
        text += new TextDecoder().decode(bytes);
      };
      void child.stdout.pipeTo(new WritableStream({ write: take }));
      return {
        text: () => text,
        end(signal) {
          child.kill(signal);
          return child.exited;
        },
      };
    },
    async homes() {
      return (await readdir(dir)).filter((name) => /^operator-demo-[^/]+$/.test(name));
    },
    async [Symbol.asyncDispose]() {
      for (const child of children) child.kill();
      await Promise.all(children.map(({ exited }) => exited));
      await rm(dir, { recursive: true, force: true });
    },
  };
}

function eventsIn(text: string): Pick<Played, "steps" | "summary"> {
  const lines = text.split("\n").filter((line) => line.startsWith("{"));
  const events = lines.map((line) => JSON.parse(line));
  const steps = events.filter(({ type }) => type === "step");
  return {
    steps: Object.fromEntries(steps.map(({ step, text: said }) => [step, said])),
    summary: events.find(({ type }) => type === "summary") ?? {},
  };
}
