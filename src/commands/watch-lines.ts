// The audit as monitor and agent would have said it, for the panels of a watch. Pure: events to
// lines of bounded length, which do nothing to a terminal.
import type { AuditEvent } from "../domain/audit.ts";
import { unreachable } from "../domain/errors.ts";
import type { JsonObject } from "../domain/json.ts";
import type { Session } from "../domain/session.ts";
import type { Ticket } from "../domain/ticket.ts";
import { cutTo, plainLine } from "../panels/plain-text.ts";
import { formatTimeOfDay } from "../panels/units.ts";
import {
  blocksIn,
  byIn,
  decisionIn,
  guardWords,
  numberIn,
  objectIn,
  type ReadBlock,
  textIn,
} from "./audit-content.ts";

/** Of one line: more of it would push the others out of a panel. */
const LINE_COLUMNS_MAX = 400;
/** Of a tool's output, as the agent itself cuts it. */
const OUTPUT_COLUMNS_MAX = 160;
/** As the agent's shell tells it: the exit code, said already, and the output between fences. */
const FENCED = /^exit \d+ in [\d.]+ s\n```text\n(?<output>.*?)\n?```/s;

/** What became of a ticket; nothing for what only its session is about. */
export function ticketLines(event: AuditEvent, ticket: Ticket): readonly string[] {
  const { type, content } = event;
  const told = (state: string) => {
    const what = `Ticket #${ticket.id} -> ${state}: ${ticket.fingerprint}`;
    const reason = textIn(content, "reason");
    const line = `${formatTimeOfDay(event.atMs)} ${what}${reason === "" ? "" : `: ${reason}`}`;
    return [cutTo(plainLine(line), LINE_COLUMNS_MAX)];
  };
  if (type === "ticket_opened") return told("open");
  if (type === "ticket_flagged") return told(`${textIn(content, "flag")}${byIn(content)}`);
  if (type !== "ticket_moved") return [];
  const resolution = textIn(content, "resolution");
  const how = resolution === "" ? "" : ` (${resolution})`;
  return told(`${textIn(content, "to")}${how}${byIn(content)}`);
}

/** A part of the session's conversation. */
export function sessionLines(event: AuditEvent, session: Session): readonly string[] {
  return wordsOf(event, session).map((line) => cutTo(plainLine(line), LINE_COLUMNS_MAX));
}

function wordsOf(event: AuditEvent, session: Session): readonly string[] {
  const { type, content } = event;
  const reason = textIn(content, "reason");
  const approvalId = numberIn(content, "approvalId");
  switch (type) {
    case "session_started":
      return [`${doing(session)} ticket #${session.ticketId}, session ${session.id}`];
    case "model_replied":
      return blocksIn(content).flatMap((block) => blockLines(block, speakerOf(session)));
    case "model_failed": {
      const next = content.willRetry === true ? "; trying again" : "";
      return [`[${speakerOf(session)}] failed: ${textIn(content, "message")}${next}`];
    }
    case "guard_decided":
      return [`[Guard] ${guardWords(content)}`];
    case "tool_result":
      return [resultLine(content)];
    case "approval_requested":
      return [`[Guard] waiting for approval #${approvalId}: ${reason}`];
    case "approval_taken_up":
      return [`[Guard] approval #${approvalId} was asked for before: ${textIn(content, "state")}`];
    case "approval_decided":
      return [`[Guard] approval #${approvalId}: ${decisionIn(content)}`];
    case "approval_voided":
      return [`[Guard] approval #${approvalId}: void: ${reason}`];
    case "session_concluded":
      return isGivingUp(content) ? [] : ["[Verify] waiting for the monitor to confirm"];
    case "verification_refused":
      return [`[Verify] refused: ${reason}`];
    case "session_ended":
      return [`[Session] ended, ${textIn(content, "stopReason")}: ${textIn(content, "detail")}`];
    case "ticket_moved":
      return [`Ticket #${session.ticketId} -> ${textIn(content, "to")}`];
    case "step_settled":
      return [`[Settle] ${stepWords(content)}: ${textIn(content, "state").replaceAll("_", " ")}`];
    case "step_undone":
      return [`[Undo] ${stepWords(content)} is taken back`];
    case "step_kept":
      return [`[Undo] ${stepWords(content)} is not taken back: ${reason}`];
    case "row_found_altered":
      return [`[Audit] ${textIn(content, "row")} had been altered: ${reason}`];
    case "session_briefed":
    case "session_recorded":
    case "approval_used":
    case "step_begun":
    case "step_finished":
    case "usage_added":
    case "ticket_opened":
    case "ticket_flagged":
    case "audit_compacted":
      return [];
    default:
      return unreachable(type);
  }
}

function doing({ purpose }: Session): string {
  return purpose === "clear_up" ? "Clearing up after" : "Processing";
}

function stepWords(content: JsonObject): string {
  return `step ${numberIn(content, "entryId")}`;
}

/** Then there is nothing to confirm. */
function isGivingUp(content: JsonObject): boolean {
  return textIn(objectIn(content, "conclusion"), "outcome") === "cannot_fix";
}

function blockLines(block: ReadBlock, speaker: string): readonly string[] {
  switch (block.type) {
    case "text":
    case "opaque":
      return block.text.trim() === "" ? [] : [`[${speaker}] ${block.text.trim()}`];
    case "tool_call":
      return [`[Tool Call] ${callWords(block.name, block.input)}`];
    default:
      return unreachable(block);
  }
}

function callWords(tool: string, input: JsonObject): string {
  const text = (name: string) => textIn(input, name);
  if (tool === "shell") return `shell: ${text("command")} (${text("reason")})`;
  if (tool === "act") return `act: ${text("action")} ${text("target")} (${text("reason")})`;
  if (tool === "conclude") return `conclude: ${text("outcome")}: ${text("summary")}`;
  return `${tool}: ${JSON.stringify(input)}`;
}

function resultLine(content: JsonObject): string {
  const exitCode = numberIn(content, "exitCode");
  const failed = content.isError === true ? "failed" : "done";
  const end = exitCode === undefined ? failed : `Exit ${exitCode}`;
  const output = plainLine(outputIn(textIn(content, "text")));
  return `[Tool Result] ${end}: ${cutTo(output, OUTPUT_COLUMNS_MAX)}`;
}

/** What a model is told around a command's output is not for people. */
function outputIn(text: string): string {
  return FENCED.exec(text)?.groups?.output ?? text;
}

function speakerOf({ model }: Session): string {
  if (model.startsWith("claude")) return "Claude";
  return model === "runbook" ? "Runbook" : model;
}
