// What must be true of sessions while they work: no query beyond a limit, no conclusion after the
// last refusal, and what a failed attempt changed taken back, newest first, or said to be kept.
import type { Database } from "bun:sqlite";
import type { Limits } from "../../src/agent/limits.ts";
import type { Fail, StoreCallDone } from "./safety.ts";

export interface SessionRulesOptions {
  readonly db: Database;
  readonly fail: Fail;
  readonly nowMs: () => number;
  readonly limits: Limits;
}

/** How long a store that fails may keep a session from noticing that its time is over. */
const SLACK_MS = 20_000;

interface SpentRow {
  readonly turns: number;
  readonly tokens: number;
  readonly mode: string;
}

export function sessionRules({ db, fail, nowMs, limits }: SessionRulesOptions) {
  const startedAtMs = new Map<string, number>();
  /** While its ticket was verified. */
  const waits = new Map<string, { sinceMs: number | undefined; sumMs: number }>();
  const conclusions = new Map<string, number>();
  const spent = db.query<SpentRow, [string]>(
    `SELECT turns, mode,
      input_tokens + output_tokens + cache_read_tokens + cache_write_tokens AS tokens
    FROM sessions WHERE id = ?`,
  );
  return { started, verifying, beforeQuery, afterCall };

  function started(sessionId: string): void {
    startedAtMs.set(sessionId, nowMs());
  }

  function verifying(sessionId: string, isVerifying: boolean): void {
    const wait = waits.get(sessionId) ?? { sinceMs: undefined, sumMs: 0 };
    const lastedMs = wait.sinceMs === undefined ? 0 : nowMs() - wait.sinceMs;
    const sinceMs = isVerifying ? nowMs() : undefined;
    waits.set(sessionId, { sinceMs, sumMs: wait.sumMs + lastedMs });
  }

  function beforeQuery(sessionId: string): void {
    const row = spent.get(sessionId);
    if (!row) return;
    const what = `session ${sessionId} goes on`;
    if (row.turns >= limits.turnsMax) fail("limits", `${what} after ${row.turns} turns`);
    if (row.tokens >= limits.tokensMax) fail("limits", `${what} after ${row.tokens} tokens`);
    const waitedMs = waits.get(sessionId)?.sumMs ?? 0;
    const workedMs = nowMs() - (startedAtMs.get(sessionId) ?? nowMs()) - waitedMs;
    // For a person there is no telling how long it waits.
    const isOver = row.mode !== "approve" && workedMs > limits.sessionMsMax + SLACK_MS;
    if (isOver) fail("limits", `${what} after ${workedMs} ms of work`);
  }

  function afterCall({ method, args, value }: StoreCallDone): void {
    const sessionId = String(args[0]);
    if (method === "beginStep") checkOrder(Number(value));
    if (method === "escalateTicket" || method === "releaseTicket") checkTakenBack(sessionId);
    if (method !== "concludeTicket") return;
    const times = (conclusions.get(sessionId) ?? 0) + 1;
    conclusions.set(sessionId, times);
    if (times > limits.refusalsMax) fail("limits", `session ${sessionId} concluded ${times} times`);
  }

  function checkOrder(entryId: number): void {
    const newer = db
      .query<{ id: number }, [number]>(
        `SELECT other.id FROM journal AS step JOIN journal AS other
          ON other.ticket_id = step.ticket_id AND other.id > step.undoes AND other.id < step.id
        WHERE step.id = ? AND ${isLeft("other")}`,
      )
      .get(entryId);
    if (newer) fail("undo", `step ${entryId} takes an older one back before step ${newer.id}`);
  }

  /** Unless it waits for a verification that nobody has refused. */
  function checkTakenBack(sessionId: string): void {
    const left = db
      .query<{ id: number }, [string]>(
        `SELECT step.id FROM journal AS step WHERE session_id = ? AND ${isLeft("step")}
          AND (SELECT content ->> 'from' FROM audit_events
            WHERE ticket_id = step.ticket_id AND type = 'ticket_moved'
            ORDER BY id DESC LIMIT 1) <> 'verifying'`,
      )
      .get(sessionId);
    if (left) fail("undo", `session ${sessionId} leaves step ${left.id}, and says nothing of it`);
  }
}

/** It can be taken back, nobody has begun to, and nobody has said why not. */
function isLeft(step: string): string {
  return `${step}.undo ->> 'type' = 'call' AND ${step}.undoes IS NULL
    AND ${step}.state IN ('done', 'failed', 'took_effect') AND ${step}.has_changed <> 0
    AND NOT EXISTS (SELECT 1 FROM journal AS back WHERE back.undoes = ${step}.id)
    AND NOT EXISTS (SELECT 1 FROM audit_events
      WHERE type = 'step_kept' AND content ->> 'entryId' = ${step}.id)`;
}
