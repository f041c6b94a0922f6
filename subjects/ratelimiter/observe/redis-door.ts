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

/** A PING this slow may have waited for our own crowd of questions: it is asked once more. */
const ASK_AGAIN_FROM_MS = 100;
/** A refusal is written as soon as the connection is made. */
const REFUSAL_MS_MAX = 100;

export function createRedisDoor(site: RedisSite): RedisDoor {
  let kept: Redis | undefined;
  return {
    knock: async (context) => {
      const dialled = dial(site, context);
      const { connection } = dialled;
      const { liveness, pingMs } = await ping(dialled, { site, context });
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

/** One new connection and what became of it. */
interface Dialled {
  readonly connection: Redis;
  /** TCP stands, whatever came after. */
  readonly isConnected: () => boolean;
  /** What the connection itself complained of; a command knows only that it is closed. */
  readonly complaint: () => Error | undefined;
}

function dial({ url }: RedisSite, context: LookContext): Dialled {
  const deadlineMs = msLeft(context);
  const connection = new Redis(url, {
    lazyConnect: true,
    // Nothing is sent but what we ask: without a handshake the first answer is that to our PING.
    protocol: 2,
    disableClientInfo: true,
    enableReadyCheck: false,
    enableOfflineQueue: false,
    retryStrategy: () => null,
    maxRetriesPerRequest: 0,
    connectTimeout: deadlineMs,
    commandTimeout: deadlineMs,
  });
  let isConnected = false;
  let complaint: Error | undefined;
  connection.once("connect", () => {
    isConnected = true;
  });
  connection.on("error", (error: Error) => {
    complaint = error;
  });
  return { connection, isConnected: () => isConnected, complaint: () => complaint };
}

interface Visit {
  readonly site: RedisSite;
  readonly context: LookContext;
}

async function ping(
  dialled: Dialled,
  { site, context }: Visit,
): Promise<Omit<Knock, "connection">> {
  const { clock, signal } = context;
  const startedMs = performance.now();
  const end = await Promise.race([greet(dialled), lateEnd(context)]);
  const durationMs = performance.now() - startedMs;
  const atMs = clock.now();
  if (signal.aborted) {
    const failed = { state: "failed", reason: "told to stop", atMs } as const;
    return { liveness: failed, pingMs: failed };
  }
  const value = await livenessOf(end, { site, dialled });
  const liveness = { state: "read", value, atMs } as const;
  if (value.state !== "answers") {
    return { liveness, pingMs: { state: "failed", reason: value.reason, atMs } };
  }
  // A kept connection must not keep the process.
  dialled.connection.stream.unref?.();
  const pingMs = await bestOfTwo(dialled, { firstMs: durationMs, context });
  return { liveness, pingMs: { state: "read", value: pingMs, atMs } };
}

async function bestOfTwo(
  { connection }: Dialled,
  { firstMs, context }: { readonly firstMs: number; readonly context: LookContext },
): Promise<number> {
  if (firstMs < ASK_AGAIN_FROM_MS) return firstMs;
  const startedMs = performance.now();
  const again = connection.ping().then(
    () => performance.now() - startedMs,
    () => firstMs,
  );
  const secondMs = await Promise.race([again, lateEnd(context).then(() => firstMs)]);
  return Math.min(firstMs, secondMs);
}

type End =
  | { readonly type: "answered" }
  | { readonly type: "late" }
  | { readonly type: "failed"; readonly error: unknown };

async function greet({ connection }: Dialled): Promise<End> {
  try {
    await connection.connect();
    await connection.ping();
    return { type: "answered" };
  } catch (error) {
    return { type: "failed", error };
  }
}

async function lateEnd(context: LookContext): Promise<End> {
  await context.clock.sleep(msLeft(context), context.signal);
  return { type: "late" };
}

async function livenessOf(
  end: End,
  { site, dialled }: { readonly site: RedisSite; readonly dialled: Dialled },
): Promise<RedisLiveness> {
  if (end.type === "answered") return { state: "answers" };
  const error = end.type === "failed" ? (dialled.complaint() ?? end.error) : undefined;
  if (isReply(error)) return refusalOf(excerpt(messageOf(error)));
  if (!dialled.isConnected()) {
    const reason = error === undefined ? "no connection in time" : excerpt(messageOf(error));
    return { state: "unreachable", reason };
  }
  if (error === undefined || messageOf(error) === "Command timed out") {
    return { state: "silent", reason: "it takes the connection and does not answer a PING" };
  }
  // The words of a refusal are lost when the connection is closed before our PING is out.
  const words = await listen(site);
  if (words !== "") return refusalOf(words.replace(/^-/, ""));
  return { state: "unreachable", reason: excerpt(messageOf(error)) };
}

function isReply(error: unknown): boolean {
  return error instanceof Error && error.name === "ReplyError";
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
