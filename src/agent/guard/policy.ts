// A person's own rules: pure matching of one operation against them. They tighten what the guard
// would allow, and let named actions pass in mode approve; what the guard refuses stays refused.
import type { Action } from "../../domain/action.ts";
import type { Effect, EffectKind } from "../../domain/effect.ts";
import { BLAST_RADIUS, type BlastRadius } from "./history.ts";

export interface PolicyRule {
  readonly name: string;
  readonly decision: "allow" | "ask" | "deny";
  readonly reason: string | undefined;
  /** Each of these narrows; absent means any. */
  readonly subjects: readonly string[] | undefined;
  readonly actions: readonly string[] | undefined;
  readonly effects: readonly EffectKind[] | undefined;
  readonly members: readonly string[] | undefined;
  readonly hours: HourSpan | undefined;
}

/** Minutes since midnight; from ≥ until spans midnight. `until` is not in it. */
export interface HourSpan {
  readonly from: number;
  readonly until: number;
}

export interface Policy {
  /** An IANA name, which the hours are meant in. */
  readonly timeZone: string;
  readonly radius: BlastRadius;
  readonly rules: readonly PolicyRule[];
  /** Why nobody can know what it is now: then nothing that changes anything is allowed. */
  readonly trouble?: string;
}

export const NO_POLICY: Policy = { timeZone: "UTC", radius: BLAST_RADIUS, rules: [] };

export interface PolicyCase {
  readonly subject: string;
  /** The named action; absent for a shell command. */
  readonly action?: string | undefined;
  /** All that the subject has: what a person meant by a name may be done by a command. */
  readonly actions?: readonly Pick<Action, "name" | "effect">[];
  readonly effects: readonly Effect[];
  readonly nowMs: number;
}

/** The strictest rule that speaks of it: deny before ask before allow, else in their order. */
export function findRule(policy: Policy, asked: PolicyCase): PolicyRule | undefined {
  if (policy.rules.length === 0) return undefined;
  const minute = minuteOfDay(asked.nowMs, policy.timeZone);
  const speaking = policy.rules.filter(
    (rule) => isWithin(rule.hours, minute) && (isGrant(rule) ? grants : tightens)(rule, asked),
  );
  return ["deny", "ask", "allow"]
    .map((decision) => speaking.find((rule) => rule.decision === decision))
    .find((rule) => rule !== undefined);
}

function isGrant({ decision }: PolicyRule): boolean {
  return decision === "allow";
}

/** Every part of it must be granted. */
function grants(rule: PolicyRule, { subject, action, effects }: PolicyCase): boolean {
  const { subjects, actions, members } = rule;
  const mutating = effects.filter(({ kind }) => kind !== "read");
  return (
    action !== undefined &&
    actions?.includes(action) === true &&
    (subjects === undefined || subjects.includes(subject)) &&
    mutating.every(({ kind }) => rule.effects === undefined || rule.effects.includes(kind)) &&
    mutating.every(
      ({ targets }) =>
        members === undefined ||
        (targets.length > 0 && targets.every((name) => members.includes(name))),
    )
  );
}

/** One part of it that is meant is enough; what names no member may mean any. */
function tightens(rule: PolicyRule, asked: PolicyCase): boolean {
  const { subjects, members } = rule;
  if (subjects !== undefined && !subjects.includes(asked.subject)) return false;
  return asked.effects.some(({ kind, targets, pauses, starts, means }) => {
    // While nobody is served it is an interruption, too; and who was gone may be started by it.
    const also = [...(pauses ? ["interrupt" as const] : []), ...(starts ? ["start" as const] : [])];
    const kinds = [kind, ...also];
    const meant = starts ? [kind, "start" as const] : [kind];
    if (kind === "read" || !meansAction(rule, { ...asked, kinds: meant })) return false;
    // A file for temporary use is no member's.
    if (kind === "write" && members !== undefined) return false;
    if (rule.effects && !kinds.some((one) => rule.effects?.includes(one))) return false;
    if (members === undefined) return true;
    const isOpen = targets.length === 0 || means === "any";
    return isOpen || targets.some((name) => members.includes(name));
  });
}

/** By its name, or a command that has the effect of one that is named. */
function meansAction(
  { actions: meant }: PolicyRule,
  { action, actions = [], kinds }: PolicyCase & { readonly kinds: readonly EffectKind[] },
): boolean {
  if (meant === undefined || (action !== undefined && meant.includes(action))) return true;
  const effects = actions.filter(({ name }) => meant.includes(name)).map(({ effect }) => effect);
  // Of another action it is no more than the start that counts.
  if (action !== undefined) return kinds.slice(1).some((kind) => isStartOf(kind, effects));
  return kinds.some((kind) =>
    effects.some((effect) => effect === kind || (effect === "configure" && isOther(kind))),
  );
}

function isStartOf(kind: EffectKind, effects: readonly EffectKind[]): boolean {
  return kind === "start" && effects.includes("start");
}

function isOther(kind: EffectKind): boolean {
  return kind !== "start" && kind !== "interrupt";
}

function isWithin(hours: HourSpan | undefined, minute: number): boolean {
  if (hours === undefined) return true;
  const { from, until } = hours;
  return from < until ? minute >= from && minute < until : minute >= from || minute < until;
}

function minuteOfDay(atMs: number, timeZone: string): number {
  const format = new Intl.DateTimeFormat("en-GB", {
    timeZone,
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  });
  const [hour = 0, minute = 0] = format.format(atMs).split(":").map(Number);
  return hour * 60 + minute;
}
