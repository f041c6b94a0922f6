// Redis put right: one setting, one client, a script that holds it up.

import type { Redis } from "ioredis";
import {
  type ActionCall,
  type Check,
  MET,
  notMet,
  textArg,
  unseen,
} from "../../../src/domain/action.ts";
import { messageOf } from "../../../src/domain/errors.ts";
import { HELD_SHARE_MAX, readValue } from "../../../src/domain/observation.ts";
import { noUndo, undoUnneeded } from "../../../src/domain/undo.ts";
import { withRedis } from "../change/redis.ts";
import { CLIENT_SHARE_MAX } from "../declared.ts";
import type { ClientGroup, LimiterObservation, RedisInfo, RedisLiveness } from "../observation.ts";
import { parseInfo } from "../observe/redis-text.ts";
import {
  type ActionTools,
  checkRead,
  checkRedisAnswers,
  type LimiterAction,
  visitFor,
} from "./tools.ts";

const REDIS = "redis";
const WITHIN_MS = 10_000;

export function setRedisSetting(tools: ActionTools): LimiterAction {
  return {
    name: "set_redis_setting",
    describes:
      "Sets one setting of Redis to its declared value, in force at once. Redis's file stays as " +
      "it is: to write it would keep whatever else somebody has set until a restart.",
    targets: "a declared setting, such as maxmemory",
    args: {},
    effect: "configure",
    undo: undoUnneeded("it leaves what is declared, and what was there before may cost data"),
    withinMs: WITHIN_MS,
    touches: () => [REDIS],
    precondition: (observation, { target }) => checkSettable(observation, target),
    postcondition: ({ redis, declared }, { target }) =>
      checkRead(redis.settings, (settings) => {
        const wanted = declaredOf(declared, target);
        if (wanted !== undefined && settings[target] === wanted) return MET;
        return notMet(`${target} is "${settings[target]}"`);
      }),
    run: (call, context) =>
      withRedis(visitFor(tools, { action: "set_redis_setting", call, context }), async (redis) => {
        const wanted = declaredOf(tools.site.declared, call.target) ?? "";
        const before = JSON.stringify(await redis.config("GET", call.target));
        await redis.config("SET", call.target, wanted);
        const said = `${call.target} is "${wanted}", in force; before: ${before}`;
        const room = wanted === "noeviction" ? await sayRoom(redis) : "";
        return `${said}; its file is untouched${room}`;
      }),
  };
}

/** What is not evicted any more is refused: that its end is near is told at once. */
async function sayRoom(redis: Redis): Promise<string> {
  const { usedMemoryBytes: used, maxMemoryBytes: most } = parseInfo(await redis.info());
  if (most === 0 || used < HELD_SHARE_MAX * most) return "";
  return `; ${used} of ${most} bytes are used: what finds no room is refused from now on`;
}

export function killClient(tools: ActionTools): LimiterAction {
  const killed = new Set<string>();
  return {
    name: "kill_client",
    describes:
      "Closes one connection to Redis by its id. Helps against one that hangs or hoards; whoever " +
      "made it may make another. The limiter's own connections are refused.",
    targets: "the id of a client, as CLIENT LIST has it",
    args: { name: "whose it is: its name, or its host where it has none" },
    effect: "configure",
    undo: noUndo("what was closed stays closed; its client may connect again"),
    withinMs: WITHIN_MS,
    touches: () => [REDIS],
    precondition: ({ redis }, call) =>
      checkRead(redis.clients, ({ groups }) => checkKillable(groups, call)),
    postcondition: ({ redis }, { target }) =>
      checkRead(redis.clients, ({ groups }) => {
        // One run gives no id twice, the next one begins anew.
        const run = readValue(redis.info)?.runId ?? "unknown";
        const listed = groups.find(({ ids }) => ids.includes(target));
        if (listed) {
          return notMet(`client ${target} (${listed.name}) of Redis's run ${run} is connected`);
        }
        // One that is not listed may be beyond what was read.
        return killed.has(target) ? MET : notMet(`client ${target} was not closed by us`);
      }),
    // Nobody can tell who closed it, and it is closed.
    tookEffect: ({ redis }, { call: { target } }) =>
      checkRead(redis.clients, ({ groups, isCut }) => {
        if (groups.some(({ ids }) => ids.includes(target))) {
          return notMet(`client ${target} is still connected`);
        }
        return isCut ? unseen(`client ${target} was not among those that were read`) : MET;
      }),
    run: (call, context) =>
      withRedis(visitFor(tools, { action: "kill_client", call, context }), async (redis) => {
        const count = await redis.client("KILL", "ID", call.target);
        killed.add(call.target);
        return count === 1 ? `client ${call.target} is closed` : `client ${call.target} was gone`;
      }),
  };
}

export function killScript(tools: ActionTools): LimiterAction {
  return {
    name: "kill_script",
    describes:
      "Ends the script that Redis is busy with, unless it has written already. Whoever runs it " +
      "may run it again: look for its cause, too.",
    targets: `"${REDIS}"`,
    args: {},
    effect: "configure",
    undo: noUndo("a script that was ended does not go on"),
    withinMs: WITHIN_MS,
    touches: () => [REDIS],
    precondition: ({ redis }, { target }) => {
      if (target !== REDIS) return notMet(`the target is "${REDIS}"`);
      return checkRead(redis.liveness, checkBusy);
    },
    postcondition: (observation) => checkRedisAnswers(observation),
    run: (call, context) =>
      withRedis(visitFor(tools, { action: "kill_script", call, context }), async (redis) => {
        try {
          await redis.script("KILL");
          return "the script that ran was ended";
        } catch (error) {
          if (!messageOf(error).startsWith("NOTBUSY")) throw error;
          return "no script runs at present";
        }
      }),
  };
}

/** One that loads, or says nothing, tells of no script that could be ended. */
function checkBusy(value: RedisLiveness): Check {
  if (value.state === "answers") return notMet("Redis answers: no script holds it up");
  if (value.state === "unreachable") return notMet(`Redis is away: ${value.reason}`);
  if (value.state === "refusing" && value.kind === "busy") return MET;
  return notMet(`Redis does not say that a script keeps it busy: ${value.reason}`);
}

/** Of the file and the dump a restart reads one, and the setting decides which. */
const KEPT_LOG =
  "what the append-only file keeps may be in no dump: who turned it on turns it off, after a " +
  "BGSAVE that succeeded, or has it declared";

/** Whoever turned saving off may have done it to keep what the dump holds. */
const KEPT_DUMP =
  "what memory holds now would be written over the dump, which may be the last good copy: a " +
  "person looks at both, and sets the save points";

const NO_WRITES = "Redis's last save failed: it would refuse every write from now on";

/** Of a name that a model gave: `constructor` is none. */
export function declaredOf(
  { redisSettings }: Pick<LimiterObservation["declared"], "redisSettings">,
  name: string,
): string | undefined {
  return Object.hasOwn(redisSettings ?? {}, name) ? redisSettings?.[name] : undefined;
}

function checkSettable(observation: LimiterObservation, target: string): Check {
  const { declared, redis } = observation;
  const wanted = declaredOf(declared, target);
  if (wanted === undefined) {
    const valid = Object.keys(declared.redisSettings ?? {}).join(", ");
    return notMet(`no value of "${target}" is declared: ${valid || "nothing is"}`);
  }
  const answers = checkRedisAnswers(observation);
  if (!answers.isMet) return answers;
  if (target === "appendonly" && wanted !== "yes") return notMet(KEPT_LOG);
  if (target === "save") return notMet(KEPT_DUMP);
  if (target === "stop-writes-on-bgsave-error" && wanted === "yes") {
    return checkRead(redis.info, ({ lastSaveOk }) => (lastSaveOk ? MET : notMet(NO_WRITES)));
  }
  if (target === "maxmemory") return checkRead(redis.info, (info) => fitsMemory(info, wanted));
  if (target === "maxclients") return checkRead(redis.info, (info) => fitsClients(info, wanted));
  return MET;
}

function fitsMemory({ usedMemoryBytes, maxMemoryBytes }: RedisInfo, wanted: string): Check {
  const bytes = Number(wanted);
  const isWider = bytes === 0 || (maxMemoryBytes !== 0 && bytes >= maxMemoryBytes);
  if (isWider || usedMemoryBytes < HELD_SHARE_MAX * bytes) return MET;
  return notMet(`Redis uses ${usedMemoryBytes} bytes: in the declared ${wanted} is no room`);
}

/** With a bound below those who are there nobody is let in any more, to put it right either. */
function fitsClients({ connectedClients, maxClients }: RedisInfo, wanted: string): Check {
  const isWider = Number(wanted) >= maxClients;
  if (isWider || connectedClients < CLIENT_SHARE_MAX * Number(wanted)) return MET;
  return notMet(
    `${connectedClients} clients are connected: with the declared ${wanted} hardly anybody, or ` +
      "nobody, would be let in. Close those that are not needed first, or have more declared",
  );
}

function checkKillable(groups: readonly ClientGroup[], call: ActionCall): Check {
  const { target: id } = call;
  const name = textArg(call, "name");
  if (!/^\d+$/.test(id)) return notMet(`"${id}" is not the id of a client`);
  const group = groups.find(({ ids }) => ids.includes(id));
  if (!group) return notMet(`no client ${id} is among those that were read`);
  if (/^(limiter:|operator)/.test(group.name)) {
    return notMet(`client ${id} is ${group.name}: the limiter cannot do without it`);
  }
  if (name === group.name) return MET;
  const whose = name === undefined ? "the argument name is missing" : `it is not ${name}`;
  return notMet(`client ${id} is ${group.name}: ${whose}`);
}
