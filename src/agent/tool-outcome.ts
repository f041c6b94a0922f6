// What a tool call comes to, before it is recorded and handed to the model.
import type { Passage } from "./ask-person.ts";

export interface ToolOutcome {
  readonly text: string;
  /** What is data in it is between fences already; else all of it is put there for the model. */
  readonly isFenced?: true;
  /** 0 is success, for acts too; a signal's name where one ended the command. */
  readonly exitCode: number | string;
  /** For the line that people see; the text when absent. */
  readonly summary?: string;
  readonly durationMs?: number;
}

export function failure(text: string): ToolOutcome {
  return { text, exitCode: 1 };
}

/** A person's own words stay outside: they are the one part that is to be followed. */
export function refusal({ reason, isFenced }: Passage, what: string): ToolOutcome {
  const text = `refused by the guard: ${reason}. ${what}`;
  return { ...failure(text), ...(isFenced && { isFenced }) };
}

/** Between two renewals the lease may go without a sign; a step that may not begin is one. */
export function lostTicket(): ToolOutcome {
  return failure("not executed: the ticket is no longer this session's");
}
