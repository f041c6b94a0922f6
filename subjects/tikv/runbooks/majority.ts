// A lost majority: members of the role are brought back, one by one, until it is there again.
import type { RunbookTicket } from "../../../src/domain/runbook.ts";
import { diagnose } from "../../../src/runbooks/diagnosis.ts";
import { reviveMember } from "../../../src/runbooks/members.ts";
import {
  type Ending,
  fixed,
  lookAtMembers,
  type SeenMember,
  type Steps,
  tryTwice,
} from "../../../src/runbooks/steps.ts";

export const restorePdMajority = tryTwice((ticket) => restoreMajority(ticket, "pd"));
export const restoreStoreMajority = tryTwice((ticket) => restoreMajority(ticket, "tikv"));

/** No more than are needed: each of the others has a ticket of its own. */
function* restoreMajority(ticket: RunbookTicket, role: string): Steps<Ending> {
  const all = yield* lookAtMembers(
    ticket,
    `${ticket.reason}. That happens when a majority is away: which ${role} members run?`,
  );
  const members = all?.filter((member) => member.role === role) ?? [];
  const away = members.filter(({ state }) => state !== "running");
  const needed = Math.floor(members.length / 2) + 1 - (members.length - away.length);
  if (needed <= 0) {
    return yield* diagnose(ticket, `A majority of the ${role} members runs: look at their logs.`);
  }
  const revived: SeenMember[] = [];
  for (const member of away.slice(0, needed)) {
    const ending = yield* reviveMember(ticket, member);
    if (ending.outcome !== "fixed") return ending;
    revived.push(member);
  }
  const names = revived.map(({ name, state }) => `${name} (was ${state})`).join(", ");
  return fixed({
    rootCause: `Of ${members.length} ${role} members ${away.length} were away: no majority.`,
    summary: `Brought back: ${names}.`,
  });
}
