// The limiter's keys in Redis, found by a bounded SCAN. What is declared is looked at by name, so
// that it is seen however many other keys there are.
import type { Redis } from "ioredis";
import { CURRENT_SCHEMA, parseKey } from "../keys.ts";

export interface FoundKeys {
  /** Keys as users wrote them; each once, the expected ones first. */
  readonly counters: readonly string[];
  readonly overrides: readonly string[];
  /** Names of nodes. */
  readonly leases: readonly string[];
  /** Raw names of what the limiter never writes, or another schema does. */
  readonly strangers: readonly string[];
  readonly scanned: number;
  /** There is more than the bounds let see. */
  readonly isCut: boolean;
}

export interface ExpectedKeys {
  readonly counters: readonly string[];
  readonly nodes: readonly string[];
}

const SCAN_KEYS_MAX = 10_000;
const SCAN_MS_MAX = 200;
const SCAN_BATCH = 1_000;
/** Each found one costs a few commands in the same look. */
const DETAILED_MAX = 500;
const STRANGERS_MAX = 100;

export async function findKeys(redis: Redis, expected: ExpectedKeys): Promise<FoundKeys> {
  const { raw, isCut } = await scan(redis);
  const counters = new Set(expected.counters);
  const overrides = new Set(expected.counters);
  const leases = new Set(expected.nodes);
  const strangers = new Set<string>();
  for (const name of raw) {
    const parsed = parseKey(name);
    if (parsed.type === "topology") continue;
    if (parsed.type === "lease") leases.add(parsed.node);
    else if (parsed.type === "foreign") strangers.add(name);
    else if (parsed.schema !== CURRENT_SCHEMA) strangers.add(name);
    else (parsed.type === "log" ? counters : overrides).add(parsed.userKey);
  }
  const isMore = Math.max(counters.size, overrides.size) > DETAILED_MAX;
  return {
    counters: firstOf(counters, DETAILED_MAX),
    overrides: firstOf(overrides, DETAILED_MAX),
    leases: firstOf(leases, DETAILED_MAX),
    strangers: firstOf(strangers, STRANGERS_MAX),
    scanned: raw.size,
    isCut: isCut || isMore,
  };
}

async function scan(redis: Redis): Promise<{ raw: ReadonlySet<string>; isCut: boolean }> {
  const raw = new Set<string>();
  const startedMs = performance.now();
  let cursor = "0";
  let walked = 0;
  do {
    const [next, names] = await redis.scan(cursor, "MATCH", "rl:*", "COUNT", SCAN_BATCH);
    for (const name of names) raw.add(name);
    cursor = next;
    walked += SCAN_BATCH;
    const isOver = walked >= SCAN_KEYS_MAX || performance.now() - startedMs >= SCAN_MS_MAX;
    if (isOver && cursor !== "0") return { raw, isCut: true };
  } while (cursor !== "0");
  return { raw, isCut: false };
}

function firstOf(names: ReadonlySet<string>, most: number): readonly string[] {
  return [...names].slice(0, most);
}
