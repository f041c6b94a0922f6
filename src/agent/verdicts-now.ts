// What the subject's invariants say of one look: what was violated before a step, and whether it
// still is, decides whether taking the step back would make anything worse.
import type { Observation } from "../domain/observation.ts";
import type { SessionBase } from "./context.ts";

/** "store_unreachable of tikv2", of all that is violated; the ticket's own always among them. */
export function violatedOn(
  { subject, ticket }: Pick<SessionBase, "subject" | "ticket">,
  observation: Observation,
): readonly string[] {
  const violated = judgeAll(subject, observation).filter(({ state }) => state === "violated");
  const own = nameOf(ticket.invariant, ticket.entity);
  return [...new Set([own, ...violated.map(({ name }) => name)])];
}

export interface SinceStep {
  /** What was violated before it. */
  readonly violated: readonly string[];
  /** Members that it touched; empty where it touched none, or nobody knows. */
  readonly targets: readonly string[];
  readonly observation: Observation;
}

export interface Better {
  readonly reason: string;
  /** It may be violated still: nobody can tell at present. */
  readonly isUnseen: boolean;
}

/**
 * For how long a member that the step touched must be worse than before, as it is on this look, for
 * the step to have done harm; undefined when none is.
 */
export function worseForMs(
  { subject }: Pick<SessionBase, "subject">,
  { violated, targets, observation }: SinceStep,
): number | undefined {
  const worse = judgeAll(subject, observation).filter(
    ({ name, entity, state }) =>
      state === "violated" && targets.includes(entity) && !violated.includes(name),
  );
  return worse.length === 0 ? undefined : Math.min(...worse.map(({ forMs }) => forMs));
}

/** The first that holds now, otherwise the first of which nobody can tell. */
export function findBetter(
  context: Pick<SessionBase, "subject" | "ticket" | "members">,
  { violated, targets, observation }: SinceStep,
): Better | undefined {
  const judged = judgeAll(context.subject, observation);
  const better = judged.filter(
    (one) =>
      one.state !== "violated" &&
      violated.includes(one.name) &&
      mayComeOfIt(context, { ...one, targets }),
  );
  const [first] = better.toSorted(
    (a, b) => Number(b.state === "holds") - Number(a.state === "holds"),
  );
  if (!first) return undefined;
  const isUnseen = first.state !== "holds";
  const now = isUnseen ? "cannot be seen now" : "holds now";
  return { reason: `${first.name} was violated before it and ${now}`, isUnseen };
}

interface Judged {
  /** "store_unreachable of tikv2" */
  readonly name: string;
  readonly entity: string;
  readonly state: "holds" | "violated" | "unknown";
  readonly forMs: number;
}

/** Another member is better for another reason. */
function mayComeOfIt(
  { ticket, members }: Pick<SessionBase, "ticket" | "members">,
  { name, entity, targets }: Judged & Pick<SinceStep, "targets">,
): boolean {
  const isOwn = name === nameOf(ticket.invariant, ticket.entity);
  const isOther = members.includes(entity) && !targets.includes(entity);
  return isOwn || targets.length === 0 || !isOther;
}

function judgeAll({ invariants }: SessionBase["subject"], current: Observation): readonly Judged[] {
  return invariants.flatMap((invariant) =>
    invariant.judge({ current, previous: undefined }).map(({ entity, state }) => {
      const { name, forMs } = invariant;
      return { name: nameOf(name, entity), entity, state, forMs };
    }),
  );
}

function nameOf(invariant: string, entity: string): string {
  return `${invariant} of ${entity}`;
}
