// Nodes of the limiter in the test's own process, on free ports, in front of any Redis.
// Disposing stops them and removes their directories.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../src/infra/clock.ts";
import {
  type CheckAnswer,
  healthAnswerSchema,
} from "../../subjects/ratelimiter/service/answers.ts";
import {
  type LimiterNodeOptions,
  runLimiterNode,
} from "../../subjects/ratelimiter/service/main.ts";
import { eventually } from "./eventually.ts";
import { freePort } from "./free-port.ts";

export const TOKEN = "token-of-the-test";

export interface Answered<T> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: T;
}

interface ErrorBody {
  readonly error: { readonly code: string; readonly message: string };
}

export interface TestNode extends AsyncDisposable {
  readonly name: string;
  readonly apiPort: number;
  readonly managePort: number;
  readonly dataDir: string;
  readonly lines: readonly string[];
  check(ask: unknown): Promise<Answered<CheckAnswer & Partial<ErrorBody>>>;
  /** With the token. `T` is what the test expects. */
  manage<T>(path: string, init?: { method?: string; body?: unknown }): Promise<Answered<T>>;
  /** The value of one metric, labels and all as they stand on the line; 0 when it is not there. */
  metric(line: string): Promise<number>;
  /** Ends it as SIGTERM would; resolves with the exit code. */
  stop(): Promise<number>;
}

type Given = Partial<LimiterNodeOptions> & { readonly redisPort: number };

/** Resolves when the node is connected, unless `waitForRedis` is false. */
export async function startNode(given: Given, waitForRedis = true): Promise<TestNode> {
  const { redisPort, ...options } = given;
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), "limiter-")));
  const [apiPort, managePort] = [options.apiPort ?? (await freePort()), await freePort()];
  const stopping = new AbortController();
  const lines: string[] = [];
  const ended = runLimiterNode({
    name: "node1",
    token: TOKEN,
    clock: systemClock,
    redis: { host: "127.0.0.1", port: redisPort },
    ...options,
    apiPort,
    managePort,
    dataDir,
    signal: stopping.signal,
    log: (line) => lines.push(line),
  });
  const manageUrl = `http://127.0.0.1:${managePort}`;
  const node: TestNode = {
    name: options.name ?? "node1",
    apiPort,
    managePort,
    dataDir,
    lines,
    check: (ask) => postCheck(apiPort, ask),
    manage: async (path, { method = "GET", body } = {}) =>
      readAnswer(
        await fetch(`${manageUrl}${path}`, {
          method,
          headers: { authorization: `Bearer ${TOKEN}`, "content-type": "application/json" },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        }),
      ),
    metric: async (line) => {
      const page = await (await fetch(`${manageUrl}/metrics`)).text();
      const found = page.split("\n").find((candidate) => candidate.startsWith(`${line} `));
      return Number(found?.slice(line.length) ?? 0);
    },
    stop: () => {
      stopping.abort("told to");
      return ended;
    },
    [Symbol.asyncDispose]: async () => {
      stopping.abort("the test is over");
      await ended;
      if (options.dataDir === undefined) await rm(dataDir, { recursive: true, force: true });
    },
  };
  await Promise.race([ended, eventually(() => isUp(node, waitForRedis), "the node is up")]);
  return node;
}

async function isUp(node: TestNode, waitForRedis: boolean): Promise<boolean> {
  const answer = await fetch(`http://127.0.0.1:${node.managePort}/health`).catch(() => undefined);
  if (answer === undefined) return false;
  const health = healthAnswerSchema.parse(await answer.json());
  return !waitForRedis || health.redis.state === "ok";
}

export async function postCheck(
  port: number,
  ask: unknown,
): Promise<Answered<CheckAnswer & Partial<ErrorBody>>> {
  const answer = await fetch(`http://127.0.0.1:${port}/check`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: typeof ask === "string" ? ask : JSON.stringify(ask),
  });
  return readAnswer(answer);
}

async function readAnswer<T>(answer: Response): Promise<Answered<T>> {
  const body: T = JSON.parse(await answer.text());
  return { status: answer.status, headers: answer.headers, body };
}
