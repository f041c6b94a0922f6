// The two that are compared: our limiter as `subject up` starts it, and three processes of the peer
// before the same Redis.
import { join } from "node:path";
import { z } from "zod";
import { type BenchContext, runExecutable } from "./measure.ts";

export interface Site {
  /** Of the nodes, where they take checks. */
  readonly ports: readonly number[];
  /** Processes by what they are. */
  readonly pids: Readonly<Record<string, readonly number[]>>;
}

export interface LimiterSite extends Site, AsyncDisposable {
  readonly redisPort: number;
}

export type PeerSite = Site & AsyncDisposable;

const NODES = 3;

const statusSchema = z.object({
  members: z.array(
    z.object({ role: z.string(), pid: z.int(), ports: z.record(z.string(), z.int()) }),
  ),
});
type Member = z.infer<typeof statusSchema>["members"][number];

export async function raiseLimiter(bench: BenchContext): Promise<LimiterSite> {
  const run = async (...words: readonly string[]) => {
    const all = ["subject", ...words, "ratelimiter", "--json"];
    const env = { OPERATOR_HOME: join(bench.dir, "home") };
    const { exitCode, stdout } = await runExecutable(bench, all, env);
    if (exitCode !== 0) throw new Error(`${all.join(" ")}: exit ${exitCode}\n${stdout}`);
    return stdout;
  };
  await run("up");
  const { members } = statusSchema.parse(JSON.parse(await run("status")));
  const ofRole = (role: string) => members.filter((member) => member.role === role);
  const pidsOf = (role: string) => ofRole(role).map(({ pid }) => pid);
  return {
    ports: ofRole("limiter").map((node) => portOf(node, "api")),
    redisPort: ofRole("redis").map((redis) => portOf(redis, "client"))[0] ?? 0,
    pids: { nodes: pidsOf("limiter"), redis: pidsOf("redis"), proxy: pidsOf("proxy") },
    [Symbol.asyncDispose]: async () => {
      await run("down");
    },
  };
}

export async function startPeer(redis: Pick<LimiterSite, "redisPort" | "pids">): Promise<PeerSite> {
  const words = [process.execPath, join(import.meta.dir, "limiter-peer.ts"), `${redis.redisPort}`];
  const children = Array.from({ length: NODES }, () =>
    // In sessions of their own, as our members are: Linux shares its cores among sessions first.
    Bun.spawn(words, { stdio: ["pipe", "pipe", "inherit"], detached: true }),
  );
  return {
    ports: await Promise.all(children.map(({ stdout }) => firstNumber(stdout))),
    pids: { nodes: children.map(({ pid }) => pid), redis: redis.pids.redis ?? [] },
    [Symbol.asyncDispose]: async () => {
      for (const child of children) child.kill("SIGTERM");
      await Promise.all(children.map(({ exited }) => exited));
    },
  };
}

function portOf({ role, ports }: Member, name: string): number {
  const port = ports[name];
  if (port === undefined) throw new Error(`${role} has no ${name} port`);
  return port;
}

async function firstNumber(output: ReadableStream<Uint8Array>): Promise<number> {
  for await (const bytes of output) return Number(Buffer.from(bytes).toString());
  throw new Error("the peer ended before it served");
}
