// How a ticket stands, for the top of its page: whether it is over, and what a person has to do.
// Pure.
import { unreachable } from "../domain/errors.ts";
import type { Ticket } from "../domain/ticket.ts";
import { cutTo, plainLine } from "../panels/plain-text.ts";
import { effectOf } from "./audit-effect.ts";
import type { ConclusionStory, SessionStory } from "./audit-session-story.ts";
import type { MoveStory, Story } from "./audit-story.ts";
import { clockBeside } from "./audit-when.ts";
import { stateWords } from "./tickets-lines.ts";

const COLUMNS_MAX = 300;

const UNKNOWN_FIX =
  "OVER: an agent called it fixed, and the monitor saw it well; " +
  "of what the agent tried no effect is known.";

/** How it stands, in one sentence. */
export function headline(story: Story): string {
  return cutTo(plainLine(stateOf(story)), COLUMNS_MAX);
}

function stateOf(story: Story): string {
  const { ticket, moves } = story;
  const last = moves.at(-1);
  switch (ticket.resolution) {
    case "verified_fix":
      return fixedWords(story);
    case "self_healed":
      return `OVER: ${healedWords(story)}`;
    case "manual":
      return `OVER: closed${byWhom(last)}: ${last?.reason ?? "why is not on record"}`;
    case null:
      return openState(story);
    default:
      return unreachable(ticket.resolution);
  }
}

function fixedWords({ effect, sessions }: Story): string {
  if (!["changed", "taken_back"].includes(effect)) return UNKNOWN_FIX;
  const refused = refusedSince(sessions);
  if (refused === undefined) return "OVER: repaired by an agent, and verified by the monitor.";
  return (
    `OVER: the monitor saw it well. It had refused an agent's word (row ${refused}), after which ` +
    "agents changed nothing: what mended it nobody can tell."
  );
}

/** The row of the monitor's last refusal, where no agent has changed anything after it. */
export function refusedSince(sessions: Story["sessions"]): number | undefined {
  const refused = sessions.flatMap(({ refusals }) => refusals.map(({ row }) => row)).at(-1);
  const changed = sessions
    .flatMap(({ changes }) => changes)
    .filter(({ entry }) => effectOf(entry) === "changed");
  return changed.some(({ row = 0 }) => row > (refused ?? 0)) ? undefined : refused;
}

/** ` by anna (uid 1000) at …`. */
export function byWhom(move: MoveStory | undefined): string {
  return move?.by || " by a person";
}

/** What healed it nobody can tell: a person, too, may have done something. */
function healedWords(story: Story): string {
  const { sessions, effect, repaired } = story;
  const beside = repaired ? `; ticket #${repaired.id}, open at the same time, was repaired` : "";
  const well = "it was seen well again";
  if (effect === "none") return `${well}; ${othersWords(story)}${beside}.`;
  return `${well}${beside}. An agent had ${TRIED[effect]}, and ${claimWords(sessions)}.`;
}

const TRIED: Readonly<Record<Exclude<Story["effect"], "none">, string>> = {
  changed: "changed something",
  taken_back: "changed something, all of which was taken back",
  tried: "tried to change something, of which no effect is known",
};

/** What was done for other tickets, where nothing was for this one. */
function othersWords({ others, cost, ticket: { entity } }: Story): string {
  const meanwhile = others.filter(({ isBefore }) => !isBefore);
  const changed = meanwhile.filter(({ entry }) => effectOf(entry) === "changed");
  if (changed.length > 0) {
    const whose = [...new Set(changed.map(({ ticketId }) => `#${ticketId}`))].join(", ");
    const rows = changed.map(({ row }) => `row ${row}`).join(", ");
    return `agents had changed ${entity} for another ticket, ${whose} (${rows})`;
  }
  if (meanwhile.some(({ entry }) => effectOf(entry) === "tried")) {
    return `no agent is known to have changed ${entity}`;
  }
  return cost.sessions === 0 ? "no agent worked on it" : "no agent had changed anything for it";
}

function claimWords(sessions: Story["sessions"]): string {
  const claim = claimOfRepair(sessions);
  if (!claim) return "claimed no repair";
  const { conclusion, story } = claim;
  const said = `called it fixed (row ${conclusion.row})`;
  if (story.refusals.some(({ row }) => row > conclusion.row)) {
    return `${said}, which the monitor did not confirm`;
  }
  const end = story.session.stopReason === "lease_lost" ? "its lease ran out" : "it ended";
  return `${said}, but ${end} before the monitor had said so`;
}

/** The last word of a session that did something and said that this was the repair. */
export function claimOfRepair(
  sessions: Story["sessions"],
): { readonly story: SessionStory; readonly conclusion: ConclusionStory } | undefined {
  return sessions
    .filter(({ session }) => session.changes > 0)
    .flatMap((story) => story.conclusions.map((conclusion) => ({ story, conclusion })))
    .findLast(({ conclusion }) => conclusion.outcome === "fixed");
}

function openState(story: Story): string {
  const { ticket, asked } = story;
  if (ticket.state === "escalated")
    return "NOT OVER, and no agent works on it: A PERSON IS NEEDED.";
  if (isLapsed(story))
    return `NOT OVER: it is ${stateWords(ticket)}, and its agent is not heard of.`;
  if (asked.some(isAwaited)) return "NOT OVER: an agent waits for A PERSON'S ANSWER.";
  return `NOT OVER: it is ${stateWords(ticket)}.`;
}

/** Its agent is dead, or hangs, though nobody has taken the ticket back yet. */
function isLapsed({ ticket: { lease }, toldAtMs }: Story): boolean {
  return lease !== null && lease.expiresAtMs < toldAtMs;
}

function isAwaited({ isAwaited: isHeard }: Story["asked"][number]): boolean {
  return isHeard;
}

/** What the reader has to do, the commands included. */
export function yourPart(story: Story): string {
  const { ticket, asked, moves } = story;
  const { id, state, isHeld } = ticket;
  if (state === "resolved") return `${pastPart(ticket, moves)}${keptPart(story)}`;
  const awaited = asked.find(isAwaited);
  if (awaited && !isLapsed(story)) {
    const which = `operator actions show ${awaited.id}`;
    return `answer: ${which}, then approve, deny or revise in its place`;
  }
  if (isHeld) return `it is held, and no agent takes it: operator tickets unhold ${id}`;
  const unheard = asked.at(0);
  if (state === "escalated") return partInEscalated(ticket, unheard?.id);
  const kept = unheard
    ? `; approval #${unheard.id} is asked still, and nobody waits for it now: what is answered ` +
      `is for the next agent that asks the same: operator actions show ${unheard.id}`
    : "";
  if (state === "open")
    return `nothing yet: it waits for an agent. Does one run? operator agent${kept}`;
  return isLapsed(story)
    ? `its agent is not heard of any more. Does another one run? operator agent${kept}`
    : "nothing yet: an agent is at it";
}

/** Who was called at night, and why, though it is over now. */
function pastPart({ violatedSinceMs }: Ticket, moves: Story["moves"]): string {
  const given = moves.find(({ event }) => event === "escalate");
  if (!given) return "nothing";
  const at = clockBeside(violatedSinceMs, given.atMs);
  return `nothing any more; it was given to a person at ${at} (row ${given.row}): ${given.reason}`;
}

/** Nobody goes back to a ticket that is over: what was not the repair is a person's to judge. */
function keptPart({ ticket, effect, left }: Story): string {
  if (ticket.resolution === "verified_fix") {
    const steps = left.map(({ id }) => `step ${id}`).join(", ");
    return left.length === 0
      ? ""
      : `; but what another attempt changed is in force, too (${steps}): is it to stay?`;
  }
  if (effect === "changed")
    return "; but an agent's change was no proven repair, and is not taken back: is it to stay?";
  const unknown = "; but whether what an agent tried is in force nobody knows: look at what it did";
  return effect === "tried" ? unknown : "";
}

function partInEscalated({ id, entity }: Ticket, approvalId: number | undefined): string {
  const still =
    approvalId === undefined ? "" : `; asked still: operator actions show ${approvalId}`;
  return (
    `repair ${entity}: the monitor closes this when it sees it well${still}. Or let agents try ` +
    `again: operator tickets retry ${id}. Or close it: operator tickets resolve ${id} --reason WHY`
  );
}
