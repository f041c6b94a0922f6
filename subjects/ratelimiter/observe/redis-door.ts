// The way in to Redis. Every look knocks with a new connection, as a client would, and so finds out
// when no more are let in; the one of the look before is kept, and sees on in that case.
import { connect } from "node:net";
import { Redis } from "ioredis";
import { messageOf } from "../../../src/domain/errors.ts";
import type { Reading } from "../../../src/domain/observation.ts";
import type { RedisLiveness, RedisRefusal } from "../observation.ts";
import { excerpt, type LookContext, msLeft } from "./probe.ts";
import type { RedisSite } from "./site.ts";

export interface Knock {
  readonly liveness: Reading<RedisLiveness>;
  readonly pingMs: Reading<number>;
  /** To read on with; absent when there is none that may work. */
  readonly connection: Redis | undefined;
}

export interface RedisDoor {
  /** Never rejects. */
  knock(context: LookContext): Promise<Knock>;
}

/** A refusal is written as soon as the connection is made. */
const REFUSAL_MS_MAX = 100;

export function createRedisDoor(site: RedisSite): RedisDoor {
  let kept: Redis | undefined;
  return {
    knock: async (context) => {
      const connection = dial(site, context);
      const { liveness, pingMs } = await ping(connection, { site, context });
      const isIn = liveness.state === "read" && liveness.value.state === "answers";
      if (isIn) kept?.disconnect();
      else connection.disconnect();
      if (isIn) kept = connection;
      return { liveness, pingMs, connection: isMeant(liveness) ? kept : undefined };
    },
  };
}

/** Whoever is let in no more may still read where it is in already; all else concerns everybody. */
function isMeant(liveness: Reading<RedisLiveness>): boolean {
  if (liveness.state === "failed") return false;
  const { value } = liveness;
  return value.state === "answers" || (value.state === "refusing" && value.kind === "max_clients");
}

function dial({ url }: RedisSite, context: LookContext): Redis {
  const deadlineMs = msLeft(context);
  const connection = new Redis(url, {
    lazyConnect: true,
    retryStrategy: () => null,
    enableOfflineQueue: false,
    enableReadyCheck: false,
    disableClientInfo: true,
    maxRetriesPerRequest: 0,
    connectTimeout: deadlineMs,
    commandTimeout: deadlineMs,
  });
  // What went wrong is told by the command that failed.
  connection.on("error", () => {});
  return connection;
}

interface Visit {
  readonly site: RedisSite;
  readonly context: LookContext;
}

async function ping(connection: Redis, visit: Visit): Promise<Omit<Knock, "connection">> {
  const { clock } = visit.context;
  const startedMs = performance.now();
  const reached = await attempt(() => connection.connect());
  const answer = reached.isDone ? await attempt(() => connection.ping()) : reached;
  const value = await readAnswer(answer, { ...visit, isConnected: reached.isDone });
  const atMs = clock.now();
  if (value === undefined) {
    const failed = { state: "failed", reason: "told to stop", atMs } as const;
    return { liveness: failed, pingMs: failed };
  }
  const pingMs: Reading<number> =
    value.state === "answers"
      ? { state: "read", value: performance.now() - startedMs, atMs }
      : { state: "failed", reason: value.reason, atMs };
  // A kept connection must not keep the process.
  if (value.state === "answers") connection.stream.unref?.();
  return { liveness: { state: "read", value, atMs }, pingMs };
}

type Attempt =
  | { readonly isDone: true }
  | { readonly isDone: false; readonly isReply: boolean; readonly reason: string };

async function attempt(run: () => Promise<unknown>): Promise<Attempt> {
  try {
    await run();
    return { isDone: true };
  } catch (error) {
    const isReply = error instanceof Error && error.name === "ReplyError";
    return { isDone: false, isReply, reason: excerpt(messageOf(error)) };
  }
}

/** Undefined when it was us who stopped. */
async function readAnswer(
  answer: Attempt,
  { isConnected, site, context }: Visit & { readonly isConnected: boolean },
): Promise<RedisLiveness | undefined> {
  if (answer.isDone) return { state: "answers" };
  if (context.signal.aborted) return undefined;
  const { reason, isReply } = answer;
  if (isReply) return refusalOf(reason);
  if (isConnected && reason === "Command timed out") {
    return { state: "silent", reason: "it takes the connection and does not answer a PING" };
  }
  // The words of a refusal are lost when the connection is closed before our PING is out.
  const words = isConnected ? await listen(site) : "";
  return words === "" ? { state: "unreachable", reason } : refusalOf(words.replace(/^-/, ""));
}

/** It answers, if only to say that its disk fails: that is another matter. */
function refusalOf(reason: string): RedisLiveness {
  if (/^(MISCONF|MASTERDOWN)/.test(reason)) return { state: "answers" };
  return { state: "refusing", kind: kindOf(reason), reason };
}

function kindOf(reason: string): RedisRefusal {
  if (reason.startsWith("BUSY")) return "busy";
  if (reason.startsWith("LOADING")) return "loading";
  if (/max number of clients/.test(reason)) return "max_clients";
  return /^(NOAUTH|WRONGPASS|NOPERM)/.test(reason) ? "auth" : "other";
}

/** What Redis says unasked to a new connection; empty when it says nothing. */
function listen({ address }: RedisSite): Promise<string> {
  const { hostname: host, port } = new URL(`redis://${address}`);
  const { promise, resolve } = Promise.withResolvers<string>();
  const socket = connect({ host, port: Number(port) });
  socket.setTimeout(REFUSAL_MS_MAX, () => resolve(""));
  socket.once("data", (bytes) => resolve(excerpt(bytes.toString())));
  socket.once("error", () => resolve(""));
  socket.once("close", () => resolve(""));
  return promise.finally(() => socket.destroy());
}
