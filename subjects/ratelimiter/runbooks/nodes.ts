// What is set wrong at one node, or stands on its way to Redis, is put back as declared.
import {
  change,
  changeAll,
  changeOrDiagnose,
  repairIfViolated,
  type Seen,
} from "../../../src/runbooks/repair.ts";
import { type Ending, lineOf, type Steps, tryTwice } from "../../../src/runbooks/steps.ts";
import { namesIn } from "./evidence.ts";

export const restoreFailClosed = tryTwice((ticket) => repairIfViolated(ticket, turnFailOpenOff));
export const restoreNodeSchema = tryTwice((ticket) => repairIfViolated(ticket, restoreSchema));
export const restoreNodeClock = tryTwice((ticket) => repairIfViolated(ticket, syncClock));
export const clearWayToRedis = tryTwice((ticket) => repairIfViolated(ticket, clearToxics));

export function* turnFailOpenOff({ own }: Seen): Steps<Ending> {
  return yield* change({
    rootCause: `${own.entity} was left on fail-open.`,
    action: "turn_fail_open_off",
    target: own.entity,
    thought: `${own.entity} would allow everything without Redis; declared is to fail closed.`,
    reason: lineOf(own.reason),
  });
}

export function* restoreSchema({ own }: Seen): Steps<Ending> {
  return yield* change({
    rootCause: `${own.entity} counted in keys of schema ${own.evidence.schema}.`,
    action: "restore_key_schema",
    target: own.entity,
    thought: `${own.entity} counts where nobody else looks: every limit is exceeded by its share.`,
    reason: lineOf(own.reason),
  });
}

/** Its settings may move its clock. When they do not, its machine's clock is off. */
function* syncClock({ ticket, own }: Seen): Steps<Ending> {
  const change = {
    rootCause: `The clock of ${own.entity} was moved by its settings: ${lineOf(own.reason)}.`,
    action: "sync_node_clock",
    target: own.entity,
    thought: `${own.entity} is ${lineOf(own.reason)}. No decision hangs on it; I set it right.`,
    reason: lineOf(own.reason),
  };
  return yield* changeOrDiagnose(ticket, {
    change,
    advice: "Its settings do not move its clock: look at the time service of its machine.",
  });
}

/** Whatever the proxy does to the node's way to Redis, and to nobody else's. */
function* clearToxics({ ticket, own }: Seen): Steps<Ending> {
  const { entity, reason, evidence } = own;
  const changes = namesIn(evidence.toxics, entity).map((toxic) => ({
    rootCause: `The way between ${entity} and Redis was disturbed by ${toxic}.`,
    action: "clear_toxic",
    target: entity,
    args: { toxic },
    thought: `Redis itself is quick. ${toxic} stands on the way of ${entity}: I take it off.`,
    reason: lineOf(reason),
  }));
  const advice = `Nothing disturbs the link of ${entity}: look at its load and its machine.`;
  return yield* changeAll(ticket, { changes, advice });
}
