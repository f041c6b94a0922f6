// A member that is away is brought back: relieved of what is done to it from outside, started,
// resumed, or restarted when it runs and is dead.
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
  type Words,
} from "./steps.ts";

/** For invariants whose entity is a member. */
export const bringMemberBack = tryTwice(function* (ticket) {
  const members = yield* lookAtMembers(
    ticket,
    `${ticket.entity} is in trouble: ${lineOf(ticket.reason)}. I look at its process first.`,
  );
  const member = members?.find(({ name }) => name === ticket.entity);
  if (!member) return notOurs(ticket);
  const relieved = yield* relieve(ticket, [member]);
  if (relieved) return relieved;
  return member.state === "running"
    ? yield* repairRunning(ticket, member)
    : yield* reviveMember(ticket, member);
});

/** Of what is done to them from outside; undefined when nothing is, to any of them. */
export function* relieve(
  ticket: RunbookTicket,
  members: readonly SeenMember[],
): Steps<Ending | undefined> {
  const endings: Ending[] = [];
  for (const member of members.filter(isDisturbed)) {
    const ending = yield* liftFrom(ticket, member);
    if (ending.outcome !== "fixed") return ending;
    endings.push(ending);
  }
  if (endings.length === 0) return undefined;
  return fixed({
    rootCause: endings.map(({ rootCause }) => rootCause).join(" "),
    summary: endings.map(({ summary }) => summary).join("; "),
  });
}

export function isDisturbed({ disturbances }: SeenMember): boolean {
  return (disturbances ?? []).length > 0;
}

/** One that it has cost its life, or that was paused besides, is brought back after it. */
function* liftFrom(ticket: RunbookTicket, member: SeenMember): Steps<Ending> {
  const { name, state, disturbances } = member;
  const texts = lineOf((disturbances ?? []).map(({ text }) => text).join(", "));
  const result = yield* act({
    action: "lift_disturbances",
    target: name,
    thought: `${name} is disturbed from outside: ${texts}. Nobody declared that: I take it away.`,
    reason: `${name}: ${texts}`,
  });
  const rootCause = `${name} was disturbed from outside: ${texts}.`;
  const summary = `lift_disturbances ${name}: ${lineOf(result.text)}`;
  if (result.isError) return cannotFix({ rootCause, summary });
  if (state === "running") return fixed({ rootCause, summary });
  const revived = yield* reviveMember(ticket, member);
  return { ...revived, rootCause: `${rootCause} ${revived.rootCause}` };
}

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
  const summary = `${action} failed: ${lineOf(result.text)}`;
  const after = yield* lookAtMembers(ticket, "It could not be done. How is it now?");
  const isRunning = after?.some((other) => other.name === name && other.state === "running");
  return isRunning ? runsAllTheSame({ rootCause, summary }) : cannotFix({ rootCause, summary });
}

/** By this attempt, or by somebody who was quicker: whether that was enough, the monitor sees. */
function runsAllTheSame({ rootCause, summary }: Words): Ending {
  return {
    outcome: "no_action_needed",
    thought: "It runs all the same: the monitor shall see whether it serves.",
    rootCause,
    summary: `${summary}. It runs now; whether this attempt brought it back is not known.`,
  };
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
