// Who of the limiter must not be missing together. The jobs are in no group: a moment without them
// is nothing.
import type { QuorumGroup } from "../../src/domain/observation.ts";
import type { LimiterObservation } from "./observation.ts";

const GROUPS = [
  { role: "redis", name: "Redis", isAllNeeded: true },
  { role: "proxy", name: "proxies", isAllNeeded: true },
  { role: "limiter", name: "nodes", isAllNeeded: false },
] as const;

export function limiterQuorums({
  members,
}: Pick<LimiterObservation, "members">): readonly QuorumGroup[] {
  return GROUPS.map(({ role, name, isAllNeeded }) => {
    const names = members.filter((member) => member.role === role).map((member) => member.name);
    const spare = isAllNeeded ? 0 : Math.max(0, Math.floor((names.length - 1) / 2));
    return { name, members: names, spare };
  });
}
