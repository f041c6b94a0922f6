// Who of the limiter must not be missing together. The jobs are in no group: a moment without them
// is nothing.
import { type QuorumGroup, readValue } from "../../src/domain/observation.ts";
import type { LimiterObservation } from "./observation.ts";

const GROUPS = [
  { role: "redis", name: "Redis", isAllNeeded: true },
  { role: "proxy", name: "proxies", isAllNeeded: true },
  { role: "limiter", name: "nodes", isAllNeeded: false },
] as const;

type Seen = Pick<LimiterObservation, "members" | "away"> & {
  readonly declared: Pick<LimiterObservation["declared"], "redisSettings">;
  readonly redis: Pick<LimiterObservation["redis"], "info">;
};

export function limiterQuorums({ members, away, declared, redis }: Seen): readonly QuorumGroup[] {
  const isStopped = (name: string) =>
    away !== undefined &&
    readValue(away)?.some((one) => one.name === name && one.state === "stopped") === true;
  return GROUPS.map(({ role, name, isAllNeeded }) => {
    const names = members.filter((member) => member.role === role).map((member) => member.name);
    const spare = isAllNeeded ? 0 : Math.max(0, Math.floor((names.length - 1) / 2));
    const group = { name, members: names, spare };
    // Between two saves counters and limits are in memory alone.
    if (role !== "redis") return group;
    const heldBytes = readValue(redis.info)?.usedMemoryBytes ?? null;
    const boundBytes = Number(declared.redisSettings?.maxmemory ?? 0);
    const holding = names.filter((name) => !isStopped(name));
    return { ...group, holding, heldBytes, boundBytes };
  });
}
