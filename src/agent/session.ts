// One session on one ticket: { check limits, query the model, run its tool calls } until something
// ends it, and its end written once.
import type { Message, ModelReply } from "../domain/model.ts";
import type { Session } from "../domain/session.ts";
import type { Ticket } from "../domain/ticket.ts";
import { clearUp } from "./clear-up.ts";
import { type AgentOptions, type SessionContext, workedMs } from "./context.ts";
import { startGrace } from "./grace.ts";
import { keepLease } from "./keep-lease.ts";
import { checkLimits } from "./limits.ts";
import { openSession } from "./open-session.ts";
import { queryModel } from "./query-model.ts";
import { say } from "./record.ts";
import { recordSession } from "./recording/record-session.ts";
import {
  closeSession,
  escalate,
  interruptedOutcome,
  type SessionOutcome,
  unfinished,
} from "./session-outcome.ts";
import { takeTurn } from "./take-turn.ts";
import { undoAttempt } from "./undo.ts";
import { unlessConflict } from "./unless-conflict.ts";

export interface Claimed {
  readonly ticket: Ticket;
  readonly session: Session;
}

export async function runSession(agent: AgentOptions, claimed: Claimed): Promise<void> {
  const { queue, clock, leaseMs } = agent;
  const sessionId = claimed.session.id;
  await using lease = keepLease({ queue, sessionId, leaseMs, clock });
  using recording = recordSession({ ...claimed, agent, lease });
  await workOn({ ...claimed, agent: recording.agent, lease: recording.lease });
  await recording.finish();
}

export type Underway = Claimed & Pick<SessionContext, "agent" | "lease">;
type Watched = Underway & Pick<SessionContext, "undoSignal">;

/** A step that is under way then has its own grace: together they stay under the 5 s. */
const UNDO_GRACE_MS = 2_000;

/** All of a session that depends on nothing but its ports; a replay runs just this. */
export async function workOn({ agent, ticket, session, lease }: Underway): Promise<void> {
  const doing = session.purpose === "clear_up" ? "Clearing up after" : "Processing";
  say({ agent }, `${doing} ticket #${ticket.id}: ${ticket.fingerprint}: ${ticket.reason}`);
  const { clock, signal } = agent;
  using grace = startGrace({ clock, signal, durationMs: UNDO_GRACE_MS });
  const undoSignal = grace.signal;
  const outcome = await outcomeOf({ agent, ticket, session, lease, undoSignal });
  await closeSession({ agent, ticket, session }, outcome);
}

/** A store that does not know the session any more refuses its steps: then nothing is touched. */
async function outcomeOf(underway: Watched): Promise<SessionOutcome> {
  const { purpose } = underway.session;
  const worked = await unlessConflict(purpose === "clear_up" ? clearUp(underway) : work(underway));
  return worked.isDone ? worked.value : { type: "abandoned", detail: worked.reason };
}

async function work(underway: Watched): Promise<SessionOutcome> {
  const opened = await openSession(underway);
  if (opened.type !== "opened") return unfinished(opened.outcome);
  return undoAttempt(opened.context, await converse(opened.context));
}

/** Bounded by the limits, which are checked here and nowhere else. */
async function converse(context: SessionContext): Promise<SessionOutcome> {
  const { agent, progress, signal, lease } = context;
  for (;;) {
    if (signal.aborted) return interruptedOutcome(agent, lease);
    const reached = checkLimits({ ...progress, workedMs: workedMs(context) }, agent.limits);
    if (reached) return escalate(progress, reached);
    const answer = await queryModel(context);
    if (answer.type === "interrupted") continue;
    if (answer.type === "failed") {
      const detail = `the model failed: ${answer.detail}`;
      return escalate(progress, { stopReason: "model_error", detail });
    }
    const turn = await takeTurn(context, answer);
    if (turn.type === "ended") return turn.outcome;
    const results: Message = { role: "user", blocks: turn.blocks };
    progress.messages = [...progress.messages, ...messageOf(answer.reply), results];
  }
}

/** An empty message is not of the protocol's form. */
function messageOf({ blocks }: ModelReply): readonly Message[] {
  return blocks.length > 0 ? [{ role: "assistant", blocks }] : [];
}
