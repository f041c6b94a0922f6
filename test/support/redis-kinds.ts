// The real Redis and the stand-in, started alike: as the subject starts them, with its redis.conf.
import { describe } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { redisWords } from "../../subjects/ratelimiter/redis/config.ts";
import { eventually } from "./eventually.ts";
import { freePort } from "./free-port.ts";
import { WireClient } from "./wire-client.ts";

export interface StartedRedis extends AsyncDisposable {
  readonly port: number;
  readonly dir: string;
  connect(): Promise<WireClient>;
  /** SIGTERM or SIGKILL, and gone when it resolves. */
  end(signal: "SIGTERM" | "SIGKILL"): Promise<void>;
  /** Again on the same port, in the same directory. */
  start(): Promise<void>;
}

export interface RedisKind {
  readonly name: "redis" | "stand-in";
  start(): Promise<StartedRedis>;
}

const PROGRAM = Bun.which("redis-server") ?? Bun.which("valkey-server");
const STAND_IN = join(import.meta.dir, "run-redis-stand-in.ts");

export const STAND_IN_KIND: RedisKind = {
  name: "stand-in",
  start: () => startKind((port, dir) => [process.execPath, STAND_IN, String(port), dir]),
};

/** Undefined where there is none. */
export const REAL_KIND: RedisKind | undefined =
  PROGRAM === null
    ? undefined
    : { name: "redis", start: () => startKind((_, dir) => [PROGRAM, join(dir, "redis.conf")]) };

/** As it says itself; empty where there is none. */
export const REAL_VERSION: string =
  PROGRAM === null
    ? ""
    : (/v=([\d.]+)/.exec(Bun.spawnSync([PROGRAM, "--version"]).stdout.toString())?.[1] ?? "");

/** The same tests for both, and for the real one a skip with its reason where there is none. */
export function forBothKinds(name: string, tests: (kind: RedisKind) => void): void {
  describe(`${name}, stand-in`, () => tests(STAND_IN_KIND));
  if (REAL_KIND) {
    const kind = REAL_KIND;
    describe(`${name}, redis`, () => tests(kind));
  } else
    describe.skip(`${name}, redis [skipped: no redis-server or valkey-server on PATH]`, () => {});
}

async function startKind(
  command: (port: number, dir: string) => readonly string[],
): Promise<StartedRedis> {
  const dir = await mkdtemp(join(tmpdir(), "redis-kind-"));
  const port = await freePort();
  const member = {
    name: "redis",
    role: "redis",
    isStandIn: false,
    ports: { client: port },
    settings: {},
  };
  const topology = { subject: "ratelimiter", timeScale: 1, members: [member], endpoints: [] };
  await redisWords({ member, topology, dataDir: dir });
  const spawn = () =>
    Bun.spawn([...command(port, dir)], { stdin: "ignore", stdout: "ignore", stderr: "inherit" });
  let child = spawn();
  const end = async (signal: NodeJS.Signals) => {
    child.kill(signal);
    await child.exited;
  };
  await untilItAnswers(port);
  return {
    port,
    dir,
    connect: () => WireClient.connect(port),
    end,
    start: async () => {
      child = spawn();
      await untilItAnswers(port);
    },
    [Symbol.asyncDispose]: async () => {
      await end("SIGKILL");
      await rm(dir, { recursive: true, force: true });
    },
  };
}

async function untilItAnswers(port: number): Promise<void> {
  await eventually(async () => {
    try {
      using client = await WireClient.connect(port);
      return (await client.askLine("PING")) === "+PONG\r\n";
    } catch {
      return false; // nobody listens yet
    }
  }, `redis on port ${port} answers`);
}
