// Entries dated in the future in one tenant's log, as a node with a clock of its own would write
// them: they never leave the window. With as many of them as the limit allows, every check is
// denied though no node ever allowed one, and no check shortens the expiry of the log.

import type { Redis } from "ioredis";
import { z } from "zod";
import { OperatorError } from "../../../src/domain/errors.ts";
import { nowUs, saveIfMeant, withRedis } from "../change/redis.ts";
import { WINDOW_MS_MAX } from "../declared.ts";
import { logKeyOf } from "../keys.ts";
import { detailsOf, doingOf, type LimiterFault, pickOne, siteFor } from "./struck.ts";
import { newBootId, tenantsAmong } from "./tenants.ts";

const NAME = "counter_drift";
const KEYS = ["steady", "bursty", "hot"];
const AHEAD_US = 3_600_000_000;
/** Longer than any window: what was granted before lives on. */
const EXPIRES_MS = WINDOW_MS_MAX + AHEAD_US / 1_000;

const detailsSchema = z.object({
  key: z.string(),
  entries: z.int().min(1).max(10_000),
  boot_id: z.string(),
});
type Details = z.infer<typeof detailsSchema>;

export const counterDrift: LimiterFault = {
  name: NAME,
  describes: "One tenant's log holds entries from the future: it is denied what it never used.",
  plan(observation, random) {
    const { key, rule } = pickOne(tenantsAmong(KEYS, observation), { fault: NAME, random });
    const boot_id = newBootId(random);
    const details = { key, entries: rule.limit, boot_id };
    return { fault: NAME, targets: [key], details };
  },
  async inject(plan, context) {
    const details = detailsOf(plan, detailsSchema);
    const visit = { site: siteFor(plan, context), doing: doingOf(plan), signal: context.signal };
    await withRedis(visit, async (redis) => {
      await addEntries(redis, details);
      await saveIfMeant(redis, context.clock);
    });
  },
  async heal(plan, context) {
    const details = detailsOf(plan, detailsSchema);
    const visit = { site: siteFor(plan, context), doing: doingOf(plan), signal: context.signal };
    await withRedis(visit, async (redis) => {
      const log = logKeyOf(details.key);
      // How long it lives on the next check says: a node may count over a longer window.
      await redis.zrem(log, ...membersOf(details));
      await saveIfMeant(redis, context.clock);
    });
    return [];
  },
  expects: ({ targets }) => targets.map((entity) => ({ invariant: NAME, entity })),
};

async function addEntries(redis: Redis, details: Details): Promise<void> {
  const log = logKeyOf(details.key);
  const dueUs = (await nowUs(redis)) + AHEAD_US;
  const entries = membersOf(details).flatMap((member, index) => [dueUs + index, member]);
  await redis
    .multi()
    .zadd(log, ...entries)
    .pexpire(log, EXPIRES_MS)
    .exec();
  const found = await redis.zcount(log, dueUs, "+inf");
  if (found >= details.entries) return;
  throw new OperatorError("subject", `${found} entries are there, not ${details.entries}`);
}

/** The same each time, so that a second injection adds none. */
function membersOf({ boot_id: bootId, entries }: Details): readonly string[] {
  return Array.from({ length: entries }, (_, index) => `${bootId}-${index}-1`);
}
