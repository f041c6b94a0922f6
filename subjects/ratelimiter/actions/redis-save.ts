// Redis made to save what it holds: until a save succeeds, it refuses writes.
import { type Check, MET, notMet } from "../../../src/domain/action.ts";
import { OperatorError } from "../../../src/domain/errors.ts";
import { undoUnneeded } from "../../../src/domain/undo.ts";
import { readSaving, saveNow, withRedis } from "../change/redis.ts";
import type { LimiterObservation } from "../observation.ts";
import { declaredOf } from "./redis.ts";
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
    undo: undoUnneeded("by its save points Redis would write the same within a minute"),
    withinMs: WITHIN_MS,
    touches: () => [REDIS],
    precondition: (observation, { target }) => {
      if (target !== REDIS) return notMet(`the target is "${REDIS}"`);
      const answers = checkRedisAnswers(observation);
      return answers.isMet ? checkSaves(observation) : answers;
    },
    postcondition: ({ redis }) =>
      checkRead(redis.info, ({ lastSaveOk }) => (lastSaveOk ? MET : notMet("the save failed"))),
    run: (call, context) =>
      withRedis(visitFor(tools, { action: "save_redis", call, context }), async (redis) => {
        // Somebody may have said since the look that what is on disk counts.
        const saving = checkSaving(await readSaving(redis), tools.site.declared);
        if (!saving.isMet) throw new OperatorError("conflict", saving.reason);
        await saveNow(redis, context.clock);
        return "Redis has saved its data";
      }),
  };
}

/** What is written over the dump may be less than it holds: only where Redis does so by itself. */
function checkSaves({ redis, declared }: LimiterObservation): Check {
  return checkRead(redis.settings, (settings) => checkSaving(settings, declared));
}

function checkSaving(
  { save = "", appendonly }: Readonly<Record<string, string | undefined>>,
  declared: LimiterObservation["declared"],
): Check {
  const isMeant = save !== "" && save === (declaredOf(declared, "save") ?? save);
  if (!isMeant) return notMet(`save points are "${save}": whoever set them says what is kept`);
  if (appendonly === (declaredOf(declared, "appendonly") ?? appendonly)) return MET;
  return notMet(
    "an append-only file that nobody declared is in force, so Redis may not hold what its " +
      "dump does: whoever turned it on says which of them counts",
  );
}
