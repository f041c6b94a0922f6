// Settings of Redis changed by hand. Its file is not written: it would keep what others have set.
import type { Redis } from "ioredis";
import { z } from "zod";
import type { ActionContext } from "../../../src/domain/action.ts";
import { OperatorError } from "../../../src/domain/errors.ts";
import type { FaultPlan } from "../../../src/domain/fault.ts";
import { readValue } from "../../../src/domain/observation.ts";
import { withRedis } from "../change/redis.ts";
import { DECLARED_REDIS_SETTINGS } from "../declared.ts";
import { detailsOf, doingOf, type LimiterFault, pickOne, siteFor } from "./struck.ts";

/** Less than an empty Redis needs (7.0: about 350 KB): every write is refused. */
const TOO_SMALL_BYTES = 256 * 1024;

export const maxmemoryNoeviction = settingsFault({
  name: "maxmemory_noeviction",
  describes: "Redis's bound on memory is below what it uses: it refuses every write.",
  changes: { maxmemory: `${TOO_SMALL_BYTES}`, "maxmemory-policy": "noeviction" },
  causes: "memory_at_limit",
});

export const allkeysLru = settingsFault({
  name: "allkeys_lru",
  describes: "Redis may drop any key when memory is short: counters are forgotten, unnoticed.",
  changes: { "maxmemory-policy": "allkeys-lru" },
  causes: "eviction_forgets",
});

const detailsSchema = z.object({
  changes: z.record(z.string(), z.string()),
  before: z.record(z.string(), z.string()),
});

interface SettingsFault {
  readonly name: string;
  readonly describes: string;
  readonly changes: Readonly<Record<string, string>>;
  readonly causes: string;
}

function settingsFault({ name, describes, changes, causes }: SettingsFault): LimiterFault {
  return {
    name,
    describes,
    plan({ redis }, random) {
      const found = readValue(redis.settings);
      const known: Readonly<Record<string, string>> = { ...DECLARED_REDIS_SETTINGS, ...found };
      // What is so already was set by somebody, or declared, and is not the fault's to take back.
      const set = Object.entries(changes).filter(([setting, value]) => known[setting] !== value);
      const target = pickOne(found && set.length > 0 ? ["redis"] : [], { fault: name, random });
      const before = Object.fromEntries(set.map(([setting]) => [setting, known[setting] ?? ""]));
      return {
        fault: name,
        targets: [target],
        details: { changes: Object.fromEntries(set), before },
      };
    },
    async inject(plan, context) {
      const { changes } = detailsOf(plan, detailsSchema);
      await changeSettings(plan, context, async (redis) => {
        for (const [name, value] of Object.entries(changes)) await put(redis, name, value);
      });
    },
    heal(plan, context) {
      const { changes, before } = detailsOf(plan, detailsSchema);
      return changeSettings(plan, context, async (redis) => {
        const left: string[] = [];
        for (const [name, value] of Object.entries(before)) {
          const found = await settingOf(redis, name);
          if (found === changes[name]) await put(redis, name, value);
          else if (found !== value) left.push(`${name} "${found}"`);
        }
        return left;
      });
    },
    expects: ({ targets }) => targets.map((entity) => ({ invariant: causes, entity })),
  };
}

async function changeSettings<T>(
  plan: FaultPlan,
  context: ActionContext,
  work: (redis: Redis) => Promise<T>,
): Promise<T> {
  const { signal } = context;
  return withRedis({ site: siteFor(plan, context), doing: doingOf(plan), signal }, work);
}

async function put(redis: Redis, name: string, value: string): Promise<void> {
  await redis.config("SET", name, value);
  const found = await settingOf(redis, name);
  if (found !== value)
    throw new OperatorError("subject", `${name} is "${found}" and not "${value}"`);
}

async function settingOf(redis: Redis, name: string): Promise<string> {
  return z.tuple([z.string(), z.string()]).parse(await redis.config("GET", name))[1];
}
