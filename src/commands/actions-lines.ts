// What people are shown of the operations that wait for their word. Pure: approvals to lines.
import { effectWords } from "../domain/effect.ts";
import { canonicalJson } from "../domain/json.ts";
import { personWords } from "../domain/person.ts";
import { describeSeen } from "../domain/seen-state.ts";
import type { Approval } from "../domain/session.ts";
import { exactLine } from "../panels/exact-line.ts";
import { plainLines } from "../panels/plain-text.ts";
import { factLines, tableLines } from "../panels/table.ts";
import { formatDuration, formatTime } from "../panels/units.ts";

export function listLines(approvals: readonly Approval[]): readonly string[] {
  const rows = approvals.map((approval) => [
    String(approval.id),
    approval.state,
    `#${approval.ticketId}`,
    formatTime(approval.requestedAtMs),
    exactLine(canonicalJson(approval.operation)),
    approval.reason,
  ]);
  return tableLines(["ID", "STATE", "TICKET", "ASKED", "OPERATION", "REASON"], rows);
}

export function showLines(approval: Approval, nowMs: number): readonly string[] {
  const { id, operation, note, state } = approval;
  const said = note === null || state === "void" ? [] : ["", "The person's words", ...below(note)];
  return [
    `Action #${id}`,
    ...factLines(factsOf(approval, nowMs)),
    "",
    "Operation",
    ...JSON.stringify(operation, null, 2)
      .split("\n")
      .map((line) => `  ${exactLine(line)}`),
    ...said,
    "",
    "State in which it was asked: in another one it is void",
    ...seenLines(approval),
  ];
}

type Fact = readonly [name: string, value: string];

function factsOf(approval: Approval, nowMs: number): readonly Fact[] {
  const { ticketId, sessionId, effects, undo, reason, decidedAtMs, decidedBy } = approval;
  const who = decidedBy === null ? "by whom was not noted" : `by ${personWords(decidedBy)}`;
  const decided: readonly Fact[] =
    decidedAtMs === null ? [] : [["decided", `${formatTime(decidedAtMs)}, ${exactLine(who)}`]];
  return [
    ["state", stateWords(approval, nowMs)],
    ["ticket", `#${ticketId}`],
    ["session", sessionId],
    ...effects.map((effect): Fact => ["effect", exactLine(effectWords(effect))]),
    ["way back", exactLine(undo ?? "not known")],
    ["reason", reason],
    ["asked", formatTime(approval.requestedAtMs)],
    ["expires", formatTime(approval.expiresAtMs)],
    ...decided,
    ["waits", approval.isAwaited ? `session ${approval.holderId}` : "nobody at present"],
    ["sha-256", approval.operationHash],
  ];
}

function stateWords({ state, note, expiresAtMs }: Approval, nowMs: number): string {
  const left = `${formatDuration(Math.max(0, expiresAtMs - nowMs))} left`;
  if (state === "pending") return `pending, ${left}`;
  if (state === "approved") return `approved, not used yet, ${left}`;
  if (state === "expired" && expiresAtMs > nowMs) {
    return "not wanted any more: its session has ended, or its ticket is resolved";
  }
  return state === "void" && note !== null ? `void: ${note}` : state;
}

function seenLines({ seen, stateHash }: Approval): readonly string[] {
  if (!seen) return ["  an older version asked, and did not note it: it is not used any more"];
  const names = seen.members.map(({ name, health }) => `${name} ${health}`);
  const facts = factLines([
    ["seen", describeSeen(seen)],
    ["members", names.join(", ")],
    ...(seen.replaces === undefined ? [] : [["replaces", exactLine(seen.replaces)] as const]),
    ["groups", seen.quorums.map((group) => group.join(", ")).join("; ")],
    ["sha-256", stateHash ?? ""],
  ]);
  return facts.map((line) => `  ${line}`);
}

function below(text: string): readonly string[] {
  return plainLines(text).map((line) => `  ${line}`);
}

/** What becomes of the answer, where nobody is there to hear it. */
export function decidedLines({ id, state, isAwaited, expiresAtMs }: Approval): readonly string[] {
  const moved = `Action #${id} -> ${state}`;
  if (isAwaited) return [moved];
  const whose = "the next session that asks for the same in the same state";
  return [
    moved,
    `nobody waits for it at present: it is for ${whose}, until ${formatTime(expiresAtMs)}`,
  ];
}
