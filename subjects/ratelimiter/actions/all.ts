// Every repair step of the rate limiter. None empties Redis or deletes by pattern.
import { liftDisturbances } from "../../../src/disturbances/lift.ts";
import { resetCounter, restoreLimit, setTtl } from "./counters.ts";
import { memberActions } from "./members.ts";
import { restoreKeySchema, syncNodeClock, turnFailOpenOff } from "./node-settings.ts";
import { killClient, killScript, setRedisSetting } from "./redis.ts";
import { saveRedis } from "./redis-save.ts";
import { clearToxic, removeJob } from "./surroundings.ts";
import type { ActionTools, LimiterAction } from "./tools.ts";

export function limiterActions(tools: ActionTools): readonly LimiterAction[] {
  return [
    ...memberActions(tools),
    liftDisturbances(tools.runtime),
    resetCounter(tools),
    restoreLimit(tools),
    setTtl(tools),
    setRedisSetting(tools),
    killClient(tools),
    killScript(tools),
    saveRedis(tools),
    turnFailOpenOff(tools),
    syncNodeClock(tools),
    restoreKeySchema(tools),
    clearToxic(tools),
    removeJob(tools),
  ];
}
