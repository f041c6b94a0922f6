// What has no repair of its own: looked at thoroughly. What is done to members from outside is
// taken away, whatever it caused; all else is handed to a person.
import type { Runbook, RunbookTicket } from "../domain/runbook.ts";
import { isDisturbed, relieve } from "./members.ts";
import {
  cannotFix,
  type Ending,
  lineOf,
  lookAtMembers,
  lookAtOwnVerdict,
  noActionNeeded,
  ownVerdict,
  readLastWords,
  type SeenMember,
  type SeenVerdict,
  type Steps,
  tryTwice,
} from "./steps.ts";

const OTHERS_MAX = 8;

/** `advice` is for the person who goes on from there. */
export function lookFurther(advice: string): Runbook {
  return tryTwice((ticket) => diagnose(ticket, advice));
}

/** Verdicts, members, disturbances, and the log of the member in question. */
export function* diagnose(ticket: RunbookTicket, advice: string): Steps<Ending> {
  const verdicts = yield* lookAtOwnVerdict(ticket, `Is ${ticket.invariant} still violated?`);
  const own = ownVerdict(ticket, verdicts);
  if (own?.state === "holds") return noActionNeeded(ticket, own);
  const members = yield* lookAtMembers(ticket, "Which processes run?");
  const relieved = yield* relieve(ticket, suspectsAmong(members ?? [], ticket));
  if (relieved) return relieved;
  const isMember = members?.some(({ name }) => name === ticket.entity) ?? false;
  const lastWords = isMember ? yield* readLastWords(ticket, ticket.entity) : "";
  return cannotFix({
    rootCause: lineOf(own?.reason ?? ticket.reason),
    summary: [
      `${ticket.invariant} of ${ticket.entity}: ${lineOf(own?.reason ?? ticket.reason)}.`,
      sayOthers(ticket, verdicts),
      sayMembers(members),
      lastWords === "" ? "" : `Its log ends: ${lastWords}.`,
      `Nothing was changed. ${advice}`,
    ]
      .filter((sentence) => sentence !== "")
      .join(" "),
  });
}

/** Of the disturbed ones the one in question; all of them where it is not among them. */
function suspectsAmong(
  members: readonly SeenMember[],
  { entity }: RunbookTicket,
): readonly SeenMember[] {
  const disturbed = members.filter(isDisturbed);
  const own = disturbed.filter(({ name }) => name === entity);
  return own.length > 0 ? own : disturbed;
}

/** What else is violated often is the cause. */
function sayOthers(ticket: RunbookTicket, verdicts: readonly SeenVerdict[] | undefined): string {
  if (!verdicts) return "What else is violated could not be read.";
  const others = verdicts.filter(
    ({ state, invariant, entity }) =>
      state === "violated" && (invariant !== ticket.invariant || entity !== ticket.entity),
  );
  if (others.length === 0) return "Nothing else is violated.";
  const names = others
    .slice(0, OTHERS_MAX)
    .map(({ invariant, entity, reason }) => `${invariant} of ${entity} (${lineOf(reason)})`);
  return `Also violated: ${names.join("; ")}.`;
}

function sayMembers(members: readonly SeenMember[] | undefined): string {
  if (!members) return "The processes are not run by operator.";
  const away = members.filter(({ state }) => state !== "running");
  if (away.length === 0) return "All processes run.";
  return `Not running: ${away.map(({ name, state }) => `${name} is ${state}`).join(", ")}.`;
}
