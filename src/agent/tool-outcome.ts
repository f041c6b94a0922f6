// What a tool call comes to, before it is recorded and handed to the model.

export interface ToolOutcome {
  /** For the model. Data from outside is fenced in it. */
  readonly text: string;
  /** 0 is success, for acts too; a signal's name where one ended the command. */
  readonly exitCode: number | string;
  /** For the line that people see; the text when absent. */
  readonly summary?: string;
  readonly durationMs?: number;
}

export function failure(text: string): ToolOutcome {
  return { text, exitCode: 1 };
}

/** Between two renewals the lease may go without a sign; a step that may not begin is one. */
export function lostTicket(): ToolOutcome {
  return failure("not executed: the ticket is no longer this session's");
}
