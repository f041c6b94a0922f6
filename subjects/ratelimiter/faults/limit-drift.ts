// An override that somebody wrote into Redis past the API: ten times the declared limit, without
// an end.
import { z } from "zod";
import { OperatorError } from "../../../src/domain/errors.ts";
import { saveIfMeant, withRedis } from "../change/redis.ts";
import { limitKeyOf } from "../keys.ts";
import { WITHDRAW_SCRIPT } from "../service/scripts.ts";
import { detailsOf, doingOf, type LimiterFault, pickOne, siteFor } from "./struck.ts";
import { tenantsAmong } from "./tenants.ts";

const NAME = "limit_drift";
/** They ask for more than they are allowed, so that the wrong limit shows. */
const KEYS = ["hot", "misbehaving"];
const FACTOR = 10;

const detailsSchema = z.object({
  key: z.string(),
  limit: z.int().min(1),
  window_ms: z.int().min(1),
});

export const limitDrift: LimiterFault = {
  name: NAME,
  describes: "One tenant has ten times its declared limit, by an override that never ends.",
  plan(observation, random) {
    const { key, rule } = pickOne(tenantsAmong(KEYS, observation), { fault: NAME, random });
    const details = { key, limit: rule.limit * FACTOR, window_ms: rule.window_ms };
    return { fault: NAME, targets: [key], details };
  },
  async inject(plan, context) {
    const { key, limit, window_ms } = detailsOf(plan, detailsSchema);
    const visit = { site: siteFor(plan, context), doing: doingOf(plan), signal: context.signal };
    await withRedis(visit, async (redis) => {
      const override = limitKeyOf(key);
      await redis.multi().hset(override, { limit, window_ms }).persist(override).exec();
      const found = await redis.hget(override, "limit");
      if (found !== `${limit}`) throw new OperatorError("subject", `the limit is ${found}`);
      await saveIfMeant(redis, context.clock);
    });
  },
  async heal(plan, context) {
    const { key, limit, window_ms: windowMs } = detailsOf(plan, detailsSchema);
    const visit = { site: siteFor(plan, context), doing: doingOf(plan), signal: context.signal };
    return withRedis(visit, async (redis) => {
      // One that a person has set since is not the fault's.
      const isGone = await redis.eval(WITHDRAW_SCRIPT.text, 1, limitKeyOf(key), limit, windowMs);
      if (isGone === 1) await saveIfMeant(redis, context.clock);
      const stays = await redis.hget(limitKeyOf(key), "limit");
      return stays === null ? [] : [`the override of ${key}, limit ${stays}`];
    });
  },
  expects: ({ targets }) => targets.map((entity) => ({ invariant: NAME, entity })),
};
