// The model that follows a runbook instead of thinking. It sees what a language model sees, the
// briefing and the texts of tool results, and answers with the same tool calls. It keeps no state:
// at every turn the runbook runs again, from its start, over all results so far.
import { AssertionError, messageOf, unreachable } from "../domain/errors.ts";
import type { JsonObject } from "../domain/json.ts";
import { type Message, type Model, ModelError, type ModelReply } from "../domain/model.ts";
import type { Runbook, RunbookStep, RunbookTicket } from "../domain/runbook.ts";
import { NO_USAGE } from "../domain/session.ts";
import { gatherEvidence } from "./gather-evidence.ts";
import { eventIn } from "./result-event.ts";
import { type AnsweredCall, readTranscript } from "./runbook-transcript.ts";

/** Resolves with undefined where the ticket's subject has no runbook for its invariant. */
export type RunbookLookup = (ticket: RunbookTicket) => Promise<Runbook | undefined>;

export function createRunbookModel({ runbooks }: { readonly runbooks: RunbookLookup }): Model {
  return {
    name: "runbook",
    speaker: "Runbook",
    query: async ({ messages }, signal) => {
      if (signal.aborted) throw new ModelError("aborted", "following the runbook: aborted");
      try {
        return await nextReply(messages, runbooks);
      } catch (error) {
        throw toModelError(error);
      }
    },
  };
}

async function nextReply(
  messages: readonly Message[],
  runbooks: RunbookLookup,
): Promise<ModelReply> {
  const { ticket, calls } = readTranscript(messages);
  const runbook = (await runbooks(ticket)) ?? gatherEvidence;
  const step = stepAfter(calls, runbook(ticket)) ?? noConclusion(ticket);
  const id = `rb-${calls.length + 1}`;
  return {
    blocks: [
      { type: "text", text: step.thought },
      { type: "tool_call", id, name: step.tool, input: inputOf(step, evidenceIn(calls)) },
    ],
    stop: "tool_calls",
    usage: NO_USAGE,
  };
}

/** The step that comes after these results; undefined when the runbook has ended by then. */
function stepAfter(
  calls: readonly AnsweredCall[],
  steps: ReturnType<Runbook>,
): RunbookStep | undefined {
  let next = steps.next();
  for (const { id, name, result } of calls) {
    if (next.done) return undefined;
    if (next.value.tool !== name) {
      throw new ModelError("malformed", `call ${id} is ${name}, the runbook's ${next.value.tool}`);
    }
    next = steps.next(result);
  }
  return next.done ? undefined : next.value;
}

function noConclusion(ticket: RunbookTicket): RunbookStep {
  return {
    tool: "conclude",
    thought: "The runbook has no further step.",
    outcome: "cannot_fix",
    rootCause: "not determined",
    summary: `the runbook for ${ticket.invariant} ended without a repair of ${ticket.entity}`,
  };
}

/** As many as a conclusion may name. */
const EVIDENCE_MAX = 100;

/** All that it was shown: a runbook decides by nothing else. */
function evidenceIn(calls: readonly AnsweredCall[]): readonly number[] {
  return calls.flatMap(({ result }) => eventIn(result.text) ?? []).slice(-EVIDENCE_MAX);
}

/** In the form of the tools' schemas. */
function inputOf(step: RunbookStep, evidence: readonly number[]): JsonObject {
  switch (step.tool) {
    case "shell":
      return { command: step.command, reason: step.reason };
    case "act":
      return {
        action: step.action,
        target: step.target,
        args: step.args ?? {},
        reason: step.reason,
      };
    case "conclude":
      return {
        outcome: step.outcome,
        root_cause: step.rootCause,
        evidence,
        summary: step.summary,
      };
    default:
      return unreachable(step);
  }
}

/** A runbook that throws met a result that it cannot read; a defect of ours is thrown on. */
function toModelError(thrown: unknown): ModelError {
  if (thrown instanceof AssertionError) throw thrown;
  const failure = thrown instanceof ModelError ? thrown.failure : "malformed";
  return new ModelError(failure, `following the runbook: ${messageOf(thrown)}`);
}
