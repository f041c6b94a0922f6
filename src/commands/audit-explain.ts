// operator audit explain TICKET: one page for whoever was asleep when it happened. Pure: a story to
// lines. Each line names the audit row that says so.
import { unreachable } from "../domain/errors.ts";
import { canonicalJson } from "../domain/json.ts";
import type { Ticket } from "../domain/ticket.ts";
import { undoWords } from "../domain/undo.ts";
import { cutTo, plainLine } from "../panels/plain-text.ts";
import {
  formatCost,
  formatCount,
  formatDuration,
  formatTime,
  formatTimeOfDay,
} from "../panels/units.ts";
import type { CallStory } from "./audit-calls.ts";
import { headline } from "./audit-headline.ts";
import { callWords } from "./audit-lines.ts";
import type { ChangeStory, ConclusionStory, Said, SessionStory } from "./audit-session-story.ts";
import type { MoveStory, Story } from "./audit-story.ts";
import { stateWords } from "./tickets-lines.ts";

/** Of what a command or a person said: the whole of it is in the row. */
const GIST_COLUMNS_MAX = 180;
const SUMMARY_COLUMNS_MAX = 600;
const PAGE_COLUMNS = 100;
/** As the agent's shell tells it: the end of the command, and the output between fences. */
const FENCED = /^(?<end>.*?)\n```text\n(?<output>.*?)\n?```/s;

export interface Section {
  readonly title: string;
  /** Two columns in where they belong to the line before. */
  readonly lines: readonly string[];
}

export function explainLines(story: Story): readonly string[] {
  return [
    titleOf(story.ticket),
    headline(story),
    ...explainSections(story).flatMap(({ title, lines }) => [
      "",
      title,
      ...lines.map((line) => `  ${line}`),
    ]),
    "",
    ...story.sessions.map(({ session }) => `All of it: operator audit show ${session.id}`),
  ].flatMap(wrapped);
}

export function titleOf({ id, invariant, entity }: Ticket): string {
  return `Ticket #${id}: ${plainLine(`${invariant} of ${entity}`)}`;
}

export function explainSections(story: Story): readonly Section[] {
  return [
    section("What was seen", seenLines(story)),
    section("What was concluded, and from what", eachSession(story, concludedLines)),
    section("What was done", eachSession(story, doneLines)),
    section("What it changed", changedLines(story)),
    section("How it was verified", verifiedLines(story)),
    section("What it cost", costLines(story)),
  ];
}

/** What goes on in a further line stands below, two columns in. */
function wrapped(line: string): readonly string[] {
  const indent = " ".repeat(line.length - line.trimStart().length);
  const [first = "", ...rest] = Bun.wrapAnsi(line.trim(), PAGE_COLUMNS - indent.length - 2, {
    hard: true,
  }).split("\n");
  return [`${indent}${first}`, ...rest.map((more) => `${indent}  ${more}`)];
}

function section(title: string, lines: readonly string[]): Section {
  return { title, lines: lines.length === 0 ? ["nothing"] : lines };
}

function seenLines({ ticket, openedRow }: Story): readonly string[] {
  const { violatedSinceMs, openedAtMs, lastViolatedAtMs, occurrences } = ticket;
  const waited = formatDuration(Math.max(0, openedAtMs - violatedSinceMs));
  const last = formatTime(lastViolatedAtMs);
  return [
    `${plainLine(ticket.reason)} (${ticket.severity}${openedRow ? `, row ${openedRow}` : ""})`,
    ...evidenceLines(ticket),
    `violated since ${formatTime(violatedSinceMs)}; a ticket after ${waited}`,
    `seen violated ${counted(occurrences, "time")}, the last time ${last}`,
  ];
}

function evidenceLines({ evidence }: Ticket): readonly string[] {
  return Object.entries(evidence).map(([name, value]) => {
    const text = typeof value === "string" ? value : canonicalJson(value ?? null);
    return gist(`${name}: ${text}`);
  });
}

/** Under the session's own line, where there are several. */
function eachSession(
  { sessions, sessionsOmitted, ticket }: Story,
  linesOf: (session: SessionStory) => readonly string[],
): readonly string[] {
  const lines = sessions.flatMap((story) => {
    const own = linesOf(story);
    const shown = own.length === 0 ? ["nothing"] : own;
    if (sessions.length === 1) return own;
    const { id, model } = story.session;
    return [`attempt ${story.attempt}, ${model}, session ${id}`, ...shown.map((one) => `  ${one}`)];
  });
  if (sessionsOmitted === 0) return lines;
  const left = `${formatCount(sessionsOmitted)} attempts between them are left out here`;
  return [...lines, `${left}: operator tickets show ${ticket.id}`];
}

function concludedLines(story: SessionStory): readonly string[] {
  const { session, conclusions } = story;
  const { stopReason, stopDetail } = session;
  const isCutShort = conclusions.length === 0 && stopReason !== null;
  return [
    ...conclusions.flatMap((conclusion) => conclusionLines(conclusion, story)),
    ...(isCutShort ? [gist(`no conclusion: ${stopReason}: ${stopDetail ?? ""}`)] : []),
  ];
}

function conclusionLines(
  { row, atMs, outcome, rootCause, summary, evidence, isEvidenceNamed }: ConclusionStory,
  { calls }: SessionStory,
): readonly string[] {
  const known = calls.filter(({ result }) => result && evidence.includes(result.row));
  const other = evidence.filter((id) => !known.some(({ result }) => result?.row === id));
  return [
    at(atMs, row, `${outcome}: ${rootCause}`),
    gist(summary, SUMMARY_COLUMNS_MAX),
    evidence.length === 0
      ? "no evidence was named"
      : isEvidenceNamed
        ? "from these rows, which it named:"
        : "it named no rows; it had seen these:",
    ...known.map((call) => `  ${callLine(call)}`),
    ...(other.length === 0 ? [] : [`  ${gist(`rows ${other.join(", ")}`)}`]),
  ];
}

function doneLines(story: SessionStory): readonly string[] {
  const { calls, callCounts, approvals } = story;
  const looks = calls.filter(({ kind }) => kind === "looked");
  const rows = looks.map(({ row, result }) => result?.row ?? row).join(", ");
  const where = looks.length === 1 ? "row" : "rows";
  const looked = `${counted(callCounts.looked, "look")} (${where} ${rows})`;
  const deeds = calls.filter(({ kind }) => kind !== "looked");
  const asked = approvals.map(({ row, atMs, reason }) => at(atMs, row, reason));
  const all = [...(looks.length === 0 ? [] : [looked]), ...deeds.map(deedLine), ...asked];
  return [...all, ...missingLines(story)];
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

function deedLine(call: CallStory): string {
  const { guard, kind, row, result, tool, input } = call;
  if (kind === "idle" || !guard) return `nothing done: ${callLine(call)}`;
  const passed = guard.decision === "ask" ? "the guard asked a person" : "the guard allowed it";
  if (kind === "changed") return `${callLine(call)}; ${passed} (row ${guard.row})`;
  const what = `refused: row ${result?.row ?? row}: ${callWords(tool, input)}`;
  // Asked, and not allowed: then the result tells what became of the asking.
  const isDenied = guard.decision === "deny";
  const why = isDenied ? `the guard, row ${guard.row}: ${guard.reason}` : (result?.text ?? "");
  return gist(`${what}; ${why}`, SUMMARY_COLUMNS_MAX);
}

function callLine({ row, tool, input, result }: CallStory): string {
  const what = gist(callWords(tool, input));
  if (!result) return `row ${row}: ${what}: no result was recorded`;
  return `row ${result.row}: ${what}: ${gist(endOf(result.text))}`;
}

function endOf(text: string): string {
  const { end, output } = FENCED.exec(text)?.groups ?? {};
  return end === undefined ? text : `${end}: ${output}`;
}

function changedLines({ sessions }: Story): readonly string[] {
  return sessions.flatMap(({ changes }) => changes.map(changeLine));
}

function changeLine({ entry, row, later }: ChangeStory): string {
  const { id, startedAtMs, kind, targets, operation, undo, undoes } = entry;
  const nobody = kind === "shell" ? "whom it touched is not known" : "no member itself";
  const whom = targets.length === 0 ? nobody : targets.join(", ");
  const where = row === undefined ? "" : `, row ${row}`;
  const back = undoes === null ? "" : ` takes back step ${undoes}:`;
  const what = [
    `${whom}: ${canonicalJson(operation)}: ${stepEnd(entry)}`,
    ...(undo?.type === "none" ? [undoWords(undo)] : []),
    ...(later ? [`${later.words} (row ${later.row})`] : []),
  ].join("; ");
  const whole = `${formatTimeOfDay(startedAtMs)} step ${id}${where}:${back} ${what}`;
  return gist(whole, 2 * GIST_COLUMNS_MAX);
}

function stepEnd({ state, result }: ChangeStory["entry"]): string {
  switch (state) {
    case "intended":
      return "interrupted before its end: nobody knows what it did";
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

function verifiedLines({ ticket, sessions, moves }: Story): readonly string[] {
  const refusals = sessions.flatMap((session) => session.refusals);
  const ends = moves.filter(({ event }) => ["verify", "heal", "resolve"].includes(event));
  const isOver = ticket.state === "resolved";
  return [
    ...refusals.map(({ row, atMs, reason }) => at(atMs, row, `refused: ${reason}`)),
    ...ends.map(endLine),
    ...(isOver ? [] : [`not verified: the ticket is ${stateWords(ticket)}`]),
  ];
}

const ENDS: Readonly<Record<string, string>> = {
  verify: "the monitor saw for itself",
  heal: "the monitor saw for itself, without a claim of any agent",
  resolve: "not by observation: a person said so",
};

function endLine({ row, atMs, event, reason }: MoveStory): string {
  return at(atMs, row, `${ENDS[event] ?? event}: ${reason}`);
}

function costLines({ cost, ticket }: Story): readonly string[] {
  const { usage, turns, sessions, durationMs } = cost;
  const endMs = ticket.resolvedAtMs;
  const wholeMs = Math.max(0, (endMs ?? 0) - ticket.violatedSinceMs);
  const spans = endMs === null ? "" : `; ${formatDuration(wholeMs)} in all`;
  if (sessions === 0) return [`no session, nothing spent${spans}`];
  const [sent, received] = [usage.inputTokens, usage.outputTokens].map(formatCount);
  const work = [counted(sessions, "session"), counted(turns, "turn")];
  const tokens = `${sent} tokens in, ${received} out`;
  return [
    [...work, tokens, formatCost(usage.costUsd)].join(", "),
    `${formatDuration(durationMs)} of agents, waiting included${spans}`,
  ];
}

function at(atMs: number, row: Said["row"], what: string): string {
  return gist(`${formatTimeOfDay(atMs)} row ${row}: ${what}`);
}

function counted(count: number, what: string): string {
  return `${formatCount(count)} ${what}${count === 1 ? "" : "s"}`;
}

function gist(text: string, columnsMax = GIST_COLUMNS_MAX): string {
  return cutTo(plainLine(text.trim()), columnsMax);
}
