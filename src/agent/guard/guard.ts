// The guard's decision: pure, always with a reason and the rule that made it. Deny beats ask beats
// allow. The agent and `operator guard explain` have it from here, and from nowhere else.
import {
  type Effect,
  type EffectKind,
  type GuardDecision,
  isMutating,
} from "../../domain/effect.ts";
import { unreachable } from "../../domain/errors.ts";
import type { SafetyMode } from "../../domain/session.ts";
import type { ClusterModel } from "./cluster.ts";
import { countTaken, findHarm } from "./harm.ts";
import { countChanges, countPauses, findExcess, type History } from "./history.ts";
import { findRule, type Policy, type PolicyCase, type PolicyRule } from "./policy.ts";

export interface GuardQuestion {
  readonly effects: readonly Effect[];
  readonly cluster: ClusterModel;
  readonly mode: SafetyMode;
  readonly history: History;
  readonly policy: Policy;
  readonly subject: string;
  /** The named action; absent for a shell command. */
  readonly action?: string | undefined;
  /** All that the subject has. */
  readonly actions?: PolicyCase["actions"];
  readonly nowMs: number;
}

/** What no mode and no policy allows, and what to do instead. */
const NEVER: Partial<Record<EffectKind, string>> = {
  destroy: "would destroy data or what holds it; find a repair that keeps all data",
  oversight: "touches the agent's own supervision, which is for people; leave it alone",
  foreign: "reaches what is not the subject's; leave it alone",
  hidden: "cannot be judged before it runs; write it out in full, one thing at a time",
};

export function guard(question: GuardQuestion): GuardDecision {
  const { effects } = question;
  for (const { kind, source } of effects) {
    const why = NEVER[kind];
    if (why !== undefined) return deny(`refusal: ${kind}`, `${source}: ${why}`);
  }
  if (!isMutating(effects)) return { decision: "allow", reason: "it only reads", rule: "reads" };
  const { trouble } = question.policy;
  if (trouble !== undefined)
    return deny("policy", `${trouble}; until it can be read: ${READS_ALONE}`);
  const harm = findHarm(effects, question);
  if (harm) return deny(harm.rule, harm.reason);
  const excess = findExcess({
    history: question.history,
    radius: question.policy.radius,
    effects,
    changes: countChanges(effects),
    interruptions: countPauses(effects) + countTaken(effects, question.cluster),
  });
  if (excess !== undefined) return deny("blast radius", excess);
  return decideByRules(question);
}

const READS_ALONE = "nothing but known reads is allowed";

/** Nothing stands against it but what people want. */
function decideByRules(question: GuardQuestion): GuardDecision {
  const { effects, mode, policy } = question;
  const what = describeMutations(effects);
  const rule = findRule(policy, question);
  if (rule?.decision === "deny") return deny(...wordsOf(rule, what));
  switch (mode) {
    case "observe":
      return deny("mode observe", `${what}: mode observe allows known reads alone`);
    case "approve": {
      if (rule) return byRule(rule, what);
      const reason = `${what}: mode approve asks a person first`;
      return { decision: "ask", reason, rule: "mode approve" };
    }
    case "execute": {
      const stranger = effects.find(({ kind }) => kind === "unknown");
      if (stranger) return deny("mode execute", `${stranger.source}: ${NOT_UNDERSTOOD}`);
      if (rule?.decision === "ask") return byRule(rule, what);
      return { decision: "allow", reason: `${what}: mode execute allows it`, rule: "mode execute" };
    }
    default:
      return unreachable(mode);
  }
}

const NOT_UNDERSTOOD =
  "the guard does not know what it does, and mode execute runs only what is understood";

function byRule(rule: PolicyRule, what: string): GuardDecision {
  const [name, reason] = wordsOf(rule, what);
  return { decision: rule.decision, reason, rule: name };
}

function wordsOf({ name, decision, reason }: PolicyRule, what: string): [string, string] {
  const verb = { allow: "allows it", ask: "asks a person first", deny: "refuses it" }[decision];
  return [
    `policy: ${name}`,
    `${what}: the policy's "${name}" ${verb}${reason ? `: ${reason}` : ""}`,
  ];
}

function deny(rule: string, reason: string): GuardDecision {
  return { decision: "deny", reason, rule };
}

const EFFECT_WORDS: Readonly<Record<EffectKind, string>> = {
  read: "reads",
  start: "starts",
  interrupt: "interrupts",
  configure: "reconfigures",
  network: "changes the network:",
  write: "writes",
  destroy: "destroys",
  oversight: "oversees",
  foreign: "reaches",
  hidden: "hides",
  unknown: "may change",
};

function describeMutations(effects: readonly Effect[]): string {
  const mutating = effects.filter(({ kind }) => kind !== "read");
  const phrases = mutating.map(({ kind, targets, source }) => {
    const what = targets.length > 0 ? targets.join(", ") : source;
    return `${EFFECT_WORDS[kind]} ${what}`;
  });
  return [...new Set(phrases)].join("; ");
}
