// A session's audit as the conversation that it was. Pure: events to lines.
import { type AuditEvent, compactedHash } from "../domain/audit.ts";
import { unreachable } from "../domain/errors.ts";
import { canonicalJson, type JsonObject } from "../domain/json.ts";
import type { Session } from "../domain/session.ts";
import type { Ticket } from "../domain/ticket.ts";
import { undoWords } from "../domain/undo.ts";
import { plainLine, plainLines } from "../panels/plain-text.ts";
import { factLines } from "../panels/table.ts";
import { formatCost, formatCount, formatDuration, formatTimeOfDay } from "../panels/units.ts";
import {
  blocksIn,
  byIn,
  decisionIn,
  guardWords,
  numberIn,
  objectIn,
  type ReadBlock,
  textIn,
  undoIn,
  usageIn,
} from "./audit-content.ts";
import { sessionDurationMs, sessionOutcome } from "./audit-sessions.ts";
import { wholeTime } from "./audit-when.ts";

export interface ShownSession {
  readonly session: Session;
  readonly ticket: Ticket;
  readonly nowMs: number;
}

/** What stands above its conversation. */
export function sessionHead(shown: ShownSession): readonly string[] {
  return [`Session ${shown.session.id}`, ...factLines(factsOf(shown)), ""];
}

export function conversationLines(event: AuditEvent, { model }: Session): readonly string[] {
  return describeEvent(event, speakerOf(model));
}

function factsOf({ session, ticket, nowMs }: ShownSession): readonly (readonly [string, string])[] {
  const { usage, conclusion } = session;
  const duration = formatDuration(sessionDurationMs(session, nowMs));
  const tokens = `${formatCount(usage.inputTokens)} in, ${formatCount(usage.outputTokens)} out`;
  const [read, written] = [usage.cacheReadTokens, usage.cacheWriteTokens].map(formatCount);
  return [
    ["ticket", `#${ticket.id} ${ticket.fingerprint} (${ticket.severity}): ${ticket.reason}`],
    ["model", `${session.model}, mode ${session.mode}, agent ${session.agentId}`],
    ["started", `${wholeTime(session.startedAtMs)}, took ${duration}`],
    ["outcome", sessionOutcome({ session, ticket }) ?? "still running"],
    ["turns", `${session.turns}, changes ${session.changes}`],
    ["tokens", `${tokens}; cache ${read} read, ${written} written`],
    ["cost", formatCost(usage.costUsd)],
    ...(conclusion ? [["root cause", conclusion.rootCause] as const] : []),
    ...(conclusion ? [["summary", conclusion.summary] as const] : []),
  ];
}

/** The first line carries the row's number and time; what belongs to it is indented below. */
export function describeEvent(event: AuditEvent, speaker = "Model"): readonly string[] {
  const [first = event.type, ...rest] = wordsOf(event, speaker);
  const head = `row ${event.id}  ${formatTimeOfDay(event.atMs)}`;
  return [`${head}  ${first}`, ...rest.map((line) => `    ${line}`)];
}

function wordsOf(event: AuditEvent, speaker: string): readonly string[] {
  const { content, type } = event;
  if (compactedHash(content) !== undefined) return [`[Compacted] ${type}: removed by age`];
  const reason = plainLine(textIn(content, "reason"));
  switch (type) {
    case "ticket_opened":
      return [`Ticket #${event.ticketId} -> open: ${reason}`];
    case "ticket_moved":
      return [`Ticket #${event.ticketId} -> ${movedWords(content)}: ${reason}`];
    case "ticket_flagged":
      return [plainLine(`Ticket #${event.ticketId} ${textIn(content, "flag")}${byIn(content)}`)];
    case "session_started":
      return [`[Session] started, ${startWords(content)}`];
    case "session_briefed":
      return ["[Brief] what the model was told", ...plainLines(textIn(content, "brief"))];
    case "model_replied":
      return replyWords(content, speaker);
    case "model_failed":
      return [failureWords(content)];
    case "guard_decided":
      return [plainLine(`[Guard] ${guardWords(content)}`)];
    case "tool_result":
      return resultWords(content);
    case "approval_requested":
      return [`[Approval] asked for ${operationWords(content)}: ${reason}`];
    case "approval_taken_up":
      return [`[Approval] asked for before: ${plainLine(textIn(content, "state"))}`];
    case "approval_decided":
      return [`[Approval] ${plainLine(decisionIn(content))}`];
    case "approval_voided":
      return [`[Approval] void: ${reason}`];
    case "approval_used":
      return ["[Approval] used"];
    case "step_begun":
      return [stepBegunWords(content)];
    case "step_finished":
      return [`[Step] ${numberIn(content, "entryId")} ${plainLine(textIn(content, "state"))}`];
    case "step_settled":
      return [`[Step] ${numberIn(content, "entryId")} ${settledWords(content)}`];
    case "step_undone":
      return [`[Undo] step ${numberIn(content, "entryId")} by step ${numberIn(content, "by")}`];
    case "step_kept":
      return [`[Undo] step ${numberIn(content, "entryId")} was not taken back: ${reason}`];
    case "usage_added":
      return ["[Session] cost more after its end"];
    case "session_concluded":
      return conclusionWords(objectIn(content, "conclusion"));
    case "verification_refused":
      return [`[Verify] refused: ${reason}`];
    case "session_ended":
      return [endWords(content)];
    case "row_found_altered":
      return [`[Audit] ${textIn(content, "row")} had been altered: ${reason}`];
    case "audit_compacted":
      return [
        `[Audit] the content of ${numberIn(content, "events") ?? "?"} old events was removed`,
      ];
    case "session_recorded":
      return [`[Record] part ${numberIn(content, "part") ?? "?"}, for a replay`];
    default:
      return unreachable(type);
  }
}

/** Of one before there were several purposes, the model alone. */
function startWords(content: JsonObject): string {
  if (textIn(content, "purpose") === "clear_up") return "to clear up after earlier ones";
  return plainLine(textIn(content, "model"));
}

function movedWords(content: JsonObject): string {
  const resolution = textIn(content, "resolution");
  const how = resolution === "" ? "" : ` (${resolution})`;
  return plainLine(`${textIn(content, "to")}${how}${byIn(content)}`);
}

function replyWords(content: JsonObject, speaker: string): readonly string[] {
  const usage = usageIn(content);
  const durationMs = numberIn(content, "durationMs");
  const costs = [
    ...(usage ? [`${formatCount(usage.inputTokens)} tokens in`] : []),
    ...(usage ? [`${formatCount(usage.outputTokens)} out`, formatCost(usage.costUsd)] : []),
    ...(durationMs === undefined ? [] : [formatDuration(durationMs)]),
  ].join(", ");
  const blocks = blocksIn(content).flatMap((block) => blockWords(block, speaker));
  return [`[Model] replied${costs === "" ? "" : ` (${costs})`}`, ...blocks];
}

function blockWords(block: ReadBlock, speaker: string): readonly string[] {
  switch (block.type) {
    case "text":
    case "opaque":
      return labelled(`[${speaker}]`, block.text);
    case "tool_call":
      return labelled("[Tool Call]", callWords(block.name, block.input));
    default:
      return unreachable(block);
  }
}

/** `shell: …`, `act: …`, with the reason that was given. */
export function callWords(tool: string, input: JsonObject): string {
  const reason = textIn(input, "reason");
  const why = reason === "" ? "" : ` (${reason})`;
  if (tool === "shell") return `shell: ${textIn(input, "command")}${why}`;
  if (tool === "act") {
    const args = objectIn(input, "args");
    const withArgs = Object.keys(args).length === 0 ? "" : ` ${canonicalJson(args)}`;
    return `act: ${textIn(input, "action")} ${textIn(input, "target")}${withArgs}${why}`;
  }
  return `${tool}: ${canonicalJson(input)}`;
}

function failureWords(content: JsonObject): string {
  const kind = textIn(content, "failure") || textIn(content, "kind");
  const next = content.willRetry === true ? "; trying again" : "";
  return plainLine(`[Model] failed, ${kind}: ${textIn(content, "message")}${next}`);
}

function resultWords(content: JsonObject): readonly string[] {
  const exitCode = numberIn(content, "exitCode");
  const durationMs = numberIn(content, "durationMs");
  const end = exitCode === undefined ? endWithoutCode(content) : `Exit ${exitCode}`;
  const took = durationMs === undefined ? "" : ` (${formatDuration(durationMs)})`;
  const text = textIn(content, "text");
  return [`[Tool Result] ${end}${took}`, ...(text === "" ? [] : plainLines(text))];
}

function endWithoutCode(content: JsonObject): string {
  return content.isError === true ? "failed" : "done";
}

function operationWords(content: JsonObject): string {
  return plainLine(canonicalJson(objectIn(content, "operation")));
}

function stepBegunWords(content: JsonObject): string {
  const undoes = numberIn(content, "undoes");
  const undo = undoIn(content);
  const what = undoes === undefined ? "begun" : `begun, to take back step ${undoes}`;
  const back = undo && undoes === undefined ? `; ${undoWords(undo)}` : "";
  return plainLine(
    `[Step] ${numberIn(content, "entryId")} ${what}: ${operationWords(content)}${back}`,
  );
}

function settledWords(content: JsonObject): string {
  const state = textIn(content, "state").replaceAll("_", " ");
  return plainLine(`was interrupted; settled: ${state}: ${textIn(content, "reason")}`);
}

function conclusionWords(conclusion: JsonObject): readonly string[] {
  const outcome = plainLine(textIn(conclusion, "outcome"));
  const { evidence } = conclusion;
  const ids = Array.isArray(evidence) && evidence.length > 0 ? evidence.join(", ") : "none named";
  return [
    `[Conclusion] ${outcome}: ${plainLine(textIn(conclusion, "summary"))}`,
    `root cause: ${plainLine(textIn(conclusion, "rootCause"))}`,
    `evidence: ${plainLine(ids)}`,
  ];
}

function endWords(content: JsonObject): string {
  return plainLine(
    `[Session] ended, ${textIn(content, "stopReason")}: ${textIn(content, "detail")}`,
  );
}

function labelled(label: string, text: string): readonly string[] {
  if (text.trim() === "") return [];
  const [first = "", ...rest] = plainLines(text);
  return [`${label} ${first}`, ...rest.map((line) => `  ${line}`)];
}

function speakerOf(model: string): string {
  if (model.startsWith("claude")) return "Claude";
  return model === "runbook" ? "Runbook" : plainLine(model);
}
