// The part of a ticket's page that tells what agents did, what it changed, and what persons were
// asked, in the order in which it happened. Pure: a story to lines.
import { unreachable } from "../domain/errors.ts";
import type { Ticket } from "../domain/ticket.ts";
import { undoWords } from "../domain/undo.ts";
import { cutTo, plainLine } from "../panels/plain-text.ts";
import { formatCount } from "../panels/units.ts";
import { type CallStory, GONE } from "./audit-calls.ts";
import { textIn } from "./audit-content.ts";
import { operationWords } from "./audit-operation.ts";
import type { ChangeStory, SessionStory } from "./audit-session-story.ts";
import type { Story } from "./audit-story.ts";
import { when } from "./audit-when.ts";
import { endsOf } from "./ends-of.ts";

const GONE_BY_AGE = "was removed by age";
/** Of what a command or a person said: the whole of it is in the row. */
const GIST_COLUMNS_MAX = 180;
const DEED_COLUMNS_MAX = 400;
const OUTPUT_COLUMNS_MAX = 90;
/** Of steps for other tickets: kept of the first, and of the last. */
const FOREIGN_HALF = 5;
/** As the agent's shell tells it: the end of the command, and the output between fences. */
const FENCED = /^(?<end>.*?)\n```text\n(?<output>.*?)\n?```/s;

export function doneLines(story: SessionStory, ticket: Ticket): readonly string[] {
  const { calls, callCounts, approvals } = story;
  const looks = calls.filter(isSeenLook);
  const rows = looks.map(rowOf).join(", ");
  const where = looks.length === 1 ? "row" : "rows";
  const unseen = calls.filter((call) => call.kind === "looked" && !isSeenLook(call)).length;
  const count = callCounts.looked - unseen;
  const looked = `${counted(count, "look")}, which changed nothing (${where} ${rows})`;
  const deeds = calls
    .filter((call) => !isSeenLook(call))
    .map((call) => ({ row: rowOf(call), line: deedLine(call, ticket) }));
  const asked = approvals.map(({ row, atMs, reason, isTakenUp }) => {
    const columnsMax = isTakenUp ? DEED_COLUMNS_MAX : GIST_COLUMNS_MAX;
    return { row, line: atRow(ticket, { row, atMs, what: reason, columnsMax }) };
  });
  const told = [...deeds, ...asked].toSorted((left, right) => left.row - right.row);
  const all = [...(looks.length === 0 ? [] : [looked]), ...told.map(({ line }) => line)];
  return [...all, ...missingLines(story), ...endLines(story, ticket)];
}

/** Of one whose agent was killed meanwhile nobody knows more than that it began. */
function isSeenLook({ kind, result }: CallStory): boolean {
  return kind === "looked" && result !== undefined;
}

/** What the monitor verified is told where it is told how. */
function endLines({ end }: SessionStory, ticket: Ticket): readonly string[] {
  if (!end || end.event === "verify") return [];
  const whose = WHOSE[end.event];
  const heard = end.heardRow === undefined ? "" : `; its agent wrote again in row ${end.heardRow}`;
  const what = `it ended${whose === undefined ? "" : `, and ${whose}`}: ${end.reason}${heard}`;
  return [atRow(ticket, { ...end, what, columnsMax: DEED_COLUMNS_MAX })];
}

/** The ticket, after the move that came with the session's end. */
const WHOSE: Readonly<Record<string, string>> = {
  escalate: "the ticket was given to a person",
  release: "the ticket was open again for another agent",
  resolve: "a person closed the ticket",
};

/** What persons did to the ticket between the sessions. */
export function movedLines({ moves, ticket }: Story): readonly Told[] {
  return moves.flatMap(({ row, atMs, event, by }) => {
    const [what, so = ""] = PERSONS[event] ?? [];
    return what === undefined
      ? []
      : [{ row, line: atRow(ticket, { row, atMs, what: what + by + so }) }];
  });
}

export interface Told {
  readonly row: number;
  readonly line: string;
}

/** What, and what follows from it: between the two stands who. */
const PERSONS: Readonly<Record<string, readonly [what: string, so?: string]>> = {
  retry: ["the ticket was sent back to agents"],
  held: ["the ticket was held", ", so that no agent took it and the monitor did not close it"],
  unheld: ["the ticket was held no more"],
};

function rowOf({ row, result }: CallStory): number {
  return result?.row ?? row;
}

/** What cannot be told, and what would not fit on a page. */
function missingLines({ session, compactedEvents, omitted }: SessionStory): readonly string[] {
  const gone = `what it said and saw was removed by age (audit compact): ${compactedEvents} events`;
  const left = `${formatCount(omitted)} more between the first and the last are left out here`;
  return [
    ...(compactedEvents === 0 ? [] : [gone]),
    ...(omitted === 0 ? [] : [`${left}: operator audit show ${session.id}`]),
  ];
}

function deedLine(call: CallStory, ticket: Ticket): string {
  const { result, atMs } = call;
  const moment = { row: rowOf(call), atMs: result?.atMs ?? atMs };
  return atRow(ticket, { ...moment, what: deedWords(call), columnsMax: DEED_COLUMNS_MAX });
}

function deedWords(call: CallStory): string {
  const { guard, kind, result, isResultGone, answer } = call;
  const what = wordsOfCall(call);
  const [said = ""] = (result?.text ?? "").split(/(?<=\.)\s|\n/, 1);
  if (kind === "idle" || !guard) {
    return result
      ? `nothing done: ${what}: ${said}`
      : `${what}: proposed, and no more is on record`;
  }
  if (kind === "looked") {
    return `${what}: a look, and its end ${isResultGone ? GONE_BY_AGE : "is not on record"}`;
  }
  if (kind === "changed") return `${what}: ${passedWords(call)}`;
  // Asked, and not allowed: then the result tells what became of the asking.
  return guard.decision === "deny"
    ? `REFUSED by the guard (row ${guard.row}): ${what}: ${guard.reason}`
    : `not done: ${what}: ${isResultGone ? `a person's word was: ${answer}` : answered(said)}`;
}

/** Where the guard asked, it was no refusal of its own; who was stopped has heard no answer. */
function answered(said: string): string {
  const words = said.replace(/^refused by the guard: (?=approval #)/, "");
  return words.replace(
    /^(approval #\d+) is pending/,
    "$1 was not answered before the session ended",
  );
}

function passedWords(call: CallStory): string {
  const { tool, guard, result, isResultGone, answer, step } = call;
  const row = `(row ${guard?.row ?? "?"})`;
  const isAsked = guard?.decision === "ask";
  const who = isAsked ? "a person" : "the guard";
  const asked = isAsked ? `${who} allowed it; the guard had asked` : `${who} allowed it`;
  if (result) return `${asked} ${row}${result.isError ? "; it failed" : ""}`;
  if (isResultGone || tool === GONE) {
    const passed = isAsked && answer !== "approved" ? "the guard asked a person" : asked;
    const end = step === undefined ? `what came of it ${GONE_BY_AGE}` : `it became step ${step}`;
    return `${passed} ${row}; ${end}`;
  }
  const passed = isAsked ? "a person is to be asked" : "the guard allowed it";
  return `${passed} ${row}; no result is on record`;
}

/** `$ operator subject status tikv (see …)`, `start_member tikv2 (tikv2 is stopped)`. */
export function wordsOfCall({ tool, input }: Pick<CallStory, "tool" | "input">): string {
  if (tool === GONE) return gist(textIn(input, "source"));
  const reason = textIn(input, "reason");
  const isKnown = tool === "shell" || tool === "act";
  const what = isKnown ? operationWords(input) : `${tool} ${operationWords(input)}`;
  return gist(`${what}${reason === "" ? "" : ` (${reason})`}`);
}

/** Of a look also what was seen; what a change came to stands where the changes are told. */
export function evidenceLine(call: CallStory): string {
  const { kind, result } = call;
  const what = `row ${rowOf(call)}: ${wordsOfCall(call)}`;
  if (!result) return `${what}: no result was recorded`;
  if (kind === "refused") return `${what}: refused`;
  if (kind === "changed") return `${what}: ${result.isError ? "failed" : "done"}, as told below`;
  return `${what}: ${cutTo(plainLine(endOf(result.text)), OUTPUT_COLUMNS_MAX)}`;
}

export function changedLines({ sessions, others, ticket }: Story): readonly string[] {
  const own = sessions.flatMap(({ changes }) =>
    changes.map((change) => changeLine(change, ticket)),
  );
  const { items, omitted } = endsOf(others, FOREIGN_HALF);
  const foreign = items.map(({ row, atMs, ticketId, words, isBefore, entry }) => {
    const before = isBefore ? ", before this was seen broken" : "";
    const step = `step ${entry.id}, begun for ticket #${ticketId}${before}`;
    return atRow(ticket, { row, atMs, what: `${step}: ${words}: ${stepEnd(entry)}` });
  });
  const left = `${formatCount(omitted)} more for other tickets are left out here`;
  return [...own, ...foreign, ...(omitted === 0 ? [] : [left])];
}

function changeLine({ entry, row, atMs, later }: ChangeStory, ticket: Ticket): string {
  const { id, kind, targets, operation, undo, undoes } = entry;
  const nobody = kind === "shell" ? "whom it touched is not known" : "no member itself";
  const whom = targets.length === 0 ? nobody : targets.join(", ");
  const where = row === undefined ? "" : `, row ${row}`;
  const back = undoes === null ? "" : ` takes back step ${undoes}:`;
  const what = [
    `${whom}: ${operationWords(operation)}: ${stepEnd(entry)}`,
    ...(undo?.type === "none" ? [undoWords(undo)] : []),
    ...(later ? [`${later.words} (row ${later.row})`] : []),
  ].join("; ");
  const whole = `${when(ticket, atMs)} step ${id}${where}:${back} ${what}`;
  return gist(whole, 2 * GIST_COLUMNS_MAX);
}

function stepEnd({ state, result }: ChangeStory["entry"]): string {
  switch (state) {
    case "intended":
      return "its end is not on record: nobody knows what it did";
    case "took_effect":
      return "interrupted before its end; it took effect";
    case "had_no_effect":
      return "interrupted before its end; it had no effect";
    case "unknown":
      return "interrupted before its end; what it did is unknown";
    case "done":
    case "failed":
    case "undone":
      return endOf(result ?? "");
    default:
      return unreachable(state);
  }
}

function endOf(text: string): string {
  const { end, output } = FENCED.exec(text)?.groups ?? {};
  return end === undefined ? text : `${end}: ${output}`;
}

interface Moment {
  readonly row: number;
  readonly atMs: number;
  readonly what: string;
  readonly columnsMax?: number;
}

/** `14:05:09 +1.9 s row 7: …`. */
export function atRow(ticket: Ticket, { row, atMs, what, columnsMax }: Moment): string {
  return gist(`${when(ticket, atMs)} row ${row}: ${what}`, columnsMax);
}

export function counted(count: number, what: string): string {
  return `${formatCount(count)} ${what}${count === 1 ? "" : "s"}`;
}

export function gist(text: string, columnsMax = GIST_COLUMNS_MAX): string {
  return cutTo(plainLine(text.trim()), columnsMax);
}
