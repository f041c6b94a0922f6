// What Redis says of itself: one batch on one connection, whose size the number of keys does not
// change.
import type { Redis } from "ioredis";
import { messageOf } from "../../../src/domain/errors.ts";
import type { Reading } from "../../../src/domain/observation.ts";
import { DECLARED_REDIS_SETTINGS } from "../declared.ts";
import type { ClientScan, RedisSighting } from "../observation.ts";
import { excerpt, type LookContext, msLeft } from "./probe.ts";
import { groupClients, parseInfo, parseSlowLog } from "./redis-text.ts";

/** Shown in CLIENT LIST, so that nobody takes us for a stranger. */
const CLIENT_NAME = "operator";
/** A line of CLIENT LIST is about 300 bytes. */
const LISTED_CLIENTS_MAX = 2_000;
const SLOW_ENTRIES = "32";

export type RedisWord = Pick<
  RedisSighting,
  "info" | "settings" | "clients" | "slow" | "clockOffsetMs"
> & {
  /** Redis's clock when it answered. */
  readonly nowUs: Reading<number>;
};

/** Never rejects. Every part is failed when there is no connection. */
export async function askRedis(
  context: LookContext,
  connection: Redis | undefined,
): Promise<RedisWord> {
  const sentAtMs = context.clock.now();
  const batch = await readRedis(context, connection, async (redis) => ({
    answers: await sendAll(redis, COMMANDS),
    sentAtMs,
    atMs: context.clock.now(),
  }));
  const part = <T>(parse: (batch: Batch) => T) => parsePart(batch, parse);
  const info = part(({ answers }) => parseInfo(textAt(answers, INFO_INDEX)));
  return {
    info,
    nowUs: part(({ answers }) => timeAt(answers)),
    clockOffsetMs: part(({ answers, ...times }) =>
      Math.round(timeAt(answers) / 1000 - (times.sentAtMs + times.atMs) / 2),
    ),
    settings: part(({ answers }) => settingsIn(answers)),
    slow: part(({ answers }) =>
      parseSlowLog(listAt(answers, SLOW_INDEX), Math.floor(timeAt(answers) / 1_000_000)),
    ),
    clients: await askClients(context, { connection, info }),
  };
}

/** Whatever the connection does, within the look. */
export async function readRedis<T>(
  context: LookContext,
  connection: Redis | undefined,
  read: (redis: Redis) => Promise<T>,
): Promise<Reading<T>> {
  const { clock, signal } = context;
  const fail = (reason: string): Reading<T> => ({ state: "failed", reason, atMs: clock.now() });
  if (!connection) return fail("no connection to Redis");
  const ending = new AbortController();
  const bound = AbortSignal.any([signal, ending.signal]);
  try {
    const late = clock
      .sleep(msLeft(context), bound)
      .then(() => fail("Redis did not answer in time"));
    const value = read(connection).then(
      (found): Reading<T> => ({ state: "read", value: found, atMs: clock.now() }),
    );
    return await Promise.race([value, late]);
  } catch (error) {
    return fail(excerpt(messageOf(error)));
  } finally {
    ending.abort();
  }
}

/** One round trip; each answer in its place, an Error where Redis answers with one. */
export async function sendAll(
  redis: Redis,
  commands: readonly (readonly string[])[],
): Promise<readonly unknown[]> {
  if (commands.length === 0) return [];
  const batch = redis.pipeline();
  for (const [name = "", ...words] of commands) batch.call(name, ...words);
  const answers = (await batch.exec()) ?? [];
  return answers.map(([error, value]) => error ?? value);
}

interface Batch {
  readonly answers: readonly unknown[];
  readonly sentAtMs: number;
  readonly atMs: number;
}

const SETTING_NAMES = Object.keys(DECLARED_REDIS_SETTINGS);
const TIME_INDEX = 0;
const INFO_INDEX = 1;
const SLOW_INDEX = 2;
const SETTINGS_INDEX = 4;
const COMMANDS: readonly (readonly string[])[] = [
  ["TIME"],
  ["INFO"],
  ["SLOWLOG", "GET", SLOW_ENTRIES],
  ["CLIENT", "SETNAME", CLIENT_NAME],
  // One name each: several at once came with Redis 7.
  ...SETTING_NAMES.map((name) => ["CONFIG", "GET", name]),
];

async function askClients(
  context: LookContext,
  { connection, info }: { connection: Redis | undefined; info: RedisSighting["info"] },
): Promise<Reading<ClientScan>> {
  if (info.state === "failed") return info;
  const total = info.value.connectedClients;
  if (total > LISTED_CLIENTS_MAX) {
    return { ...info, value: { total, groups: [], isCut: true } };
  }
  return readRedis(context, connection, async (redis) =>
    groupClients(textAt(await sendAll(redis, [["CLIENT", "LIST"]]), 0)),
  );
}

function settingsIn(answers: readonly unknown[]): Readonly<Record<string, string>> {
  const pairs = SETTING_NAMES.flatMap((name, index) => {
    const [, value] = listAt(answers, SETTINGS_INDEX + index);
    return typeof value === "string" ? [[name, value] as const] : [];
  });
  return Object.fromEntries(pairs);
}

function timeAt(answers: readonly unknown[]): number {
  const [seconds, micros] = listAt(answers, TIME_INDEX);
  return Number(seconds) * 1_000_000 + Number(micros);
}

function textAt(answers: readonly unknown[], index: number): string {
  const value = answers[index];
  if (typeof value === "string") return value;
  if (value instanceof Error) throw value;
  throw new Error("Redis answered something else than text");
}

function listAt(answers: readonly unknown[], index: number): readonly unknown[] {
  const value = answers[index];
  if (Array.isArray(value)) return value;
  if (value instanceof Error) throw value;
  throw new Error("Redis answered something else than a list");
}

function parsePart<T>(batch: Reading<Batch>, parse: (batch: Batch) => T): Reading<T> {
  if (batch.state === "failed") return batch;
  try {
    return { ...batch, value: parse(batch.value) };
  } catch (error) {
    const { atMs } = batch;
    return { state: "failed", reason: `unusable answer: ${excerpt(messageOf(error))}`, atMs };
  }
}
