// A counter that never expires. A check that is allowed would give it an expiry again, and so it is
// that of a blocked tenant, whose one entry has long left the window: its checks write nothing.
import { z } from "zod";
import { OperatorError } from "../../../src/domain/errors.ts";
import { readValue } from "../../../src/domain/observation.ts";
import { logLifeMs } from "../change/log-life.ts";
import { nowUs, saveIfMeant, withRedis } from "../change/redis.ts";
import { WINDOW_MS_MAX } from "../declared.ts";
import { logKeyOf } from "../keys.ts";
import { detailsOf, doingOf, type LimiterFault, pickOne, siteFor } from "./struck.ts";
import { newBootId, tenantsAmong } from "./tenants.ts";

const NAME = "immortal_key";
const KEYS = ["blocked"];
const AGE_US = 60_000_000;
const FOREVER = -1;

const detailsSchema = z.object({
  key: z.string(),
  boot_id: z.string(),
});

export const immortalKey: LimiterFault = {
  name: NAME,
  describes: "The counter of a blocked tenant has lost its expiry, and stays for ever.",
  plan(observation, random) {
    const counters = readValue(observation.counters)?.items ?? [];
    // What does not expire already would be healed away.
    const immortal = counters.filter(({ exists, ttlMs }) => exists && ttlMs === null);
    const tenants = tenantsAmong(KEYS, observation).filter((tenant) =>
      immortal.every((counter) => counter.key !== tenant.key),
    );
    const { key } = pickOne(tenants, { fault: NAME, random });
    const details = { key, boot_id: newBootId(random) };
    return { fault: NAME, targets: [key], details };
  },
  async inject(plan, context) {
    const { key, boot_id: bootId } = detailsOf(plan, detailsSchema);
    const visit = { site: siteFor(plan, context), doing: doingOf(plan), signal: context.signal };
    await withRedis(visit, async (redis) => {
      const log = logKeyOf(key);
      const atUs = (await nowUs(redis)) - AGE_US;
      await redis.multi().zadd(log, atUs, `${bootId}-0-1`).persist(log).exec();
      const ttlMs = await redis.pttl(log);
      if (ttlMs !== FOREVER) throw new OperatorError("subject", `${log} expires in ${ttlMs} ms`);
      await saveIfMeant(redis, context.clock);
    });
  },
  async heal(plan, context) {
    const { key, boot_id: bootId } = detailsOf(plan, detailsSchema);
    const visit = { site: siteFor(plan, context), doing: doingOf(plan), signal: context.signal };
    await withRedis(visit, async (redis) => {
      const log = logKeyOf(key);
      // A node may count over a longer window than was declared; the next check says.
      const lifeMs = await logLifeMs(redis, { key, declaredMs: WINDOW_MS_MAX });
      const isStill = (await redis.pttl(log)) === FOREVER;
      const removal = redis.multi().zrem(log, `${bootId}-0-1`);
      await (isStill ? removal.pexpire(log, lifeMs) : removal).exec();
      await saveIfMeant(redis, context.clock);
    });
    return [];
  },
  expects: ({ targets }) => targets.map((entity) => ({ invariant: "immortal_counter", entity })),
};
