// The head of a ticket's page, for ten seconds at night: what broke, when, who noticed, how bad it
// was, why, what was done, how it stands, what is left to do. Pure.
import { personWords } from "../domain/person.ts";
import type { Ticket } from "../domain/ticket.ts";
import { cutTo, plainLine } from "../panels/plain-text.ts";
import { formatDuration } from "../panels/units.ts";
import { NEIGHBOURS_MAX } from "./audit-around.ts";
import { doubtWords } from "./audit-clock.ts";
import { effectOf, endWords } from "./audit-effect.ts";
import { wordsOfCall } from "./audit-explain-done.ts";
import { byWhom, claimOfRepair, refusedSince, yourPart } from "./audit-headline.ts";
import { operationWords } from "./audit-operation.ts";
import type { ChangeStory, ConclusionStory } from "./audit-session-story.ts";
import type { Story } from "./audit-story.ts";
import { clockBeside, endOf, wholeTime } from "./audit-when.ts";
import { stateWords } from "./tickets-lines.ts";

export type ShortFact = readonly [name: string, value: string];

const COLUMNS_MAX = 300;
const SHOWN_MAX = 4;
const DEEDS_MAX = 4;
const BEFORE_MAX = 2;
const DEED_COLUMNS_MAX = 100;

export function inShort(story: Story): readonly ShortFact[] {
  const { ticket } = story;
  const facts: readonly ShortFact[] = [
    ["broken", brokenWords(story)],
    ["when", spanWords(story)],
    ["noticed", `by the monitor, ${after(ticket, ticket.openedAtMs)}`],
    ["how bad", `${ticket.severity}${besideWords(story)}`],
    ["cause", causeWords(story)],
    ...beforeFacts(story),
    ["done", doneWords(story)],
    ...refusedFacts(story),
    ...(ticket.state === "escalated" ? [["given up", ticket.note ?? ""] as const] : []),
    ["now", nowWords(story)],
    ["your part", yourPart(story)],
  ];
  return facts.map(([name, value]) => [name, cutTo(plainLine(value), COLUMNS_MAX)]);
}

function brokenWords({ ticket, openedReason }: Story): string {
  const { reason, entity } = ticket;
  const later = reason === openedReason ? "" : `; as seen last: ${reason}`;
  const named = openedReason.includes(entity) ? openedReason : `${entity}: ${openedReason}`;
  return `${named}${later}`;
}

function spanWords({ ticket, clockDoubt, continued, moves }: Story): string {
  const { violatedSinceMs: from, lastViolatedAtMs, resolvedAtMs: to } = ticket;
  const start = wholeTime(from);
  const doubt = clockDoubt ? `; ${doubtWords(clockDoubt)}` : "";
  if (to === null) return `since ${start}, and not known to be over${doubt}`;
  const end = endOf(ticket, moves.at(-1)?.wellForMs);
  if (!end) {
    const then = continued
      ? `it was broken still, and ticket #${continued.id} goes on with it`
      : "whether it was over then is not known";
    return `since ${start}; closed at ${clockBeside(from, to)}: ${then}${doubt}`;
  }
  const well = clockBeside(from, end.wellSinceMs);
  if (clockDoubt) return `${start} until ${well} by the clock${doubt}`;
  const seen = `last seen broken at ${clockBeside(from, lastViolatedAtMs)}`;
  return `${start} until ${well}, ${formatDuration(end.brokenMs)} at most: ${seen}`;
}

function after({ violatedSinceMs }: Ticket, atMs: number): string {
  return `${formatDuration(Math.max(0, atMs - violatedSinceMs))} later`;
}

function besideWords({ neighbours, ticket }: Story): string {
  if (neighbours.length === 0) return `; no other ticket of ${ticket.subject} beside it`;
  const shown = neighbours.slice(0, SHOWN_MAX).map((other) => {
    return `#${other.id} ${other.invariant} of ${other.entity}: ${stateWords(other)}`;
  });
  const left = neighbours.length - shown.length;
  const orMore = neighbours.length === NEIGHBOURS_MAX ? " or more" : "";
  const more = left === 0 ? "" : `, and ${left}${orMore} more`;
  return `; at the same time ${shown.join(", ")}${more}`;
}

/** What an agent believed is no fact, and is called its word. Of several, that of a repair. */
function causeWords({ sessions, ticket }: Story): string {
  const said = sessions.flatMap((story) =>
    story.conclusions.map((conclusion) => ({ conclusion, story })),
  );
  const isVerified = ticket.resolution === "verified_fix";
  // Who found it over names no cause; who looked while it was broken may have.
  const named = said.findLast(({ conclusion }) => conclusion.outcome !== "no_action_needed");
  const told = (isVerified ? undefined : claimOfRepair(sessions)) ?? named ?? said.at(-1);
  if (!told) return sessions.length === 0 ? "no agent has looked" : "no agent has found it";
  const { conclusion, story } = told;
  const isProven = isVerified && refusedSince(sessions) === undefined;
  return `${conclusion.rootCause} (says ${story.session.model}${doubt(conclusion, isProven)})`;
}

function doubt({ outcome }: ConclusionStory, isProven: boolean): string {
  if (outcome === "cannot_fix") return ", which could not repair it";
  return isProven ? "" : ", not verified";
}

/** What it may have come from: what agents did to it, for others, shortly before. */
function beforeFacts({ others, ticket }: Story): readonly ShortFact[] {
  const before = others.filter(({ isBefore, entry }) => isBefore && effectOf(entry) !== "none");
  if (before.length === 0) return [];
  const shown = before.slice(-BEFORE_MAX).map(({ ticketId, words, entry, atMs, row }) => {
    const ago = formatDuration(ticket.violatedSinceMs - atMs);
    return `${words.trim()}${endWords(entry)}, for ticket #${ticketId}, ${ago} before (row ${row})`;
  });
  const left = before.length - shown.length;
  const more = left === 0 ? [] : [`and ${left} before that`];
  return [["before", `agents did to ${ticket.entity}: ${[...shown, ...more].join("; ")}`]];
}

function doneWords({ sessions, others }: Story): string {
  const changes = sessions.flatMap((session) => session.changes);
  if (changes.length === 0) {
    const elsewhere = others
      .filter(({ isBefore }) => !isBefore)
      .map(({ ticketId, words, entry }) => `for ticket #${ticketId}: ${words}${endWords(entry)}`);
    if (elsewhere.length === 0) return "no agent changed anything for it";
    return ["nothing for this ticket", ...elsewhere].join("; ");
  }
  const shown = changes.slice(0, DEEDS_MAX).map(changeWords);
  const left = changes.length - shown.length;
  return [...shown, ...(left === 0 ? [] : [`and ${left} more`])].join("; ");
}

function changeWords({ entry, approval }: ChangeStory): string {
  const what = cutTo(operationWords(entry.operation), DEED_COLUMNS_MAX);
  const back = entry.undoes === null ? "" : `, to take back step ${entry.undoes}`;
  const by = approval?.decidedBy ? personWords(approval.decidedBy) : "a person";
  const isElse = approval !== undefined && approval.ticketId !== entry.ticketId;
  const whose = isElse ? ` when it was asked for ticket #${approval.ticketId}` : "";
  const who = entry.approvalId === null ? "" : `, approved by ${by}${whose}`;
  return `${what}${who}${back}${endWords(entry)}`;
}

function refusedFacts({ sessions }: Story): readonly ShortFact[] {
  const count = sessions.reduce((sum, { callCounts }) => sum + callCounts.refused, 0);
  if (count === 0) return [];
  const refused = sessions.flatMap(({ calls }) => calls).find(({ kind }) => kind === "refused");
  const first = refused ? cutTo(wordsOfCall(refused), DEED_COLUMNS_MAX) : "";
  if (count === 1) return [["refused", `what an agent proposed, and it did not run: ${first}`]];
  return [["refused", `${count} proposals of agents, and none ran; the first: ${first}`]];
}

function nowWords({ ticket, moves, continued, clockDoubt, toldAtMs }: Story): string {
  const { resolvedAtMs, violatedSinceMs, lastViolatedAtMs } = ticket;
  const clock = (atMs: number) => clockBeside(violatedSinceMs, atMs);
  const broken = `last seen broken at ${clock(lastViolatedAtMs)}`;
  if (resolvedAtMs === null) {
    const agoMs = Math.max(0, toldAtMs - lastViolatedAtMs);
    const ago = clockDoubt ? "" : `, ${formatDuration(agoMs)} before this page`;
    return `${broken}${ago}; the ticket is ${stateWords(ticket)}`;
  }
  const last = moves.at(-1)?.reason ?? "no reason is on record";
  const end = endOf(ticket, moves.at(-1)?.wellForMs);
  if (end) {
    const { wellSinceMs, closedAtMs } = end;
    return `seen well since ${clock(wellSinceMs)}, closed at ${clock(closedAtMs)}: ${last}`;
  }
  const how = `closed at ${clock(resolvedAtMs)}${byWhom(moves.at(-1))}, not by observation`;
  return `${how}; ${broken}${continued ? `; it goes on as ticket #${continued.id}` : ""}`;
}
