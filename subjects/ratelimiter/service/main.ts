// One node of the limiter as a process: two HTTP ports in front of Redis. It keeps no decision of
// its own, so any number of them may stand beside each other, and any of them may die.
import { mkdir } from "node:fs/promises";
import type { Clock } from "../../../src/domain/clock.ts";
import {
  DECLARED_LIMITS,
  DECLARED_NODE_SETTINGS,
  type LimitsFile,
  type NodeSettings,
} from "../declared.ts";
import { answer } from "./answer.ts";
import { answerCheck } from "./check/answer-check.ts";
import { listen } from "./http/listen.ts";
import { giveLeaseBack, keepLease } from "./lease.ts";
import { readLimits } from "./limits-file.ts";
import type { LimiterNode, NodeBounds } from "./node.ts";
import { createNodeMetrics } from "./node-metrics.ts";
import { RedisLink } from "./redis-link.ts";
import type { Route } from "./routes.ts";
import { openSettings } from "./settings-file.ts";
import { createUsageLog } from "./usage.ts";

export interface LimiterNodeOptions {
  readonly name: string;
  readonly apiPort: number;
  readonly managePort: number;
  /** Where the api port listens; loopback when absent. */
  readonly host?: string;
  /** Where the manage port listens; loopback when absent. */
  readonly manageHost?: string;
  /** Of the api port, as others reach it; made of its host and port when absent. */
  readonly url?: string;
  readonly redis: {
    readonly host: string;
    readonly port: number;
    readonly username?: string;
    readonly password?: string;
  };
  readonly token: string;
  /** limits.json and settings.json lie here; it is made when it is missing. */
  readonly dataDir: string;
  /** Written to limits.json when there is none. */
  readonly limits?: LimitsFile;
  /** In force until settings.json says otherwise. */
  readonly settings?: NodeSettings;
  readonly bounds?: Partial<NodeBounds>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** One line, without the newline. */
  readonly log: (line: string) => void;
}

const LOOPBACK = "127.0.0.1";
const BOUNDS: NodeBounds = { checkDeadlineMs: 250, manageDeadlineMs: 1_000, waitingMax: 2_000 };
const BOOT_ID_BYTES = 6;
/** Redis and the way to it may be starting, too. */
const FIRST_CONNECTION_MS_MAX = 1_000;

/**
 * Serves until the signal aborts, then answers what is under way and resolves with 0. It waits a
 * second for Redis before it serves, and serves without it after that. Rejects with code "runtime"
 * for a taken port and "usage" for a file in `dataDir` that cannot be understood.
 */
export async function runLimiterNode(options: LimiterNodeOptions): Promise<number> {
  const { log, name } = options;
  await mkdir(options.dataDir, { recursive: true });
  using link = openLink(options);
  const node = await createNode(options, link);
  await awaitRedis(node, options.signal);
  await serveUntilTold(node, options);
  await giveLeaseBack(node);
  log(`${name} ends: told to stop`);
  return 0;
}

/** Who finds a new node serving finds it well, too, when Redis is. */
async function awaitRedis({ link, clock }: LimiterNode, signal: AbortSignal): Promise<void> {
  const waiting = new AbortController();
  const over = AbortSignal.any([signal, waiting.signal]);
  await Promise.race([link.firstConnection, clock.sleep(FIRST_CONNECTION_MS_MAX, over)]);
  waiting.abort();
}

/** Resolves when the last request under way is answered. */
async function serveUntilTold(node: LimiterNode, options: LimiterNodeOptions): Promise<void> {
  await using _api = serve(node, { on: "api", options });
  await using _manage = serve(node, { on: "manage", options });
  const { limit, window_ms } = node.limits.default;
  const rule = `${limit} in ${window_ms} ms where no limit is declared`;
  node.log(`${node.name} serves on ${node.url}: ${rule}`);
  await keepLease(node, options.signal);
}

function openLink({ redis, bounds, name, log }: LimiterNodeOptions): RedisLink {
  return new RedisLink({
    ...redis,
    connectionName: `limiter:${name}`,
    unansweredMax: bounds?.waitingMax ?? BOUNDS.waitingMax,
    onChange: (state, reason) =>
      log(`redis ${redis.host}:${redis.port} ${state}${state === "lost" ? `: ${reason}` : ""}`),
  });
}

async function createNode(options: LimiterNodeOptions, link: RedisLink): Promise<LimiterNode> {
  const { name, host = LOOPBACK, apiPort, token, dataDir, clock, log } = options;
  return {
    name,
    bootId: Buffer.from(crypto.getRandomValues(new Uint8Array(BOOT_ID_BYTES))).toString("hex"),
    startedAtMs: clock.now(),
    url: options.url ?? `http://${host}:${apiPort}`,
    token,
    bounds: { ...BOUNDS, ...options.bounds },
    limits: await readLimits(dataDir, options.limits ?? DECLARED_LIMITS),
    settings: await openSettings(dataDir, options.settings ?? DECLARED_NODE_SETTINGS),
    link,
    usage: createUsageLog(),
    metrics: createNodeMetrics(),
    clock,
    log,
  };
}

interface Served {
  readonly on: Route["on"];
  readonly options: LimiterNodeOptions;
}

function serve(node: LimiterNode, { on, options }: Served): AsyncDisposable {
  const isApi = on === "api";
  return listen({
    name: node.name,
    host: (isApi ? options.host : options.manageHost) ?? LOOPBACK,
    port: isApi ? options.apiPort : options.managePort,
    log: node.log,
    answer: (request) => answer(node, on, request),
    ...(isApi ? { shortcuts: { "/check": { POST: (ask) => answerCheck(node, ask) } } } : {}),
  });
}
