// Whether Redis keeps what it is given: memory, eviction, persistence, settings.
import { HELD_SHARE_MAX, readValue } from "../../../src/domain/observation.ts";
import { holds, judgeRead, type Opinion, unknown, violated } from "../../../src/domain/opinion.ts";
import type { LimiterObservation, RedisInfo } from "../observation.ts";
import { judgeOne, LIVENESS, type LimiterInvariant, REDIS } from "./judge.ts";
import { clientsExhausted } from "./redis-answers.ts";

/** Every other one takes counters away before their time. */
const KEEPING_POLICY = "noeviction";

export const memoryAtLimit: LimiterInvariant = {
  name: "memory_at_limit",
  describes: `Redis uses less than ${HELD_SHARE_MAX * 100} % of its maxmemory.`,
  severity: "critical",
  ...LIVENESS,
  judge: ({ current }) => judgeOne(REDIS, judgeRead(current.redis.info, judgeMemory)),
};

export const evictionForgets: LimiterInvariant = {
  name: "eviction_forgets",
  describes: "Redis evicts nothing: a counter that is evicted is a limit that is forgotten.",
  severity: "critical",
  ...LIVENESS,
  settleMs: 6_000,
  judge: ({ current }) =>
    judgeOne(
      REDIS,
      judgeRead(current.redis.info, (info) => {
        const { memoryPolicy, evictedKeys, usedMemoryBytes, maxMemoryBytes } = info;
        if (memoryPolicy === KEEPING_POLICY) return holds(memoryPolicy);
        return violated(`maxmemory-policy is ${memoryPolicy}, and forgets counters`, {
          maxmemory_policy: memoryPolicy,
          declared: KEEPING_POLICY,
          evicted_keys: evictedKeys,
          used_memory: usedMemoryBytes,
          maxmemory: maxMemoryBytes,
        });
      }),
    ),
};

export const persistenceFailing: LimiterInvariant = {
  name: "persistence_failing",
  describes: "Redis's last save and its last append to the log went well.",
  severity: "critical",
  ...LIVENESS,
  judge: ({ current }) =>
    judgeOne(
      REDIS,
      judgeRead(current.redis.info, ({ lastSaveOk, lastAofWriteOk }) => {
        if (lastSaveOk && lastAofWriteOk) return holds("both went well");
        const what = lastSaveOk ? "append to the log" : "save";
        const evidence = { last_save_ok: lastSaveOk, last_aof_write_ok: lastAofWriteOk };
        return violated(`Redis's last ${what} failed: it may refuse writes`, evidence);
      }),
    ),
};

export const redisSettingDiffers: LimiterInvariant = {
  name: "redis_setting_differs",
  describes: "Redis's settings are the declared ones.",
  severity: "warning",
  ...LIVENESS,
  judge: ({ current }) =>
    Object.entries(current.declared.redisSettings ?? {})
      // eviction_forgets says all that there is to say of it.
      .filter(([name]) => name !== "maxmemory-policy")
      .map(([name, declared]) => ({ entity: name, ...judgeSetting(current, { name, declared }) })),
};

/** Why Redis takes no writes although it answers; undefined when it takes them. */
export function refusesWrites({ redis }: LimiterObservation): string | undefined {
  const info = readValue(redis.info);
  if (!info) return undefined;
  if (isFull(info)) return "Redis is out of memory";
  return info.lastSaveOk && info.lastAofWriteOk ? undefined : "Redis cannot persist";
}

function judgeMemory(info: RedisInfo): Opinion {
  const { usedMemoryBytes, maxMemoryBytes, memoryPolicy } = info;
  if (maxMemoryBytes === 0) return holds("no bound is set");
  if (memoryPolicy !== KEEPING_POLICY) return unknown(`${memoryPolicy} evicts at the limit`);
  const reading = `${usedMemoryBytes} of ${maxMemoryBytes} bytes are used`;
  if (!isFull(info)) return holds(reading);
  return violated(`${reading}: new checks cannot be counted`, {
    used_memory: usedMemoryBytes,
    maxmemory: maxMemoryBytes,
    maxmemory_policy: memoryPolicy,
  });
}

function isFull({ usedMemoryBytes, maxMemoryBytes, memoryPolicy }: RedisInfo): boolean {
  if (maxMemoryBytes === 0 || memoryPolicy !== KEEPING_POLICY) return false;
  return usedMemoryBytes >= HELD_SHARE_MAX * maxMemoryBytes;
}

function judgeSetting(
  current: LimiterObservation,
  { name, declared }: { readonly name: string; readonly declared: string },
): Opinion {
  return judgeRead(current.redis.settings, (settings) => {
    const found = settings[name];
    if (found === undefined) return unknown(`Redis knows no ${name}`);
    if (found === declared) return holds(`"${found}"`);
    const said = saidElsewhere(current, name);
    if (said !== undefined) return unknown(said);
    return violated(`${name} is "${found}", declared is "${declared}"`, { found, declared });
  });
}

/** A bound that is being reached has a ticket of its own. */
function saidElsewhere(current: LimiterObservation, name: string): string | undefined {
  const info = readValue(current.redis.info);
  if (name === "maxmemory" && info && isFull(info)) return "memory_at_limit says it";
  if (name !== "maxclients") return undefined;
  const [clients] = clientsExhausted.judge({ current, previous: undefined });
  return clients?.state === "violated" ? "clients_exhausted says it" : undefined;
}
