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

/** The first of them that is not violated any more, as far as anybody can tell, and in what words. */
export function findBetter(
  { subject }: Pick<SessionBase, "subject">,
  { violated, observation }: { violated: readonly string[]; observation: Observation },
): string | undefined {
  const judged = judgeAll(subject, observation).filter(({ name }) => violated.includes(name));
  const better = judged.find(({ state }) => state !== "violated");
  if (!better) return undefined;
  const now = better.state === "holds" ? "holds now" : "cannot be seen now";
  return `${better.name} was violated before it and ${now}`;
}

function judgeAll({ invariants }: SessionBase["subject"], current: Observation) {
  return invariants.flatMap((invariant) =>
    invariant
      .judge({ current, previous: undefined })
      .map(({ entity, state }) => ({ name: nameOf(invariant.name, entity), state })),
  );
}

function nameOf(invariant: string, entity: string): string {
  return `${invariant} of ${entity}`;
}
