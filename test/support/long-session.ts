// One session with very many events, written by the store's own append, many in one transaction.
import { Database } from "bun:sqlite";
import type { AuditInput } from "../../src/domain/audit.ts";
import type { JsonObject } from "../../src/domain/json.ts";
import { systemClock } from "../../src/infra/clock.ts";
import { appendEvent } from "../../src/store/audit-chain.ts";
import { TicketOpsDB } from "../../src/store/ticket-ops-db.ts";
import { inWriteTransaction } from "../../src/store/transaction.ts";
import { verdictWith } from "./verdicts.ts";

/** Of one turn: what the model said, what the guard said, what came of it, the record of it. */
export const EVENTS_OF_TURN = 4;
const TURNS_AT_ONCE = 500;
const RULES = { attemptsMax: 3, backoffMs: 1, backoffMsMax: 1, randomId: () => "x" };

/** A new database with one ticket, whose one session ended after so many turns; its id. */
export async function writeLongSession(path: string, turns: number): Promise<string> {
  using store = TicketOpsDB.open({ path, clock: systemClock });
  await store.recordViolations([{ verdict: verdictWith({}), sinceMs: 0 }]);
  const claim = {
    agentId: "agent",
    leaseMs: 3_600_000,
    model: "runbook",
    mode: "execute",
  } as const;
  const sessionId = (await store.claim(claim))?.session.id ?? "";
  appendTurns(path, { sessionId, turns });
  await store.escalateTicket(sessionId, {
    stopReason: "turn_limit",
    detail: `after ${turns} turns`,
  });
  await store.resolveTicket(1, "by hand");
  return sessionId;
}

function appendTurns(
  path: string,
  { sessionId, turns }: { readonly sessionId: string; readonly turns: number },
): void {
  using db = new Database(path, { strict: true });
  // As the store's own connections: what it leaves on pages is looked at.
  db.run("PRAGMA secure_delete = ON");
  for (let turn = 0; turn < turns; turn += TURNS_AT_ONCE) {
    const count = Math.min(TURNS_AT_ONCE, turns - turn);
    const call = { db, nowMs: systemClock.now(), rules: RULES, appended: [] };
    const events = Array.from({ length: count }, (_, index) => turnOf(turn + index)).flat();
    const work = () =>
      events.map((event) => appendEvent(call, { ...event, ticketId: 1, sessionId }));
    inWriteTransaction(db, { work });
  }
}

function turnOf(turn: number): readonly Pick<AuditInput, "type" | "content">[] {
  const callId = `call-${turn}`;
  const command = `curl -s http://127.0.0.1:2379/metrics | grep store_${turn}`;
  const input = { command, reason: "to see" };
  const effects: readonly JsonObject[] = [{ kind: turn % 10 === 0 ? "start" : "read" }];
  const text = `exit 0 in 0.1 s\n\`\`\`text\n${`store_${turn} up\n`.repeat(12)}\n\`\`\``;
  return [
    {
      type: "model_replied",
      content: { blocks: [{ type: "tool_call", id: callId, name: "shell", input }] },
    },
    { type: "guard_decided", content: { callId, decision: "allow", reason: "it reads", effects } },
    { type: "tool_result", content: { callId, tool: "shell", text, exitCode: 0, durationMs: 100 } },
    { type: "session_recorded", content: { part: turn + 1, entries: [["now", turn]] } },
  ];
}
