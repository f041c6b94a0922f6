// The guard's decision: pure, from effects and mode, always with a reason.
import type { Effect, EffectKind, GuardDecision } from "../../domain/effect.ts";
import { isMutating } from "../../domain/effect.ts";
import { unreachable } from "../../domain/errors.ts";
import type { SafetyMode } from "../../domain/session.ts";

export interface GuardQuestion {
  readonly effects: readonly Effect[];
  readonly mode: SafetyMode;
  /** What stands against it in the present state of the subject; see `harmOfInterrupting`. */
  readonly harm?: string | undefined;
}

/** What no mode allows, and what to do instead. */
const NEVER: Partial<Record<EffectKind, string>> = {
  destroy: "would destroy data or what holds it; find a repair that keeps all data",
  oversight: "touches the agent's own supervision, which is for people; leave it alone",
  hidden: "cannot be read before it runs; write the command out, plainly and in full",
};

export function decide({ effects, mode, harm }: GuardQuestion): GuardDecision {
  for (const { kind, source } of effects) {
    const why = NEVER[kind];
    if (why !== undefined) return { decision: "deny", reason: `${source}: ${why}` };
  }
  if (!isMutating(effects)) return { decision: "allow", reason: "it only reads" };
  if (harm !== undefined) return { decision: "deny", reason: harm };
  const what = describeMutations(effects);
  switch (mode) {
    case "observe":
      return { decision: "deny", reason: `${what}: mode observe allows known reads alone` };
    case "approve":
      return { decision: "ask", reason: `${what}: mode approve asks a person first` };
    case "execute":
      return { decision: "allow", reason: `${what}: mode execute allows it` };
    default:
      return unreachable(mode);
  }
}

const EFFECT_WORDS: Readonly<Record<EffectKind, string>> = {
  read: "reads",
  start: "starts",
  interrupt: "interrupts",
  configure: "reconfigures",
  destroy: "destroys",
  oversight: "oversees",
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
