// Redis made to save what it holds: until a save succeeds, it refuses writes.
import { MET, notMet } from "../../../src/domain/action.ts";
import { undoUnneeded } from "../../../src/domain/undo.ts";
import { saveNow, withRedis } from "../change/redis.ts";
import { checkDump } from "./redis.ts";
import {
  type ActionTools,
  checkRead,
  checkRedisAnswers,
  type LimiterAction,
  visitFor,
} from "./tools.ts";

const REDIS = "redis";
const WITHIN_MS = 10_000;

export function saveRedis(tools: ActionTools): LimiterAction {
  return {
    name: "save_redis",
    describes:
      "Has Redis save its data to its disk. Helps when a save had failed and its cause is gone: " +
      "by itself Redis tries again once a minute, and refuses writes until then.",
    targets: `"${REDIS}"`,
    args: {},
    effect: "configure",
    undo: undoUnneeded("a save takes nothing away"),
    withinMs: WITHIN_MS,
    touches: () => [REDIS],
    precondition: (observation, { target }) => {
      if (target !== REDIS) return notMet(`the target is "${REDIS}"`);
      const answers = checkRedisAnswers(observation);
      return answers.isMet ? checkDump(observation) : answers;
    },
    postcondition: ({ redis }) =>
      checkRead(redis.info, ({ lastSaveOk }) => (lastSaveOk ? MET : notMet("the save failed"))),
    run: (call, context) =>
      withRedis(visitFor(tools, { action: "save_redis", call, context }), async (redis) => {
        await saveNow(redis, context.clock);
        return "Redis has saved its data";
      }),
  };
}
