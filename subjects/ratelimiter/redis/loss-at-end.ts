// What Redis would lose if it were asked to end now: without save points it writes nothing.
import type { MemberPlan } from "../../../src/domain/subject.ts";
import { LOOPBACK } from "../address.ts";
import { readSaving, withRedis } from "../change/redis.ts";
import { portOf } from "../member-plan.ts";

const WITHIN_MS = 3_000;

/** Undefined where nothing would be lost, and of one that cannot be asked. */
export async function lossAtEnd(member: MemberPlan): Promise<string | undefined> {
  const address = `${member.host ?? LOOPBACK}:${portOf(member, "client")}`;
  const site = { redis: { url: `redis://${address}`, address, isStandIn: member.isStandIn } };
  const signal = AbortSignal.timeout(WITHIN_MS);
  try {
    return await withRedis({ site, doing: "ending redis", signal }, async (redis) => {
      const { save, appendonly } = await readSaving(redis);
      // A start reads the append-only file, whatever redis.conf says of it.
      if (save !== "" || appendonly === "yes") return undefined;
      const found = /rdb_changes_since_last_save:(\d+)/.exec(await redis.info("persistence"));
      const changes = Number(found?.[1] ?? 0);
      if (changes === 0) return undefined;
      return `it has no save points, and ${changes} changes since its last save are nowhere else`;
    });
  } catch {
    return undefined;
  }
}
