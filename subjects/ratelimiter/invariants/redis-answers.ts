// Whether Redis can be reached, answers in time, and lets clients in.
import { judgeAway } from "../../../src/disturbances/away.ts";
import type { JsonObject } from "../../../src/domain/json.ts";
import { readValue } from "../../../src/domain/observation.ts";
import { holds, judgeRead, type Opinion, unknown, violated } from "../../../src/domain/opinion.ts";
import { CLIENT_SHARE_MAX } from "../declared.ts";
import type { LimiterObservation, RedisRefusal, SlowCommand } from "../observation.ts";
import { sayUndeclaredJobs } from "../observe/members.ts";
import {
  BLIND,
  CORRECTNESS,
  isBlind,
  judgeOne,
  LIVENESS,
  type LimiterInvariant,
  REDIS,
} from "./judge.ts";

/** A check has 250 ms for all of its way. */
export const PING_MS_MAX = 250;
/** As long as the declared lua-time-limit: everybody waited for it. */
const HELD_UP_MS_MAX = 500;

export const redisUnreachable: LimiterInvariant = {
  name: "redis_unreachable",
  describes: "Redis listens where it is declared.",
  severity: "critical",
  ...LIVENESS,
  judge: ({ current }) => judgeOne(REDIS, judgeReach(current)),
};

export const redisSlow: LimiterInvariant = {
  name: "redis_slow",
  describes: `Redis answers a PING within ${PING_MS_MAX} ms, and no command holds it up.`,
  severity: "critical",
  // Longer than what one slow command or a busy machine makes of two looks.
  ...CORRECTNESS,
  settleMs: 3_000,
  judge: ({ current }) => judgeOne(REDIS, judgePace(current)),
};

export const clientsExhausted: LimiterInvariant = {
  name: "clients_exhausted",
  describes: "Redis lets new clients in, and is far from its limit of clients.",
  severity: "critical",
  ...LIVENESS,
  judge: ({ current }) => judgeOne(REDIS, judgeClients(current)),
};

function judgeReach(current: LimiterObservation): Opinion {
  const { liveness, address } = current.redis;
  if (readValue(liveness)?.state !== "answers") {
    const away = judgeAway(current, { name: REDIS, states: ["stopped"] });
    if (away) return away;
  }
  return judgeRead(liveness, (value) => {
    if (value.state === "answers") return holds("answers");
    if (value.state === "silent") return unknown(value.reason);
    if (value.state === "refusing") return holds(`it is there: ${value.reason}`);
    return violated(`${address}: ${value.reason}`, { address, answer: value.reason });
  });
}

function judgePace(current: LimiterObservation): Opinion {
  const { liveness, pingMs, slow } = current.redis;
  if (readValue(liveness)?.state !== "answers") {
    const away = judgeAway(current, { name: REDIS, states: ["paused"] });
    if (away) return { ...away, evidence: { ...whoHoldsUp(current), ...away.evidence } };
  }
  return judgeRead(liveness, (value) => {
    if (isBlind(current)) return BLIND;
    const evidence = (): JsonObject => ({ ...whoHoldsUp(current), state: value.state });
    if (value.state === "silent") return violated(value.reason, evidence());
    if (value.state === "unreachable") return unknown(value.reason);
    if (value.state === "refusing") {
      if (!isHeldUp(value.kind)) return unknown(value.reason);
      return violated(value.reason, { ...evidence(), refusal: value.kind });
    }
    const [slowest] = readValue(slow) ?? [];
    if (slowest && slowest.durationMs >= HELD_UP_MS_MAX) {
      return violated(`${saySlow(slowest)}, and everybody waited`, evidence());
    }
    return judgeRead(pingMs, (ms) => {
      const reading = `a PING took ${ms.toFixed(0)} ms`;
      if (ms <= PING_MS_MAX) return holds(reading);
      return violated(`${reading}, the bound is ${PING_MS_MAX} ms`, evidence());
    });
  });
}

function isHeldUp(kind: RedisRefusal): boolean {
  return kind === "busy" || kind === "loading";
}

function saySlow({ command, durationMs, client, ageS }: SlowCommand): string {
  return `${command.split(" ")[0]} of ${client} took ${durationMs} ms, ${ageS} s ago`;
}

function judgeClients(current: LimiterObservation): Opinion {
  const { liveness, info, clients } = current.redis;
  const groups = readValue(clients)?.groups ?? [];
  const evidence = (): JsonObject => ({
    ...whoHoldsUp(current),
    clients: Object.fromEntries(groups.slice(0, 4).map(({ name, count }) => [name, count])),
  });
  const door = readValue(liveness);
  if (door?.state === "refusing" && door.kind === "max_clients") {
    return violated(`Redis lets nobody in: ${door.reason}`, evidence());
  }
  return judgeRead(info, ({ connectedClients, maxClients }) => {
    const reading = `${connectedClients} of ${maxClients} clients`;
    if (connectedClients < CLIENT_SHARE_MAX * maxClients) return holds(reading);
    return violated(`${reading} are connected`, evidence());
  });
}

/** What is known of who may be the cause: jobs that nobody declared, and what ran for long. */
export function whoHoldsUp({ jobs, declared, redis }: LimiterObservation): JsonObject {
  const found = jobs ? (readValue(jobs.value) ?? []) : [];
  const slow = readValue(redis.slow) ?? [];
  return {
    undeclared_jobs: sayUndeclaredJobs(found, declared.jobs),
    slow_commands: slow.slice(0, 2).map(saySlow),
  };
}
