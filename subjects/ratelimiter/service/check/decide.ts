// One decision, by one script in Redis. What comes too late is still entered into the account.
import { assert } from "../../../../src/domain/errors.ts";
import type { Rule } from "../../declared.ts";
import { limitKeyOf, logKeyOf } from "../../keys.ts";
import { declaredRule } from "../limits-file.ts";
import type { LimiterNode } from "../node.ts";
import type { Afterwards, LinkFailure } from "../redis-link.ts";
import { CHECK_SCRIPT } from "../scripts.ts";
import type { CheckAsk } from "./read-check.ts";

export type Decision =
  | {
      readonly state: "decided";
      readonly isAllowed: boolean;
      /** In the window, this check included when it was allowed. */
      readonly used: number;
      readonly rule: Rule;
      readonly resetMs: number;
      readonly retryAfterMs: number;
    }
  /** More than the limit allows in any window. */
  | { readonly state: "never"; readonly rule: Rule }
  /** `rule` is the declared one. */
  | {
      readonly state: "undecided";
      readonly failure: LinkFailure;
      readonly reason: string;
      readonly rule: Rule;
    };

/** [verdict, used, limit, window_ms, now_us, reset_us, retry_after_us]: see CHECK_SCRIPT. */
type Verdict = readonly [number, number, number, number, number, number, number];

/** Counts the checks of this process: with the boot id, members that are never used twice. */
let checks = 0;

export async function decide(node: LimiterNode, ask: CheckAsk): Promise<Decision> {
  const rule = declaredRule(node.limits, ask.key);
  const { schema } = node.settings.current;
  const sentAtMs = performance.now();
  checks += 1;
  const answer = await node.link.run(
    {
      script: CHECK_SCRIPT,
      keys: [logKeyOf(ask.key, schema), limitKeyOf(ask.key, schema)],
      args: [rule.limit, rule.window_ms, ask.cost, `${node.bootId}-${checks}`],
    },
    {
      deadlineMs: node.bounds.checkDeadlineMs,
      onAfterwards: (afterwards) => enterLate({ node, ask, sentAtMs }, afterwards),
    },
  );
  if (answer.state === "answered") {
    node.metrics.redisSeconds.observe((performance.now() - sentAtMs) / 1000);
    const verdict = verdictOf(answer.value);
    node.usage.noteRedisTime(verdict[4]);
    enter({ node, ask }, verdict);
    return decisionOf(verdict);
  }
  const { failure, reason } = answer;
  node.metrics.redisFailures.add({ failure });
  if (failure === "late") {
    node.metrics.redisSeconds.observe((performance.now() - sentAtMs) / 1000);
  }
  return { state: "undecided", failure, reason, rule };
}

/** By hand: a schema would take as long as all else that a node does with an answer. */
function verdictOf(value: unknown): Verdict {
  assert(isVerdict(value), "the script answers seven numbers");
  return value;
}

function isVerdict(value: unknown): value is Verdict {
  return (
    Array.isArray(value) && value.length === 7 && value.every((one) => typeof one === "number")
  );
}

function decisionOf([verdict, used, limit, window_ms, , resetUs, retryAfterUs]: Verdict): Decision {
  const rule = { limit, window_ms };
  if (verdict === -1) return { state: "never", rule };
  return {
    state: "decided",
    isAllowed: verdict === 1,
    used,
    rule,
    resetMs: Math.ceil(resetUs / 1000),
    retryAfterMs: Math.ceil(retryAfterUs / 1000),
  };
}

interface Asked {
  readonly node: LimiterNode;
  readonly ask: CheckAsk;
}

function enter({ node, ask }: Asked, [verdict, , , , nowUs]: Verdict): void {
  if (verdict === 1) node.usage.addGrant({ key: ask.key, units: ask.cost, atUs: nowUs });
}

function enterLate(asked: Asked & { readonly sentAtMs: number }, afterwards: Afterwards): void {
  if (afterwards.state === "answered_late") {
    const verdict = verdictOf(afterwards.value);
    asked.node.usage.noteLateAnswer(verdict[4]);
    enter(asked, verdict);
  }
  if (afterwards.state !== "lost") return;
  const { node, ask, sentAtMs } = asked;
  node.usage.addUncertain({ key: ask.key, units: ask.cost }, sentAtMs);
}
