// Settings of Redis changed by hand. Its file is not written: it would keep what others have set.
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
      const target = pickOne(found ? ["redis"] : [], { fault: name, random });
      const known: Readonly<Record<string, string>> = { ...DECLARED_REDIS_SETTINGS, ...found };
      const before = Object.keys(changes).map((setting) => [setting, known[setting]]);
      return {
        fault: name,
        targets: [target],
        details: { changes: { ...changes }, before: Object.fromEntries(before) },
      };
    },
    async inject(plan, context) {
      await setAll(plan, context, detailsOf(plan, detailsSchema).changes);
    },
    async heal(plan, context) {
      const { changes, before } = detailsOf(plan, detailsSchema);
      await setAll(plan, context, before, changes);
    },
    expects: ({ targets }) => targets.map((entity) => ({ invariant: causes, entity })),
  };
}

async function setAll(
  plan: FaultPlan,
  context: ActionContext,
  settings: Readonly<Record<string, string>>,
  /** Where it is given: what has another value by now was set by somebody since, and stays. */
  struck?: Readonly<Record<string, string>>,
): Promise<void> {
  const { signal } = context;
  const visit = { site: siteFor(plan, context), doing: doingOf(plan), signal };
  await withRedis(visit, async (redis) => {
    const settingOf = async (name: string) =>
      z.tuple([z.string(), z.string()]).parse(await redis.config("GET", name))[1];
    for (const [name, value] of Object.entries(settings)) {
      if (struck && (await settingOf(name)) !== struck[name]) continue;
      await redis.config("SET", name, value);
      const found = await settingOf(name);
      if (found !== value) {
        throw new OperatorError("subject", `${name} is "${found}" and not "${value}"`);
      }
    }
  });
}
