// A real Redis for a test: the program on PATH, on a free port, in a directory of its own.
// Never the one on 6379. Disposing ends it, whatever state it is in, and removes the directory.
import { describe } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eventually } from "./eventually.ts";
import { freePort } from "./free-port.ts";

const PROGRAM = Bun.which("redis-server") ?? Bun.which("valkey-server");

/** False: tests that need it are skipped, and say why in their names. */
export const hasRedis: boolean = PROGRAM !== null;

export function withRedis(name: string, tests: () => void): void {
  if (hasRedis) describe(name, tests);
  else describe.skip(`${name} [skipped: no redis-server or valkey-server on PATH]`, tests);
}

export interface RealRedis extends AsyncDisposable {
  readonly port: number;
  /** Of the running program; a restart changes it. */
  readonly pid: number;
  readonly dir: string;
  /** One command by redis-cli's grammar of words; its answer as text, errors included. */
  call(...words: readonly string[]): Promise<string>;
  /** SIGKILL, and gone when it resolves. */
  kill(): Promise<void>;
  /** Starts it again on the same port, in the same directory. */
  start(): Promise<void>;
  pause(): void;
  resume(): void;
}

/** `settings` go on the command line: `{ maxmemory: "2mb" }`. Persistence is off unless named. */
export async function startRedis(
  settings: Readonly<Record<string, string>> = {},
): Promise<RealRedis> {
  if (PROGRAM === null) throw new Error("neither redis-server nor valkey-server is on PATH");
  const dir = await mkdtemp(join(tmpdir(), "real-redis-"));
  const port = await freePort();
  const words = settingWords({ save: "", appendonly: "no", ...settings });
  const base = [PROGRAM, "--bind", "127.0.0.1", "--port", String(port), "--dir", dir];
  let child = spawn([...base, ...words]);
  const redis: RealRedis = {
    port,
    dir,
    get pid() {
      return child.pid;
    },
    call: (...commandWords) => callRedis(port, commandWords),
    kill: async () => {
      child.kill("SIGKILL");
      await child.exited;
    },
    start: async () => {
      child = spawn([...base, ...words]);
      await untilItAnswers(port);
    },
    pause: () => child.kill("SIGSTOP"),
    resume: () => child.kill("SIGCONT"),
    [Symbol.asyncDispose]: async () => {
      child.kill("SIGKILL");
      await child.exited;
      await rm(dir, { recursive: true, force: true });
    },
  };
  await untilItAnswers(port);
  return redis;
}

function settingWords(settings: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
}

function spawn(command: readonly string[]) {
  return Bun.spawn([...command], { stdin: "ignore", stdout: "ignore", stderr: "ignore" });
}

async function untilItAnswers(port: number): Promise<void> {
  await eventually(
    async () => (await callRedis(port, ["PING"]).catch(() => "")) === "PONG",
    `redis on port ${port} answers`,
  );
}

/** A connection of its own per call: simple, and met by no state of another. */
async function callRedis(port: number, words: readonly string[]): Promise<string> {
  const child = Bun.spawn(["redis-cli", "-p", String(port), "--raw", ...words], {
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  const [out, err] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  if (child.exitCode !== 0) throw new Error(`redis-cli ${words.join(" ")}: ${out}${err}`);
  return out.trimEnd();
}
