// Whether enough is seen to judge at all: lasting blindness is a violation of its own.
import { type Reading, readValue } from "../../../src/domain/observation.ts";
import { holds, type Opinion, violated } from "../../../src/domain/opinion.ts";
import type { LimiterObservation, NodeSighting } from "../observation.ts";
import { isBlind, judgeOne, type LimiterInvariant } from "./judge.ts";

const REASON_CHARS = 300;

export const cannotSee: LimiterInvariant = {
  name: "cannot_see",
  describes: "The limiter can be seen: whoever answers can be read, too.",
  severity: "critical",
  forMs: 10_000,
  settleMs: 3_000,
  judge: ({ current }) => judgeOne("limiter", judgeSight(current)),
};

function judgeSight(observation: LimiterObservation): Opinion {
  if (isBlind(observation)) return violated("nothing answers", { unseen: ["everything"] });
  const unseen = [...unseenOfRedis(observation), ...unseenOfOthers(observation)];
  const names = unseen.map(({ part }) => part);
  if (names.length === 0) return holds("every part was read");
  const [first] = unseen;
  const reason = `cannot read ${names.join(", ")}: ${first?.reason.slice(0, REASON_CHARS)}`;
  return violated(reason, { unseen: names });
}

interface Unseen {
  readonly part: string;
  readonly reason: string;
}

/** Only of one that lets us in: what keeps it from answering is another invariant's matter. */
function unseenOfRedis({ redis, counters, overrides }: LimiterObservation): readonly Unseen[] {
  if (redis.address === null) return [];
  const door = readValue(redis.liveness);
  if (door === undefined) return unseenIn({ Redis: redis.liveness });
  if (door.state === "refusing" && (door.kind === "auth" || door.kind === "other")) {
    return [{ part: "Redis", reason: door.reason }];
  }
  if (door.state !== "answers") return [];
  return unseenIn({
    "Redis's INFO": redis.info,
    "Redis's settings": redis.settings,
    "Redis's clients": redis.clients,
    counters,
    overrides,
  });
}

function unseenOfOthers({ nodes, proxy, jobs, redis }: LimiterObservation): readonly Unseen[] {
  const hasRedisTime = redis.info.state === "read";
  return [
    ...nodes.flatMap((node) => unseenOfNode(node, hasRedisTime)),
    ...(proxy && isAnswering(proxy.liveness) ? unseenIn({ "the proxy's links": proxy.value }) : []),
    ...(jobs && isAnswering(jobs.liveness) ? unseenIn({ "the list of jobs": jobs.value }) : []),
  ];
}

/** Of a node that is known by its api port alone, no more is expected. */
function unseenOfNode(node: NodeSighting, hasRedisTime: boolean): readonly Unseen[] {
  const { name, manageUrl, liveness, health, settings, limits, usage } = node;
  if (liveness.state === "failed") return unseenIn({ [name]: liveness });
  if (manageUrl === null || !isAnswering(liveness)) return [];
  // Overrides are among its limits: without Redis it cannot tell them, and its health says so.
  const hasRedis = readValue(health)?.redis.state === "ok";
  return unseenIn({
    [`health of ${name}`]: health,
    [`settings of ${name}`]: settings,
    ...(hasRedis ? { [`limits of ${name}`]: limits } : {}),
    ...(hasRedisTime ? { [`memory of ${name}`]: usage } : {}),
  });
}

function isAnswering(liveness: NodeSighting["liveness"]): boolean {
  return readValue(liveness)?.state === "answers";
}

function unseenIn(parts: Readonly<Record<string, Reading<unknown>>>): readonly Unseen[] {
  return Object.entries(parts).flatMap(([part, reading]) =>
    reading.state === "failed" ? [{ part, reason: reading.reason }] : [],
  );
}
