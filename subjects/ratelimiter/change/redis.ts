// Changes made in Redis itself: by actions, which repair, and by faults, which break. Each has a
// connection of its own, so that it is in nobody's way and leaves nothing behind.
import { Redis } from "ioredis";
import type { Clock } from "../../../src/domain/clock.ts";
import { messageOf, OperatorError } from "../../../src/domain/errors.ts";
import type { Site } from "../observe/site.ts";

export interface RedisVisit {
  readonly site: Pick<Site, "redis">;
  /** For the error: "inject counter_drift". */
  readonly doing: string;
  readonly signal: AbortSignal;
}

const CONNECT_MS_MAX = 2_000;
/** A script or a save may hold Redis up for a second or two. */
const ANSWER_MS_MAX = 5_000;
const SAVE_MS_MAX = 5_000;
const SAVE_POLL_MS = 50;

/** Rejects with code "subject" and Redis's words when it refuses or is not there. */
export async function withRedis<T>(
  { site, doing, signal }: RedisVisit,
  work: (redis: Redis) => Promise<T>,
): Promise<T> {
  if (!site.redis) throw new OperatorError("subject", `${doing}: nobody named its Redis`);
  const { url, address } = site.redis;
  const redis = dial(url);
  let trouble: Error | undefined;
  redis.on("error", (error) => {
    trouble = error;
  });
  const leave = () => redis.disconnect();
  signal.addEventListener("abort", leave, { once: true });
  try {
    await redis.connect();
    return await work(redis);
  } catch (error) {
    const isReply = error instanceof Error && error.name === "ReplyError";
    const cause = isReply ? error : (trouble ?? error);
    throw new OperatorError("subject", `${doing}: redis ${address}: ${messageOf(cause)}`, {
      cause,
    });
  } finally {
    signal.removeEventListener("abort", leave);
    redis.disconnect();
  }
}

/** Without the ready check: what answers BUSY to everything else still takes SCRIPT KILL. */
function dial(url: string): Redis {
  return new Redis(url, {
    lazyConnect: true,
    retryStrategy: () => null,
    enableReadyCheck: false,
    disableClientInfo: true,
    maxRetriesPerRequest: 0,
    connectTimeout: CONNECT_MS_MAX,
    commandTimeout: ANSWER_MS_MAX,
  });
}

/** On disk now, so that it outlives even a Redis that is killed. */
export async function saveNow(redis: Redis, clock: Clock): Promise<void> {
  const endsAtMs = clock.elapsed() + SAVE_MS_MAX;
  for (;;) {
    try {
      await redis.save();
      return;
    } catch (error) {
      // Its own save may be under way.
      const isSaving = /in progress/.test(messageOf(error));
      if (!isSaving || clock.elapsed() > endsAtMs) throw error;
      await clock.sleep(SAVE_POLL_MS);
    }
  }
}

/**
 * As Redis would by its save points, and at once. Where it has none, or keeps a log as well, no
 * dump is written: it may hold what memory does not.
 */
export async function saveIfMeant(redis: Redis, clock: Clock): Promise<void> {
  const { save, appendonly } = await readSaving(redis);
  if (save !== "" && appendonly === "no") await saveNow(redis, clock);
}

/** What is in force: save points, and whether there is an append-only file. */
export async function readSaving(
  redis: Redis,
): Promise<{ readonly save: string; readonly appendonly: string }> {
  return {
    save: await readSetting(redis, "save"),
    appendonly: await readSetting(redis, "appendonly"),
  };
}

async function readSetting(redis: Redis, name: string): Promise<string> {
  const pair = await redis.config("GET", name);
  return Array.isArray(pair) ? String(pair[1]) : "";
}

/** By Redis's clock, in microseconds. */
export async function nowUs(redis: Redis): Promise<number> {
  const [seconds, micros] = await redis.time();
  return Number(seconds) * 1_000_000 + Number(micros);
}
