// The whole limiter as processes in a home of its own, on a real Redis.
import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import type { z } from "zod";
import type { Json } from "../../src/domain/json.ts";
import type { Runtime } from "../../src/domain/runtime.ts";
import type { Topology } from "../../src/domain/subject.ts";
import { systemClock as clock } from "../../src/infra/clock.ts";
import { downLocal } from "../../src/runtimes/local/down.ts";
import { openLocalRuntime } from "../../src/runtimes/local/open.ts";
import { upLocal } from "../../src/runtimes/local/up.ts";
import { callControl } from "../../subjects/ratelimiter/change/control.ts";
import { ratelimiter } from "../../subjects/ratelimiter/definition.ts";
import { type Site, siteOf } from "../../subjects/ratelimiter/observe/site.ts";
import { checkAnswerSchema } from "../../subjects/ratelimiter/service/answers.ts";

const signal = new AbortController().signal;

export interface LiveLimiter extends AsyncDisposable {
  readonly home: string;
  readonly topology: Topology;
  readonly runtime: Runtime;
  readonly site: Site;
  /** One command on a connection of its own; rejects with Redis's words. */
  redis(...words: readonly [string, ...(string | number)[]]): Promise<unknown>;
  /** Of a control or manage port, by the name of its member; GET when no method is given. */
  ask<S extends z.ZodType>(member: string, call: ControlWords<S>): Promise<z.infer<S>>;
  /** One check at a node: the status, and the answer when it was decided. */
  check(node: string, key: string): Promise<Checked>;
}

export interface ControlWords<S extends z.ZodType> {
  readonly path: string;
  readonly schema: S;
  readonly method?: "PUT" | "POST" | "DELETE";
  readonly body?: Json;
}

export interface Checked {
  readonly status: number;
  readonly allowed: boolean | undefined;
  readonly decidedBy: "redis" | "fail_open" | undefined;
}

export async function startLiveLimiter(): Promise<LiveLimiter> {
  const home = await realpath(await mkdtemp(join(tmpdir(), "operator-limiter-")));
  const self = [process.execPath, join(import.meta.dir, "../../src/main.ts")];
  const options = { definition: ratelimiter, home, self, clock };
  const topology = await upLocal({ ...options, timeScale: 1, signal });
  const opened = await openLocalRuntime(options);
  if (!opened) throw new Error("the limiter is not up");
  const site = siteOf(topology);
  return {
    home,
    topology,
    runtime: opened.runtime,
    site,
    redis: (...words) => callRedis(site, words),
    ask: (member, { path, ...call }) => {
      const url = `${controlUrlOf(topology, member)}${path}`;
      return callControl({ site, doing: "test", url, signal, ...call });
    },
    check: (node, key) => checkAt(site, { node, key }),
    async [Symbol.asyncDispose]() {
      await downLocal({ subject: ratelimiter.name, home, clock });
      await rm(home, { recursive: true, force: true });
    },
  };
}

async function callRedis(
  { redis: place }: Site,
  [name, ...words]: readonly [string, ...(string | number)[]],
): Promise<unknown> {
  const redis = new Redis(place?.url ?? "", {
    lazyConnect: true,
    retryStrategy: () => null,
    enableReadyCheck: false,
    maxRetriesPerRequest: 0,
    commandTimeout: 5_000,
  });
  let trouble: unknown;
  redis.on("error", (error) => {
    trouble = error;
  });
  try {
    await redis.connect();
    return await redis.call(name, ...words);
  } catch (error) {
    throw error instanceof Error && error.name === "ReplyError" ? error : (trouble ?? error);
  } finally {
    redis.disconnect();
  }
}

function controlUrlOf({ members }: Topology, name: string): string {
  const member = members.find((candidate) => candidate.name === name);
  return `http://127.0.0.1:${member?.ports.manage ?? member?.ports.control}`;
}

async function checkAt(
  { nodes }: Site,
  { node, key }: { readonly node: string; readonly key: string },
): Promise<Checked> {
  const apiUrl = nodes.find(({ name }) => name === node)?.apiUrl;
  const answer = await fetch(`${apiUrl}/check`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ key }),
    signal: AbortSignal.timeout(2_000),
  });
  const { data } = checkAnswerSchema.safeParse(await answer.json());
  return { status: answer.status, allowed: data?.allowed, decidedBy: data?.decided_by };
}
