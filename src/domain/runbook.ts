// A deterministic diagnosis and repair for one invariant. It sees what a language model sees, the
// ticket and the texts of tool results, and answers with the same tool calls.
import type { JsonObject } from "./json.ts";
import type { ConclusionOutcome } from "./session.ts";

/** What a runbook knows at the start: the ticket as the briefing gives it. */
export interface RunbookTicket {
  readonly id: number;
  readonly subject: string;
  readonly invariant: string;
  readonly entity: string;
  readonly reason: string;
  readonly evidence: JsonObject;
}

/** One step: what it thinks, and one tool call. */
export type RunbookStep =
  | {
      readonly tool: "shell";
      readonly thought: string;
      readonly command: string;
      readonly reason: string;
    }
  | {
      readonly tool: "act";
      readonly thought: string;
      readonly action: string;
      readonly target: string;
      readonly args?: JsonObject;
      readonly reason: string;
    }
  | {
      readonly tool: "conclude";
      readonly thought: string;
      readonly outcome: ConclusionOutcome;
      readonly rootCause: string;
      readonly summary: string;
    };

/** The text of the step's tool result. After `conclude`: why the verification was refused. */
export interface RunbookResult {
  readonly text: string;
  readonly isError: boolean;
}

/**
 * A generator of steps; each `yield` receives the result of its step. It is run again from the
 * start over the same results at every turn, so it must be a pure function of them: no clock, no
 * chance. Returning ends with `cannot_fix`, so a runbook yields its conclusion instead.
 */
export type Runbook = (ticket: RunbookTicket) => Generator<RunbookStep, void, RunbookResult>;
