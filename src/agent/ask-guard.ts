// One operation before the guard: the cluster as it is now, what was done of late, and its answer.
import { type Effect, type GuardDecision, isMutating, isStartAlone } from "../domain/effect.ts";
import type { Observation } from "../domain/observation.ts";
import type { SeenState } from "../domain/seen-state.ts";
import type { JournalEntry, RecentStep } from "../domain/session.ts";
import type { SessionBase } from "./context.ts";
import { quoteLine } from "./fence.ts";
import { modelCluster, UNSEEN_CLUSTER } from "./guard/cluster.ts";
import { guard } from "./guard/guard.ts";
import { countHistory, HOUR_MS, interrupts, NO_HISTORY, shakenBy } from "./guard/history.ts";
import { NO_POLICY } from "./guard/policy.ts";
import { lookAt } from "./look.ts";
import { seenState } from "./seen-state.ts";
import { settleInterrupted } from "./settle.ts";

export interface AskedOperation {
  readonly effects: readonly Effect[];
  /** The named action; absent for a shell command. */
  readonly action?: string;
  /** A look that was just taken; otherwise one is taken for what mutates. */
  readonly observation?: Observation;
  /** What it would replace there; undefined for nothing. A person's word is for that alone. */
  readonly replaces?: (observation: Observation) => string | undefined;
  /** The operation's own step, when it has begun: then those that began later stand back. */
  readonly stepId?: number;
  /** It takes back a step that was counted already: the blast radius is for what comes on top. */
  readonly isUndo?: boolean;
}

export interface Judgement extends GuardDecision {
  /** What it was decided on; of what only reads, nothing. */
  readonly seen: SeenState;
}

/** Records nothing. */
export async function askGuard(context: SessionBase, asked: AskedOperation): Promise<Judgement> {
  const { effects, action, observation, stepId = Number.POSITIVE_INFINITY, isUndo } = asked;
  const { agent, subject, ticket } = context;
  const { mode, clock } = agent;
  const asks = { effects, action, actions: subject.actions, mode, subject: subject.name };
  if (!isMutating(effects)) {
    const unneeded = { cluster: UNSEEN_CLUSTER, history: NO_HISTORY, policy: NO_POLICY };
    const decided = guard({ ...asks, ...unneeded, nowMs: clock.now() });
    return { ...decided, seen: seenState(UNSEEN_CLUSTER, undefined) };
  }
  const about = { ...asks, policy: await agent.policy() };
  await settleInterrupted(context);
  const seen = observation ?? (await lookAt(subject, context));
  const query = { subject: subject.name, sinceMs: clock.now() - HOUR_MS, ticketId: ticket.id };
  const { steps: known, held } = await agent.queue.recentSteps(query);
  // After it: while a store fails it is asked again and again, and the look grows old.
  const nowMs = clock.now();
  const steps = known.filter(({ entry }) => entry.id < stepId);
  const classify = (command: string) => agent.classify(command, context.knowledge);
  const isInterruption = (entry: JournalEntry) =>
    interrupts(entry, { actions: subject.actions, classify });
  const cluster = modelCluster({
    observation: seen,
    quorums: seen && subject.quorums?.(seen),
    inRepair: [...inRepair(context, { effects, steps }), ...held],
    shaken: shakenBy(steps, { nowMs, isInterruption, members: seen?.members ?? [] }),
  });
  const history = isUndo
    ? NO_HISTORY
    : countHistory(steps, { ticketId: ticket.id, nowMs, isInterruption });
  const replaces = seen && replacedOn(context, asked, seen);
  const state = seenState(cluster, seen, replaces);
  return { ...guard({ ...about, cluster, history, nowMs }), seen: state };
}

/** As it stands in the state that a person is shown. */
export function replacedOn(
  { agent }: SessionBase,
  { replaces }: Pick<AskedOperation, "replaces">,
  observation: Observation,
): string | undefined {
  const found = replaces?.(observation);
  return found === undefined ? undefined : agent.redact(quoteLine(found));
}

interface Work {
  /** Of what is asked for. */
  readonly effects: readonly Effect[];
  readonly steps: readonly RecentStep[];
}

/** Whom another session is at work on, at this moment, as far as that could be disturbed. */
export function inRepair({ session }: SessionBase, work: Work): readonly string[] {
  const foreign = disturbedBy(work).filter(({ entry }) => entry.sessionId !== session.id);
  return foreign.flatMap(({ entry, isUnderWay }) => (isUnderWay ? entry.targets : []));
}

/** Whoever sets something in a member that is gone has no use of it until it is started. */
function disturbedBy({ effects, steps }: Work): readonly RecentStep[] {
  return isStartAlone(effects) ? steps.filter(({ entry }) => !isSetting(entry.effects)) : steps;
}

function isSetting(effects: readonly Effect[] | null): boolean {
  return (
    effects !== null &&
    effects.length > 0 &&
    effects.every(({ kind }) => kind === "read" || kind === "configure")
  );
}
