// A member that is away is brought back: started, resumed, or restarted when it runs and is dead.
import type { RunbookTicket } from "../domain/runbook.ts";
import {
  act,
  cannotFix,
  type Ending,
  fixed,
  lineOf,
  lookAtMembers,
  lookAtVerdicts,
  noActionNeeded,
  ownVerdict,
  readLastWords,
  type SeenMember,
  type Steps,
  tryTwice,
} from "./steps.ts";

/** For invariants whose entity is a member. */
export const bringMemberBack = tryTwice(function* (ticket) {
  const members = yield* lookAtMembers(
    ticket,
    `${ticket.entity} is in trouble: ${lineOf(ticket.reason)}. I look at its process first.`,
  );
  const member = members?.find(({ name }) => name === ticket.entity);
  if (!member) return notOurs(ticket);
  return member.state === "running"
    ? yield* repairRunning(ticket, member)
    : yield* reviveMember(ticket, member);
});

/** From stopped or paused. */
export function* reviveMember(ticket: RunbookTicket, member: SeenMember): Steps<Ending> {
  const { name, state, last_exit } = member;
  const lastWords = state === "stopped" ? yield* readLastWords(ticket, name) : "";
  const action = state === "paused" ? "resume_member" : "start_member";
  const result = yield* act({
    action,
    target: name,
    thought: `Its process is ${state}. Its data is in place, so ${action} is safe.`,
    reason: `${name} is ${state}`,
  });
  const rootCause =
    state === "paused"
      ? `The process of ${name} was paused.`
      : `The process of ${name} was gone${last_exit ? ` (${last_exit})` : ""}.`;
  if (!result.isError) {
    const said = lastWords === "" ? "" : ` Its log ended: ${lastWords}`;
    return fixed({ rootCause, summary: `${lineOf(result.text)}.${said}` });
  }
  return cannotFix({ rootCause, summary: `${action} failed: ${lineOf(result.text)}` });
}

/** It runs, and was silent: either that is over, or it hangs. */
function* repairRunning(ticket: RunbookTicket, { name }: SeenMember): Steps<Ending> {
  const verdicts = yield* lookAtVerdicts(ticket, "Its process runs. Does it answer by now?");
  const own = ownVerdict(ticket, verdicts);
  if (own?.state === "holds") return noActionNeeded(ticket, own);
  if (own?.state !== "violated") {
    const seen = own ? lineOf(own.reason) : "the verdicts could not be read";
    const rootCause = `Not determined: ${name} runs, and whether it serves could not be seen.`;
    return cannotFix({ rootCause, summary: `${seen}. Nothing was changed.` });
  }
  const lastWords = yield* readLastWords(ticket, name);
  const result = yield* act({
    action: "restart_member",
    target: name,
    thought: "It runs and does not serve: it hangs. A restart is the remedy, if it can be spared.",
    reason: `${name} runs and ${lineOf(own.reason)}`,
  });
  const rootCause = `${name} ran without serving: ${lineOf(own.reason)}.`;
  const summary = `${lineOf(result.text)}. Its log ended: ${lastWords || "(nothing)"}`;
  return result.isError ? cannotFix({ rootCause, summary }) : fixed({ rootCause, summary });
}

function notOurs({ entity, reason }: RunbookTicket): Ending {
  return cannotFix({
    rootCause: `${entity}: ${lineOf(reason)}`,
    summary: `The process of ${entity} is not run by operator: it must be looked at on its host.`,
  });
}
