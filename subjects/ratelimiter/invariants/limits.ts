// Whether the limits in force are the declared ones, or overridden until a stated time.
import { readValue } from "../../../src/domain/observation.ts";
import { holds, judgeRead, type Opinion, violated } from "../../../src/domain/opinion.ts";
import type { Judgement } from "../../../src/domain/verdict.ts";
import type { Rule } from "../declared.ts";
import { limitKeyOf } from "../keys.ts";
import type { LimiterObservation, NodeSighting, OverrideReading } from "../observation.ts";
import { OTHER_KEYS } from "./counters.ts";
import { CORRECTNESS, type LimiterInvariant } from "./judge.ts";

/** Of the rule for keys that are not declared. */
export const DEFAULT_RULE = "default";

export const limitDrift: LimiterInvariant = {
  name: "limit_drift",
  describes: "Every limit is the declared one, or overridden until a time that is stated.",
  severity: "critical",
  ...CORRECTNESS,
  judge: ({ current }) => judgeLimits(current),
};

function judgeLimits(current: LimiterObservation): readonly Judgement[] {
  const { limits } = current.declared;
  const keys = Object.entries(limits?.keys ?? {});
  const isOther = ({ key }: OverrideReading) => !keys.some(([name]) => name === key);
  return [
    ...keys.map(([key, rule]) => ({ entity: key, ...judgeKey(current, { key, rule }) })),
    ...(limits ? [{ entity: DEFAULT_RULE, ...judgeDefault(current, limits.default) }] : []),
    { entity: OTHER_KEYS, ...judgeOverrides(current, isOther) },
  ];
}

function judgeKey(
  current: LimiterObservation,
  { key, rule }: { readonly key: string; readonly rule: Rule },
): Opinion {
  const wrong = nodesWith(current, (node) =>
    isOther(readValue(node.limits)?.keys[key], { rule, node }),
  );
  if (wrong.length > 0) return differs(key, wrong);
  return judgeOverrides(current, (override) => override.key === key);
}

function judgeDefault(current: LimiterObservation, rule: Rule): Opinion {
  const wrong = nodesWith(current, (node) =>
    isOther(readValue(node.limits)?.default, { rule, node }),
  );
  if (wrong.length > 0) return differs(DEFAULT_RULE, wrong);
  return holds("as declared at every node that was read");
}

/** A node whose limits were not read says nothing. */
function isOther(
  found: Rule | undefined,
  { rule, node }: { readonly rule: Rule; readonly node: NodeSighting },
): boolean {
  if (node.limits.state === "failed") return false;
  return found?.limit !== rule.limit || found.window_ms !== rule.window_ms;
}

function nodesWith(
  { nodes }: LimiterObservation,
  isMeant: (node: NodeSighting) => boolean,
): readonly string[] {
  return nodes.filter(isMeant).map(({ name }) => name);
}

function differs(key: string, nodes: readonly string[]): Opinion {
  const reason = `the limits file of ${nodes.join(", ")} has another rule for ${key}`;
  return violated(reason, { nodes });
}

function judgeOverrides(
  { overrides }: LimiterObservation,
  isMeant: (override: OverrideReading) => boolean,
): Opinion {
  return judgeRead(overrides, ({ items }) => {
    // One that is over may still be there: the limiter does not obey it.
    const mine = items.filter((one) => isMeant(one) && one.endsInMs !== 0);
    const misfit = mine.find(({ wrongType }) => wrongType !== undefined);
    if (misfit) return blockedBy(misfit);
    const [endless] = mine.filter(({ endsInMs }) => endsInMs === null);
    if (endless) return driftOf(endless);
    const [first] = mine;
    if (!first) return holds("as declared");
    return holds(`overridden with ${first.limit} until a stated time`);
  });
}

function blockedBy({ key, ttlMs, wrongType = "" }: OverrideReading): Opinion {
  const name = limitKeyOf(key);
  const reason = `${name} is no override but a ${wrongType}: every check of ${key} is refused`;
  return violated(reason, { key, key_name: name, key_type: wrongType, ttl_ms: ttlMs });
}

function driftOf({ key, limit, windowMs, untilMs, setBy, ttlMs }: OverrideReading): Opinion {
  const reason = `${key} is overridden with ${limit ?? "no number"}, and the override never ends`;
  return violated(reason, {
    key,
    limit,
    window_ms: windowMs,
    until_ms: untilMs,
    ttl_ms: ttlMs,
    set_by: setBy,
  });
}
