// How a ticket stands, for the top of its page: whether it is over, and what a person has to do.
// Pure.
import { unreachable } from "../domain/errors.ts";
import type { Ticket } from "../domain/ticket.ts";
import { cutTo, plainLine } from "../panels/plain-text.ts";
import type { ConclusionStory, SessionStory } from "./audit-session-story.ts";
import type { MoveStory, Story } from "./audit-story.ts";
import { clockBeside } from "./audit-when.ts";
import { stateWords } from "./tickets-lines.ts";

const COLUMNS_MAX = 300;

/** How it stands, in one sentence. */
export function headline(story: Story): string {
  return cutTo(plainLine(stateOf(story)), COLUMNS_MAX);
}

function stateOf(story: Story): string {
  const { ticket, moves } = story;
  const last = moves.at(-1);
  switch (ticket.resolution) {
    case "verified_fix":
      return "OVER: repaired by an agent, and verified by the monitor.";
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

/** ` by anna (uid 1000) at …`. */
export function byWhom(move: MoveStory | undefined): string {
  return move?.by || " by a person";
}

/** What healed it nobody can tell: a person, too, may have done something. */
function healedWords({ sessions, cost, neighbours, others, ticket }: Story): string {
  const repaired = neighbours.find(({ resolution }) => resolution === "verified_fix");
  const beside = repaired ? `; ticket #${repaired.id}, open at the same time, was repaired` : "";
  const well = "it was seen well again";
  if (sessions.some(({ session }) => session.changes > 0)) {
    return `${well}${beside}. An agent had changed something, and ${claimWords(sessions)}.`;
  }
  const who = cost.sessions === 0 ? "no agent worked on it" : "no agent had changed anything";
  return `${well}; ${othersWords(others, ticket) || who}${beside}.`;
}

function othersWords(others: Story["others"], { entity }: Ticket): string {
  if (others.length === 0) return "";
  const whose = [...new Set(others.map(({ ticketId }) => `#${ticketId}`))].join(", ");
  const rows = others.map(({ row }) => `row ${row}`).join(", ");
  return `agents had changed ${entity} for another ticket, ${whose} (${rows})`;
}

function claimWords(sessions: Story["sessions"]): string {
  const claim = claimOfRepair(sessions);
  if (!claim) return "claimed no repair";
  const { conclusion, story } = claim;
  const said = `called it fixed (row ${conclusion.row})`;
  if (story.refusals.some(({ row }) => row > conclusion.row)) {
    return `${said}, which the monitor did not confirm`;
  }
  return `${said}, but was gone before the monitor could say so`;
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

function openState({ ticket, asked }: Story): string {
  if (ticket.state === "escalated")
    return "NOT OVER, and no agent works on it: A PERSON IS NEEDED.";
  if (asked.length > 0) return "NOT OVER: an agent waits for A PERSON'S ANSWER.";
  return `NOT OVER: it is ${stateWords(ticket)}.`;
}

/** What the reader has to do, the commands included. */
export function yourPart({ ticket, asked, moves, toldAtMs }: Story): string {
  const { id, state, isHeld } = ticket;
  if (state === "resolved") return pastPart(ticket, moves);
  const [first] = asked;
  if (first) {
    const which = `operator actions show ${first.id}`;
    return `answer: ${which}, then approve, deny or revise in its place`;
  }
  if (isHeld) return `it is held, and no agent takes it: operator tickets unhold ${id}`;
  if (state === "escalated") return partInEscalated(ticket);
  if (state === "open") return "nothing yet: it waits for an agent. Does one run? operator agent";
  return (ticket.lease?.expiresAtMs ?? toldAtMs) < toldAtMs
    ? "its agent is not heard of any more. Does another one run? operator agent"
    : "nothing yet: an agent is at it";
}

/** Who was called at night, and why, though it is over now. */
function pastPart({ violatedSinceMs }: Ticket, moves: Story["moves"]): string {
  const given = moves.find(({ event }) => event === "escalate");
  if (!given) return "nothing";
  const at = clockBeside(violatedSinceMs, given.atMs);
  return `nothing any more; it was given to a person at ${at} (row ${given.row}): ${given.reason}`;
}

function partInEscalated({ id, entity }: Ticket): string {
  return (
    `repair ${entity}: the monitor closes this when it sees it well. Or let agents try again: ` +
    `operator tickets retry ${id}. Or close it: operator tickets resolve ${id} --reason WHY`
  );
}
