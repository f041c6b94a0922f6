// operator audit explain TICKET: one page for whoever was asleep when it happened. Pure: a story to
// lines. Each line names the audit row that says so.
import { canonicalJson } from "../domain/json.ts";
import type { Ticket } from "../domain/ticket.ts";
import { plainLine } from "../panels/plain-text.ts";
import { formatCost, formatCount, formatDuration } from "../panels/units.ts";
import type { CallStory } from "./audit-calls.ts";
import { doubtWords } from "./audit-clock.ts";
import {
  atRow,
  changedLines,
  counted,
  doneLines,
  evidenceLine,
  gist,
  movedLines,
  type Told,
} from "./audit-explain-done.ts";
import { headline } from "./audit-headline.ts";
import { inShort, type ShortFact } from "./audit-in-short.ts";
import type { ConclusionStory, SessionStory } from "./audit-session-story.ts";
import type { MoveStory, Story } from "./audit-story.ts";
import { endOf, when } from "./audit-when.ts";
import { stateWords } from "./tickets-lines.ts";

const SUMMARY_COLUMNS_MAX = 300;
const PAGE_COLUMNS = 100;
const NAME_COLUMNS = 11;
const NAME_MAX = 60;
/** A number and its unit stay in one row. */
const BEFORE_UNIT = /(?<=\d) (?=(?:ms|s|m|h|d)\b)/g;
const NO_BREAK = "\u00a0";

export interface Section {
  readonly title: string;
  /** Two columns in where they belong to the line before. */
  readonly lines: readonly string[];
}

export function explainLines(story: Story): readonly string[] {
  const sections = explainSections(story).flatMap(({ title, lines }) => [
    "",
    title,
    ...lines.map((line) => `  ${line}`),
  ]);
  const whole = story.sessions.map(({ session }) => {
    return `Every row, with its number: operator audit show ${session.id}`;
  });
  return [
    ...[titleOf(story.ticket), headline(story), ""].flatMap(wrapped),
    ...inShort(story).flatMap(factRows),
    ...[...sections, "", ...whole].flatMap(wrapped),
  ];
}

export function titleOf({ id, invariant, entity, subject, severity }: Ticket): string {
  const [what, whom, where] = [invariant, entity, subject].map((name) => gist(name, NAME_MAX));
  return `Ticket #${id} (${severity}): ${what} of ${whom}, in ${where}`;
}

/** A value of several rows stands in its own column. */
function factRows([name, value]: ShortFact): readonly string[] {
  const [first = "", ...rest] = rowsOf(value, PAGE_COLUMNS - NAME_COLUMNS - 2);
  return [
    `  ${name.padEnd(NAME_COLUMNS)}${first}`,
    ...rest.map((row) => " ".repeat(NAME_COLUMNS + 2) + row),
  ];
}

function rowsOf(text: string, columns: number): readonly string[] {
  const whole = Bun.wrapAnsi(text.replace(BEFORE_UNIT, NO_BREAK), columns, { hard: true });
  return whole.replaceAll(NO_BREAK, " ").split("\n");
}

export function explainSections(story: Story): readonly Section[] {
  const { ticket } = story;
  return [
    section("What was seen", seenLines(story)),
    section(
      "What was concluded, and from what",
      eachSession(story, (one) => concludedLines(one, ticket)),
    ),
    section(
      "What was done",
      eachSession(story, (one) => doneLines(one, ticket), movedLines(story)),
    ),
    section("What it changed", changedLines(story)),
    section("How it was verified", verifiedLines(story)),
    section("What it cost", costLines(story)),
  ];
}

/** What goes on in a further line stands below, two columns in. */
function wrapped(line: string): readonly string[] {
  const indent = " ".repeat(line.length - line.trimStart().length);
  const [first = "", ...rest] = rowsOf(line.trim(), PAGE_COLUMNS - indent.length - 2);
  return [`${indent}${first}`, ...rest.map((more) => `${indent}  ${more}`)];
}

function section(title: string, lines: readonly string[]): Section {
  return { title, lines: lines.length === 0 ? ["nothing"] : lines };
}

function seenLines({ ticket, openedRow, openedReason }: Story): readonly string[] {
  const { openedAtMs, lastViolatedAtMs, occurrences } = ticket;
  const where = openedRow === undefined ? "" : ` row ${openedRow}`;
  const looks = counted(occurrences, "look");
  const last = occurrences === 1 ? "" : `, the last at ${when(ticket, lastViolatedAtMs)}`;
  const since = ticket.reason === openedReason ? "" : `: ${gist(ticket.reason)}`;
  return [
    `${when(ticket, openedAtMs)}${where}: the monitor opened the ticket: ${gist(openedReason)}`,
    ...evidenceLines(ticket),
    `seen broken in ${looks} of the monitor from then on${last}${since}`,
  ];
}

function evidenceLines({ evidence }: Ticket): readonly string[] {
  return Object.entries(evidence).map(([name, value]) => {
    const text = typeof value === "string" ? value : canonicalJson(value ?? null);
    return `  ${gist(`${name}: ${text}`)}`;
  });
}

/** Under the session's own line, where there are several; what is between them has none. */
function eachSession(
  { sessions, sessionsOmitted, ticket }: Story,
  linesOf: (session: SessionStory) => readonly string[],
  between: readonly Told[] = [],
): readonly string[] {
  const isOnly = sessions.length === 1;
  const blocks = sessions.map((story) => {
    const own = linesOf(story);
    return { row: story.firstRow ?? 0, lines: isOnly ? own : [headOf(story), ...indented(own)] };
  });
  const others = between.map(({ row, line }) => ({ row, lines: [line] }));
  const all = [...blocks, ...others].toSorted((left, right) => left.row - right.row);
  const lines = all.flatMap((block) => block.lines);
  if (sessionsOmitted === 0) return lines;
  const left = `${formatCount(sessionsOmitted)} attempts between them are left out here`;
  return [...lines, `${left}: operator tickets show ${ticket.id}`];
}

function headOf({ session: { id, model, purpose }, attempt }: SessionStory): string {
  const isAttempt = purpose === "repair";
  const what = isAttempt ? `attempt ${attempt}, ${plainLine(model)}` : "cleared up after it";
  return `${what}, session ${id}`;
}

function indented(lines: readonly string[]): readonly string[] {
  return (lines.length === 0 ? ["nothing"] : lines).map((line) => `  ${line}`);
}

function concludedLines(story: SessionStory, ticket: Ticket): readonly string[] {
  const { session, conclusions } = story;
  const { stopReason, stopDetail } = session;
  const isCutShort = conclusions.length === 0 && stopReason !== null;
  const stopped = `${stopReason?.replaceAll("_", " ")}: ${stopDetail}`;
  return [
    ...conclusions.flatMap((conclusion) => conclusionLines(conclusion, { story, ticket })),
    ...(isCutShort ? [gist(`${UNCONCLUDED[session.purpose]}: ${stopped}`)] : []),
  ];
}

const UNCONCLUDED: Readonly<Record<SessionStory["session"]["purpose"], string>> = {
  repair: "no conclusion",
  clear_up: "without a model",
};

function conclusionLines(
  conclusion: ConclusionStory,
  { story: { calls, session }, ticket }: { readonly story: SessionStory; readonly ticket: Ticket },
): readonly string[] {
  const { row, atMs, outcome, rootCause, summary } = conclusion;
  const what = `${session.model} says ${outcome}: ${rootCause}`;
  return [
    atRow(ticket, { row, atMs, what, columnsMax: SUMMARY_COLUMNS_MAX }),
    `  ${gist(summary, SUMMARY_COLUMNS_MAX)}`,
    ...rowLines(conclusion, calls).map((line) => `  ${line}`),
  ];
}

function rowLines(
  { evidence, isEvidenceNamed, foreign, missing }: ConclusionStory,
  calls: readonly CallStory[],
): readonly string[] {
  const found = calls.filter(({ result }) => result && evidence.includes(result.row));
  const told = [...found.map(({ result }) => result?.row), ...foreign, ...missing];
  const other = evidence.filter((id) => !told.includes(id));
  // What was refused has shown nothing, unless the model says that it did.
  const isShown = ({ kind }: CallStory) => isEvidenceNamed || !["refused", "idle"].includes(kind);
  const known = found.filter(isShown);
  const rows = [
    ...known.map((call) => evidenceLine(call)),
    ...(other.length === 0 ? [] : [gist(rowsOfIds(other))]),
    ...(foreign.length === 0 ? [] : [gist(`of another ticket, or of none: ${rowsOfIds(foreign)}`)]),
    ...(missing.length === 0 ? [] : [gist(`there is no ${rowsOfIds(missing)}`)]),
  ];
  if (rows.length === 0) return ["no evidence was named"];
  return [isEvidenceNamed ? NAMED : UNNAMED, ...rows.map((line) => `  ${line}`)];
}

function rowsOfIds(ids: readonly number[]): string {
  return `${ids.length === 1 ? "row" : "rows"} ${ids.join(", ")}`;
}

const NAMED = "from these rows, which it named:";
const UNNAMED = "it named no rows; it had seen these:";

function verifiedLines({ ticket, sessions, moves }: Story): readonly string[] {
  const refusals = sessions.flatMap((session) => session.refusals);
  const ends = moves.filter(({ event }) => ["verify", "heal", "resolve"].includes(event));
  const isOver = ticket.state === "resolved";
  return [
    ...refusals.map(({ row, atMs, reason }) =>
      atRow(ticket, { row, atMs, what: `the monitor did not believe it: ${reason}` }),
    ),
    ...ends.map((end) => endLine(end, ticket)),
    ...(isOver ? [] : [`not verified: the ticket is ${stateWords(ticket)}`]),
  ];
}

const ENDS: Readonly<Record<string, string>> = {
  verify: "the monitor saw for itself",
  heal: "the monitor saw for itself, not on an agent's word",
  resolve: "not by observation: closed",
};

function endLine({ row, atMs, event, reason, by }: MoveStory, ticket: Ticket): string {
  return atRow(ticket, { row, atMs, what: `${ENDS[event] ?? event}${by}: ${reason}` });
}

function costLines(story: Story): readonly string[] {
  const { cost, clockDoubt } = story;
  const { usage, turns, sessions, workedMs, verifyingMs, askingMs, goneMs } = cost;
  const { openMs, escalatedMs } = cost;
  const spans = wholeLines(story);
  if (sessions === 0) return ["no session, nothing spent", ...spans];
  const sent = formatCount(usage.inputTokens + usage.cacheReadTokens + usage.cacheWriteTokens);
  const received = formatCount(usage.outputTokens);
  const cached = usage.cacheReadTokens;
  const fromCache = cached === 0 ? "" : ` (${formatCount(cached)} of them from a cache)`;
  const work = [counted(sessions, "session"), counted(turns, "turn")];
  const tokens = `${sent} tokens in${fromCache}, ${received} out`;
  const times = [
    `agents worked ${formatDuration(workedMs)}`,
    ...(askingMs === 0 ? [] : [`waited ${formatDuration(askingMs)} for a person's answer`]),
    ...(verifyingMs === 0 ? [] : [`waited ${formatDuration(verifyingMs)} for the monitor's word`]),
    ...(goneMs === 0
      ? []
      : [`no sign of an agent for ${formatDuration(goneMs)}, until its lease ran out`]),
    ...(openMs === 0 ? [] : [`the ticket lay open for ${formatDuration(openMs)}`]),
    ...(escalatedMs === 0 ? [] : [`it was a person's for ${formatDuration(escalatedMs)}`]),
  ];
  const clock = clockDoubt ? "by the clock, which is not to be trusted here: " : "";
  const spent = [...work, tokens, formatCost(usage.costUsd)].join(", ");
  return [spent, `${clock}${times.join("; ")}`, ...spans];
}

/** Only of what was seen well at its end, and by stamps that can be taken from each other. */
function wholeLines({ ticket, clockDoubt, moves }: Story): readonly string[] {
  if (ticket.resolvedAtMs === null) return [];
  const unknown = "how long it was broken in all is not known";
  const end = endOf(ticket, moves.at(-1)?.wellForMs);
  if (!end) return [`${unknown}: it was closed by a person`];
  if (clockDoubt) return [`${unknown}: ${doubtWords(clockDoubt)}`];
  return [`broken for ${formatDuration(end.brokenMs)} in all at most, by the clock`];
}
