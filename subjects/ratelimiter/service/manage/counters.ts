// Counters as they are in Redis: listed page by page to the end, and reset one at a time.
import { z } from "zod";
import { limitKeyOf, logKeyOf, logPattern, parseKey } from "../../keys.ts";
import type { Counter, CountersAnswer } from "../answers.ts";
import { type Read, read, refused } from "../http/reply.ts";
import { declaredRule } from "../limits-file.ts";
import type { LimiterNode } from "../node.ts";
import { COUNTER_SCRIPT, RESET_SCRIPT, type Script } from "../scripts.ts";
import { askScript } from "./ask-redis.ts";
import { scanSome } from "./scan.ts";

const COUNT_DEFAULT = 100;
const COUNT_MAX = 1_000;
/** Foreign keys between ours can make a page long in coming: then it comes empty. */
const STEPS_MAX = 100;
/** Scripts in flight at once, so that a listing leaves room for checks. */
const AT_ONCE_MAX = 50;

export async function listCounters(
  node: LimiterNode,
  query: URLSearchParams,
): Promise<Read<CountersAnswer>> {
  const cursor = query.get("cursor") ?? "0";
  const count = Number(query.get("count") ?? COUNT_DEFAULT);
  if (!/^\d{1,20}$/.test(cursor)) return bad("cursor must be one that a page ended with");
  if (!Number.isInteger(count) || count < 1 || count > COUNT_MAX) {
    return bad(`count must be a whole number from 1 to ${COUNT_MAX}`);
  }
  const pattern = logPattern(node.settings.current.schema);
  const step = { cursor, pattern, type: "zset", lookAt: count } as const;
  const page = await scanSome(node, step, { stepsMax: STEPS_MAX, keysMin: 1 });
  if (page.state === "refused") return page;
  const items = await readCounters(node, page.value.keys);
  if (items.state === "refused") return items;
  const next_cursor = page.value.cursor === "0" ? null : page.value.cursor;
  return read({ items: items.value, next_cursor });
}

async function readCounters(node: LimiterNode, keys: readonly string[]): Promise<Read<Counter[]>> {
  const items: Counter[] = [];
  for (let from = 0; from < keys.length; from += AT_ONCE_MAX) {
    const some = keys.slice(from, from + AT_ONCE_MAX);
    for (const counter of await Promise.all(some.map((raw) => readCounter(node, raw)))) {
      if (counter.state === "refused") return counter;
      if (counter.value) items.push(counter.value);
    }
  }
  return read(items);
}

/** [used, limit, window_ms, ttl_ms]: see COUNTER_SCRIPT. */
const counterSchema = z.tuple([z.number(), z.number(), z.number(), z.number()]);
/** PTTL of what is not there, or not any more. */
const GONE = -2;

async function readCounter(node: LimiterNode, raw: string): Promise<Read<Counter | undefined>> {
  const parsed = parseKey(raw);
  if (parsed.type !== "log") return read(undefined);
  const call = callOf(node, { script: COUNTER_SCRIPT, key: parsed.userKey });
  const answer = await askScript(node, call, counterSchema);
  if (answer.state === "refused") return answer;
  const [used, limit, window_ms, ttl_ms] = answer.value;
  if (ttl_ms === GONE) return read(undefined);
  return read({ key: parsed.userKey, used, limit, window_ms, ttl_ms, raw });
}

/** Forgets what one key used. Its limit and its override stay. */
export async function resetCounter(
  node: LimiterNode,
  key: string,
): Promise<Read<{ readonly key: string; readonly used_before: number }>> {
  const call = callOf(node, { script: RESET_SCRIPT, key });
  const answer = await askScript(node, call, z.tuple([z.number(), z.number()]));
  if (answer.state === "refused") return answer;
  const [used_before, atUs] = answer.value;
  node.usage.addReset({ key, atUs });
  node.log(`counter ${JSON.stringify(key)} reset: it held ${used_before}`);
  return read({ key, used_before });
}

interface KeyCall {
  readonly script: Script;
  readonly key: string;
}

function callOf({ limits, settings }: LimiterNode, { script, key }: KeyCall) {
  const { schema } = settings.current;
  const { limit, window_ms } = declaredRule(limits, key);
  return {
    script,
    keys: [logKeyOf(key, schema), limitKeyOf(key, schema)],
    args: [limit, window_ms],
  };
}

function bad(message: string): Read<never> {
  return refused({ status: 400, code: "bad_query", message });
}
