// The rows that the store writes itself: what it was asked to do, and did, has left one each. They
// are held against the record, for the loop neither writes nor reads them.
import type { AuditEvent, AuditType } from "../domain/audit.ts";
import { canonicalJson, type Json, type JsonObject } from "../domain/json.ts";
import type { Difference } from "./player.ts";
import type { AnswerArrival, SessionRecord } from "./read-record.ts";

interface ExpectedRow {
  readonly type: AuditType;
  /** What is in its content, besides other things; no text, of which secrets may be gone. */
  readonly facts: JsonObject;
}

/** The first that should be there and is not. There may be more: the last part may be missing. */
export function missingRow(
  events: readonly AuditEvent[],
  record: SessionRecord,
): Difference | undefined {
  const left = [...events];
  for (const arrival of record.arrivals) {
    const expected = arrival.type === "answer" ? rowAfter(arrival, record) : undefined;
    if (!expected) continue;
    const at = left.findIndex((event) => isIt(event, expected));
    const { type, facts } = expected;
    if (at === -1)
      return { where: `the row ${type}`, recorded: null, replayed: { type, ...facts } };
    left.splice(at, 1);
  }
  return undefined;
}

/** Of what was done for the session alone: its end may have come from elsewhere before. */
function rowAfter(arrival: AnswerArrival, record: SessionRecord): ExpectedRow | undefined {
  const { kind, number, answer } = arrival;
  if ("error" in answer) return undefined;
  const asked = objectOf(record.questions.get(kind)?.[number - 1]);
  switch (kind) {
    case "beginStep":
      return { type: "step_begun", facts: { entryId: answer.value, kind: asked.kind } };
    case "finishStep": {
      const { entryId, state, changed } = asked;
      return { type: "step_finished", facts: { entryId, state, changed } };
    }
    case "concludeTicket":
      return { type: "session_concluded", facts: { conclusion: { outcome: asked.outcome } } };
    case "escalateTicket":
    case "releaseTicket":
    case "endSession":
      return { type: "session_ended", facts: {} };
    default:
      return undefined;
  }
}

function isIt({ type, content }: AuditEvent, expected: ExpectedRow): boolean {
  return type === expected.type && holds(content, expected.facts);
}

function holds(content: Json | undefined, fact: Json | undefined): boolean {
  if (fact === undefined) return true;
  if (!isObject(fact)) {
    return content !== undefined && canonicalJson(content) === canonicalJson(fact);
  }
  const held = objectOf(content);
  return Object.entries(fact).every(([name, value]) => holds(held[name], value));
}

function objectOf(value: Json | undefined): JsonObject {
  return isObject(value) ? value : {};
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
