// What lies in the limiter's keys: counters, overrides, leases, strangers, in one batch.
import type { Redis } from "ioredis";
import { mapRead, type Reading } from "../../../src/domain/observation.ts";
import { parseJsonText } from "../../../src/infra/json-text.ts";
import type { LimitsFile } from "../declared.ts";
import { leaseKeyOf, limitKeyOf, logKeyOf } from "../keys.ts";
import type {
  CounterReading,
  CounterScan,
  OverrideReading,
  OverrideScan,
  StrangerReading,
} from "../observation.ts";
import { type Lease, leaseSchema } from "../service/answers.ts";
import { readRedis, sendAll } from "./ask-redis.ts";
import { type FoundKeys, findKeys } from "./find-keys.ts";
import { isWrongType, readTypes } from "./key-types.ts";
import type { LookContext } from "./probe.ts";

export interface KeyQuestion {
  readonly connection: Redis | undefined;
  /** Redis's clock at the beginning of the look. */
  readonly nowUs: Reading<number>;
  readonly limits: LimitsFile | null;
  readonly nodes: readonly string[];
}

export interface KeyAnswers {
  readonly counters: Reading<CounterScan>;
  readonly overrides: Reading<OverrideScan>;
  readonly leases: Reading<readonly Lease[]>;
}

/** Checks that were under way then are decided, one way or the other. */
export const SETTLED_MS = 1_000;
/** With what settles and this batch, less than the shortest window declared: 5 s. */
export const COMPARED_MS = 3_500;
/** Logs drop what has left their window; later than this the compared one begins to fray. */
const LATE_MS_MAX = 400;
/** Of a key whose type Redis did not tell. */
const UNTOLD_TYPE = "another type";
/** Two clocks of one machine may differ by less. */
const FUTURE_US = 1_000_000;

/** The end of the window that is compared with the nodes' memory. */
export function comparedEndUs(nowUs: number): number {
  return nowUs - SETTLED_MS * 1_000;
}

/** When the counters were read, by Redis's clock. */
export function readAtUs({ endUs }: CounterScan): number {
  return endUs + SETTLED_MS * 1_000;
}

export async function readKeys(context: LookContext, question: KeyQuestion): Promise<KeyAnswers> {
  const { nowUs, connection } = question;
  if (nowUs.state === "failed") return { counters: nowUs, overrides: nowUs, leases: nowUs };
  const batch = await readRedis(context, connection, (redis) =>
    readAll(redis, { ...question, nowUs: nowUs.value }),
  );
  return {
    counters: counterScanOf(batch),
    overrides: mapRead(batch, ({ overrides, found: { isCut } }) => ({ items: overrides, isCut })),
    leases: mapRead(batch, ({ leases }) => leases),
  };
}

interface KeyBatch {
  readonly found: FoundKeys;
  readonly nowUs: number;
  readonly lateMs: number;
  readonly counters: readonly CounterReading[];
  readonly overrides: readonly OverrideReading[];
  readonly strangers: readonly StrangerReading[];
  readonly leases: readonly Lease[];
}

interface DatedQuestion extends Omit<KeyQuestion, "nowUs"> {
  readonly nowUs: number;
}

async function readAll(redis: Redis, question: DatedQuestion): Promise<KeyBatch> {
  const { limits, nodes, nowUs } = question;
  const found = await findKeys(redis, { counters: Object.keys(limits?.keys ?? {}), nodes });
  const counterCommands = found.counters.flatMap((key) => counterCommandsOf(key, question));
  const overrideCommands = found.overrides.flatMap((key) => [
    ["HMGET", limitKeyOf(key), "limit", "window_ms", "until_ms", "set_by"],
    ["PTTL", limitKeyOf(key)],
  ]);
  const answers = await sendAll(redis, [
    ...counterCommands,
    ...overrideCommands,
    ...found.strangers.map((raw) => ["PTTL", raw]),
    ...found.leases.map((node) => ["GET", leaseKeyOf(node)]),
    ["TIME"],
  ]);
  const rest = [...answers];
  const take = (count: number) => rest.splice(0, count);
  const counters = found.counters.map((key) => counterOf(key, { limits, answers: take(4) }));
  const overrides = found.overrides.flatMap((key) => overrideOf(key, { nowUs, answers: take(2) }));
  const strangers = found.strangers.map((raw) => ({ raw, ttlMs: ttlOf(take(1)[0]) }));
  const leases = found.leases.flatMap(() => leaseOf(take(1)[0]));
  const lateMs = (microsOf(take(1)[0]) - nowUs) / 1_000;
  return {
    ...{ found, nowUs, lateMs, strangers, leases },
    counters: await withTypes(redis, counters, logKeyOf),
    overrides: await withTypes(redis, overrides, limitKeyOf),
  };
}

/** Asked in the rare case alone. */
async function withTypes<T extends CounterReading | OverrideReading>(
  redis: Redis,
  items: readonly T[],
  rawOf: (key: string) => string,
): Promise<readonly T[]> {
  const wrong = items.filter(({ wrongType }) => wrongType !== undefined);
  const types = await readTypes(
    redis,
    wrong.map(({ key }) => rawOf(key)),
  );
  return items.map((item) => {
    const type = types.get(rawOf(item.key));
    return type === undefined ? item : { ...item, wrongType: type };
  });
}

function counterScanOf(batch: Reading<KeyBatch>): Reading<CounterScan> {
  if (batch.state === "failed") return batch;
  const { found, nowUs, lateMs, counters, strangers } = batch.value;
  if (lateMs > LATE_MS_MAX) {
    const reason = `the counters took ${Math.round(lateMs)} ms to read`;
    return { state: "failed", reason, atMs: batch.atMs };
  }
  const { scanned, isCut } = found;
  const window = { endUs: comparedEndUs(nowUs), lengthMs: COMPARED_MS };
  return { ...batch, value: { ...window, items: counters, strangers, scanned, isCut } };
}

function counterCommandsOf(
  key: string,
  { nowUs, limits }: DatedQuestion,
): readonly (readonly string[])[] {
  const log = logKeyOf(key);
  const endUs = comparedEndUs(nowUs);
  const windowMs = ruleOf(key, limits)?.window_ms ?? COMPARED_MS;
  return [
    ["ZCOUNT", log, `(${endUs - COMPARED_MS * 1_000}`, String(endUs)],
    ["ZCOUNT", log, `(${nowUs - windowMs * 1_000}`, "+inf"],
    ["ZCOUNT", log, `(${nowUs + FUTURE_US}`, "+inf"],
    ["PTTL", log],
  ];
}

function counterOf(
  key: string,
  { limits, answers }: { readonly limits: LimitsFile | null; readonly answers: readonly unknown[] },
): CounterReading {
  const [used, usedNow, future, ttl] = answers;
  return {
    key,
    isDeclared: limits !== null && Object.hasOwn(limits.keys, key),
    // PTTL of a key that is not there.
    exists: ttl !== -2,
    used: Number(used) || 0,
    usedNow: Number(usedNow) || 0,
    future: Number(future) || 0,
    ttlMs: ttlOf(ttl),
    rule: ruleOf(key, limits),
    ...wrongTypeOf(used),
  };
}

function wrongTypeOf(answer: unknown): { readonly wrongType?: string } {
  return isWrongType(answer) ? { wrongType: UNTOLD_TYPE } : {};
}

function ruleOf(key: string, limits: LimitsFile | null): CounterReading["rule"] {
  if (limits === null) return null;
  return (Object.hasOwn(limits.keys, key) ? limits.keys[key] : undefined) ?? limits.default;
}

/** None when there is no override. */
function overrideOf(
  key: string,
  { answers, nowUs }: { readonly answers: readonly unknown[]; readonly nowUs: number },
): readonly OverrideReading[] {
  const [fields, ttl] = answers;
  const isWrong = isWrongType(fields);
  if (ttl === -2 || !(isWrong || Array.isArray(fields))) return [];
  const [limit, windowMs, untilMs, setBy] = Array.isArray(fields) ? fields : [];
  const until = integerOf(untilMs);
  const ttlMs = ttlOf(ttl);
  const ends = [ttlMs, until === null ? null : Math.max(0, until - nowUs / 1_000)];
  const known = ends.filter((end) => end !== null);
  return [
    {
      key,
      limit: integerOf(limit),
      windowMs: integerOf(windowMs),
      untilMs: until,
      setBy: typeof setBy === "string" ? setBy : null,
      ttlMs,
      endsInMs: known.length === 0 ? null : Math.min(...known),
      ...wrongTypeOf(fields),
    },
  ];
}

function leaseOf(answer: unknown): readonly Lease[] {
  if (typeof answer !== "string") return [];
  const parsed = leaseSchema.safeParse(parseJsonText(answer));
  return parsed.success ? [parsed.data] : [];
}

function integerOf(value: unknown): number | null {
  return typeof value === "string" && /^-?\d+$/.test(value) ? Number(value) : null;
}

function ttlOf(answer: unknown): number | null {
  return typeof answer === "number" && answer >= 0 ? answer : null;
}

function microsOf(answer: unknown): number {
  const [seconds, micros] = Array.isArray(answer) ? answer : [];
  return Number(seconds) * 1_000_000 + Number(micros);
}
