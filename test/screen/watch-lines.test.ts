import { expect, test } from "bun:test";
import { sessionLines, ticketLines } from "../../src/commands/watch-lines.ts";
import { AUDIT_GENESIS, type AuditEvent } from "../../src/domain/audit.ts";
import type { JsonObject } from "../../src/domain/json.ts";
import { NO_USAGE, type Session } from "../../src/domain/session.ts";
import { ticketWith } from "../support/verdicts.ts";

test.each<[AuditEvent["type"], JsonObject, readonly string[]]>([
  ["session_started", {}, ["Processing ticket #1, session s-1"]],
  ["session_briefed", { brief: "long" }, []],
  ["model_replied", { blocks: [text(" two\nlines ")] }, ["[Claude] two lines"]],
  ["model_replied", { blocks: [text("  ")] }, []],
  ["model_replied", { blocks: "none" }, []],
  [
    "model_replied",
    { blocks: [call("shell", { command: "ls", reason: "why" }), call("odd", { x: 1 })] },
    ["[Tool Call] shell: ls (why)", '[Tool Call] odd: {"x":1}'],
  ],
  [
    "model_replied",
    { blocks: [call("act", { action: "start_member", target: "one", reason: "down" })] },
    ["[Tool Call] act: start_member one (down)"],
  ],
  [
    "model_replied",
    { blocks: [call("conclude", { outcome: "fixed", summary: "it runs" })] },
    ["[Tool Call] conclude: fixed: it runs"],
  ],
  [
    "model_failed",
    { message: "overloaded", willRetry: true },
    ["[Claude] failed: overloaded; trying again"],
  ],
  ["guard_decided", { decision: "deny", reason: "quorum" }, ["[Guard] deny: quorum"]],
  ["tool_result", { exitCode: 3, text: "a\x1b[2Jb" }, ["[Tool Result] Exit 3: a␛[2Jb"]],
  [
    "tool_result",
    { exitCode: 3, text: "exit 3 in 0.14 s\n```text\none\ntwo\n```" },
    ["[Tool Result] Exit 3: one two"],
  ],
  [
    "tool_result",
    { isError: true, text: "killed by SIGKILL in 0.14 s\n```text\none\n```" },
    ["[Tool Result] failed: killed by SIGKILL in 0.14 s ```text one ```"],
  ],
  ["tool_result", { isError: true, text: "late" }, ["[Tool Result] failed: late"]],
  [
    "approval_requested",
    { approvalId: 2, reason: "it hangs" },
    ["[Guard] waiting for approval #2: it hangs"],
  ],
  ["approval_decided", { approvalId: 2, decision: "denied" }, ["[Guard] approval #2: denied"]],
  ["session_concluded", { conclusion: { outcome: "cannot_fix" } }, []],
  ["session_concluded", {}, ["[Verify] waiting for the monitor to confirm"]],
  ["verification_refused", { reason: "still down" }, ["[Verify] refused: still down"]],
  ["session_ended", { stopReason: "gave_up", detail: "x" }, ["[Session] ended, gave_up: x"]],
  ["ticket_moved", { to: "verifying" }, ["Ticket #1 -> verifying"]],
])("of a session, %s %j is told as the agent would", (type, content, lines) => {
  expect(sessionLines(eventWith({ type, content }), SESSION)).toEqual(lines);
});

test.each<[AuditEvent["type"], JsonObject, readonly string[]]>([
  ["ticket_opened", { reason: "no answer" }, ["-> open: toy/answers/one: no answer"]],
  [
    "ticket_moved",
    { to: "resolved", resolution: "verified_fix", reason: "held" },
    ["-> resolved (verified_fix): toy/answers/one: held"],
  ],
  ["ticket_flagged", { flag: "held" }, ["-> held: toy/answers/one"]],
  ["tool_result", { text: "no business of the monitor's" }, []],
])("of a ticket, %s %j is told with the time of day", (type, content, lines) => {
  const told = ticketLines(eventWith({ type, content }), ticketWith());
  expect(told).toEqual(lines.map((line) => `00:00:01.500 Ticket #1 ${line}`));
});

test("an endless output is one short line", () => {
  const content = { exitCode: 0, text: "x".repeat(100_000) };
  const [line = ""] = sessionLines(eventWith({ type: "tool_result", content }), SESSION);
  expect(line).toMatch(/^\[Tool Result\] Exit 0: x{159}…$/);
});

const SESSION: Session = {
  id: "s-1",
  ticketId: 1,
  purpose: "repair",
  agentId: "agent-1",
  model: "claude-x",
  mode: "execute",
  startedAtMs: 0,
  endedAtMs: null,
  stopReason: null,
  stopDetail: null,
  conclusion: null,
  turns: 0,
  usage: NO_USAGE,
  changes: 0,
};

function eventWith(changes: Pick<AuditEvent, "type" | "content">): AuditEvent {
  const chained = { previousHash: AUDIT_GENESIS, hash: AUDIT_GENESIS };
  return { id: 1, atMs: 1_500, ticketId: 1, sessionId: "s-1", ...chained, ...changes };
}

function text(said: string): JsonObject {
  return { type: "text", text: said };
}

function call(name: string, input: JsonObject): JsonObject {
  return { type: "tool_call", name, input };
}
