// Single counters and limits put right in Redis, each by its exact name.

import type { Redis } from "ioredis";
import { z } from "zod";
import { type ActionCall, type Check, MET, notMet, textArg } from "../../../src/domain/action.ts";
import { OperatorError } from "../../../src/domain/errors.ts";
import { readValue } from "../../../src/domain/observation.ts";
import { noUndo, undoUnneeded } from "../../../src/domain/undo.ts";
import { logLifeMs } from "../change/log-life.ts";
import { withRedis } from "../change/redis.ts";
import { WINDOW_MS_MAX } from "../declared.ts";
import { limitKeyOf, logKeyOf } from "../keys.ts";
import type { CounterReading, LimiterObservation, OverrideReading } from "../observation.ts";
import { compareCounters } from "../observe/compare-counters.ts";
import { SETTLED_MS } from "../observe/read-keys.ts";
import { REDATE_SCRIPT, RESTORE_SCRIPT } from "../service/scripts.ts";
import {
  type ActionTools,
  checkRead,
  checkRedisAnswers,
  type LimiterAction,
  visitFor,
} from "./tools.ts";

const REDIS = "redis";
const TARGETS = "a key, as its tenant writes it";
const WITHIN_MS = 10_000;
/** A window that was counted wrong has to pass before both sides agree. */
const WINDOW_PASSES_MS = 20_000;
/** What the script answers; fields and their values by turns. */
const REDATED = z.tuple([z.number(), z.number()]);
/** What the script answers; fields and their values by turns. */
const RESTORED = z.tuple([z.number(), z.array(z.string())]);
/** What Redis's clock may have gained until the command arrives. */
const AHEAD_US_MIN = 1_000_000;
/** Each look from then on compares what is dated so; it was granted before, if it was. */
const AGO_US = SETTLED_MS * 1_000;

export function resetCounter(tools: ActionTools): LimiterAction {
  return {
    name: "reset_counter",
    describes:
      "Dates what lies ahead of Redis's clock in one key's counter a second ago, and waits until " +
      "it has left the window compared. Nothing is forgotten: it may have been granted before " +
      "a clock was set back.",
    targets: TARGETS,
    args: {},
    effect: "configure",
    undo: noUndo("the dates that lay ahead are not put back: nothing would ever leave"),
    withinMs: WINDOW_PASSES_MS,
    touches: () => [REDIS],
    precondition: checkResettable,
    postcondition: checkAgrees,
    run: (call, context) =>
      withRedis(visitFor(tools, { action: "reset_counter", call, context }), async (redis) => {
        const log = logKeyOf(call.target);
        const lifeMs = await lifeMsOf(redis, { key: call.target, tools });
        const args = [AHEAD_US_MIN, AGO_US, lifeMs ?? ""];
        const [redated, all] = REDATED.parse(await redis.eval(REDATE_SCRIPT.text, 1, log, ...args));
        const isKnown = lifeMs !== undefined && lifeMs < WINDOW_MS_MAX;
        const span = isKnown ? `, up to ${lifeMs / 1_000} s` : "";
        const until = `one more window${span}, in which ${call.target} may be denied`;
        return `${redated} of ${all} entries of ${log} lay ahead; they count for ${until}`;
      }),
  };
}

export function setTtl(tools: ActionTools): LimiterAction {
  const { limits } = tools.site.declared;
  return {
    name: "set_ttl",
    describes: "Gives one key's counter that never expires the expiry of its window.",
    targets: TARGETS,
    args: {},
    effect: "configure",
    undo: undoUnneeded("every counter is meant to expire"),
    withinMs: WITHIN_MS,
    touches: () => [REDIS],
    precondition: (observation, { target }) => {
      if (!limits) return notMet("no window is declared, so nobody knows when it should expire");
      return checkCounter(observation, target, ({ ttlMs }) =>
        ttlMs === null ? MET : notMet(`the counter of ${target} expires already`),
      );
    },
    postcondition: (observation, { target }) =>
      checkRead(observation.counters, ({ items, isCut }) => {
        const counter = items.find(({ key }) => key === target);
        if (!counter && isCut) return notMet(`the counter of ${target} was not among those read`);
        if (!counter?.exists || counter.ttlMs !== null) return MET;
        return notMet(`the counter of ${target} still never expires`);
      }),
    run: (call, context) =>
      withRedis(visitFor(tools, { action: "set_ttl", call, context }), async (redis) => {
        const log = logKeyOf(call.target);
        const lifeMs = await lifeMsOf(redis, { key: call.target, tools });
        if (lifeMs === undefined) throw new OperatorError("subject", "no window is declared");
        const isSet = (await redis.pexpire(log, lifeMs)) === 1;
        return isSet ? `${log} expires in ${lifeMs} ms` : `${log} is not there any more`;
      }),
  };
}

export function restoreLimit(tools: ActionTools): LimiterAction {
  return {
    name: "restore_limit",
    describes:
      "Removes one key's override that never ends, so that its declared limit is in force again. " +
      "An override until a stated time is somebody's decision, and stays.",
    targets: TARGETS,
    args: {},
    effect: "configure",
    undo: noUndo("an override without an end is not put back; the result says what it held"),
    withinMs: WITHIN_MS,
    touches: () => [REDIS],
    precondition: checkEndless,
    postcondition: (observation, { target }) =>
      checkOverride(observation, target, (override) =>
        override ? notMet(sayOverride(override)) : MET,
      ),
    run: (call, context) =>
      withRedis(visitFor(tools, { action: "restore_limit", call, context }), async (redis) => {
        const override = limitKeyOf(call.target);
        const [isGone, held] = RESTORED.parse(await redis.eval(RESTORE_SCRIPT.text, 1, override));
        const pairs = held.flatMap((name, index) =>
          index % 2 === 0 ? [[name, held[index + 1]]] : [],
        );
        const found = JSON.stringify(Object.fromEntries(pairs));
        if (isGone === 1) return `${override} is gone: it held ${found}`;
        throw new OperatorError("conflict", `somebody has set one that ends meanwhile: ${found}`);
      }),
  };
}

/** All that whoever approves its removal may go by: somebody's newer one is another. */
function sayOverride({ key, limit, windowMs, setBy }: OverrideReading): string {
  const span = windowMs === null ? "no window" : `${windowMs / 1_000} s`;
  const author = setBy ?? "nobody";
  return `${key} is overridden with ${limit ?? "no number"} per ${span}, set by ${author}`;
}

/** Who asks for more would have what was granted forgotten. */
function checkWhat(call: ActionCall): Check {
  const what = textArg(call, "what") ?? "ahead";
  return what === "ahead" ? MET : notMet(`what=${what} is not known: only what is ahead is set`);
}

function checkResettable(observation: LimiterObservation, call: ActionCall): Check {
  const known = checkWhat(call);
  if (!known.isMet) return known;
  return checkCounter(observation, call.target, ({ future }) => {
    if (future > 0) return MET;
    return notMet(`nothing in the counter of ${call.target} is dated ahead`);
  });
}

/** It is not there, or nothing in it is dated ahead, and what was has left the window compared. */
function checkAgrees(observation: LimiterObservation, call: ActionCall): Check {
  const { target } = call;
  const known = checkWhat(call);
  if (!known.isMet) return known;
  return checkRead(observation.counters, ({ isCut }) => {
    const compared = compareCounters(observation).find(({ counter }) => counter.key === target);
    if (!compared) {
      return isCut ? notMet(`the counter of ${target} was not among those read`) : MET;
    }
    const { counter, account } = compared;
    // How many changes by itself, and an approval is for what it replaces.
    if (counter.future > 0) return notMet("some of its entries are dated ahead");
    return account.state === "too_many" ? notMet(account.reason) : MET;
  });
}

function checkCounter(
  observation: LimiterObservation,
  target: string,
  check: (counter: CounterReading) => Check,
): Check {
  const answers = checkRedisAnswers(observation);
  if (!answers.isMet) return answers;
  return checkRead(observation.counters, ({ items, isCut }) => {
    const counter = items.find(({ key }) => key === target);
    if (counter?.wrongType !== undefined) {
      return notMet(`${logKeyOf(target)} is no counter but of type ${counter.wrongType}`);
    }
    if (counter?.exists) return check(counter);
    const more = isCut ? " among those that were read" : "";
    return notMet(`there is no counter of "${target}"${more}`);
  });
}

function checkEndless(observation: LimiterObservation, { target }: ActionCall): Check {
  const answers = checkRedisAnswers(observation);
  if (!answers.isMet) return answers;
  return checkOverride(observation, target, (override) => {
    if (!override) return notMet(`${target} is not overridden`);
    const { endsInMs, setBy, wrongType } = override;
    if (wrongType !== undefined) {
      return notMet(`${limitKeyOf(target)} is no override but of type ${wrongType}`);
    }
    if (endsInMs === null) return MET;
    const seconds = Math.round(endsInMs / 1_000);
    return notMet(`${target} is overridden for ${seconds} s more, by ${setBy ?? "somebody"}`);
  });
}

function checkOverride(
  { overrides }: LimiterObservation,
  target: string,
  check: (override: OverrideReading | undefined) => Check,
): Check {
  const items = readValue(overrides)?.items ?? [];
  const override = items.find(({ key }) => key === target);
  return checkRead(overrides, ({ isCut }) => {
    if (!override && isCut) return notMet("there are more overrides than were read");
    return check(override);
  });
}

/**
 * Undefined when nothing is declared. A node may count by a file of its own, over a longer window;
 * over which, is not known of one that was not heard.
 */
async function lifeMsOf(
  redis: Redis,
  { key, tools }: { readonly key: string; readonly tools: ActionTools },
): Promise<number | undefined> {
  const { limits } = tools.site.declared;
  if (!limits) return undefined;
  const inForce = tools.latest()?.nodes.map((node) => readValue(node.limits)) ?? [undefined];
  const windowsMs = [limits, ...inForce].map((file) => {
    const rule = file && (file.keys[key] ?? file.default);
    return rule?.window_ms ?? WINDOW_MS_MAX;
  });
  return logLifeMs(redis, { key, declaredMs: Math.max(...windowsMs) });
}
