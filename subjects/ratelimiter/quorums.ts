// Who of the limiter must not be missing together. The jobs are in no group: a moment without them
// is nothing.
import { type QuorumGroup, readValue } from "../../src/domain/observation.ts";
import type { LimiterObservation, NodeSighting } from "./observation.ts";

const GROUPS = [
  { role: "redis", name: "Redis", isAllNeeded: true },
  { role: "proxy", name: "proxies", isAllNeeded: true },
  { role: "limiter", name: "nodes", isAllNeeded: false },
] as const;

type Seen = Pick<LimiterObservation, "members" | "away" | "disturbances"> & {
  readonly nodes: readonly Pick<NodeSighting, "name" | "checks" | "health">[];
  readonly declared: Pick<LimiterObservation["declared"], "redisSettings">;
  readonly redis: Pick<LimiterObservation["redis"], "info" | "settings">;
};

export function limiterQuorums(seen: Seen): readonly QuorumGroup[] {
  const { members, away, declared, redis } = seen;
  const isStopped = (name: string) =>
    away !== undefined &&
    readValue(away)?.some((one) => one.name === name && one.state === "stopped") === true;
  return GROUPS.map(({ role, name, isAllNeeded }) => {
    const names = members.filter((member) => member.role === role).map((member) => member.name);
    const spare = isAllNeeded ? 0 : Math.max(0, Math.floor((names.length - 1) / 2));
    const cutOff = cutOffIn(seen).filter((one) => role === "limiter" && names.includes(one));
    const group = { name, members: names, spare, cutOff };
    // Between two saves counters and limits are in memory alone.
    if (role !== "redis") return group;
    const heldBytes = readValue(redis.info)?.usedMemoryBytes ?? null;
    const boundBytes = Number(declared.redisSettings?.maxmemory ?? 0);
    const holding = names.filter((name) => !isStopped(name));
    return { ...group, holding, heldBytes, boundBytes };
  });
}

/** Whoever answers us and decides nothing by Redis, or is seldom heard. */
function cutOffIn({ nodes, disturbances }: Seen): readonly string[] {
  const found = (disturbances && readValue(disturbances)) ?? [];
  const struck = found.filter(({ type }) => type === "partition" || type === "loss");
  const idle = nodes.filter((node) => !decides(node));
  return [...struck.map(({ member }) => member), ...idle.map(({ name }) => name)];
}

/** As clients see it; where nobody could ask, by its own word. */
function decides({ checks, health }: Pick<NodeSighting, "checks" | "health">): boolean {
  const asked = readValue(checks);
  if (asked && asked.asked > 0) return asked.undecided < asked.asked;
  return readValue(health)?.redis.state === "ok";
}
