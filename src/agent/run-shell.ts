// The tool `shell`: guard, journal, run, tell.
import { type Effect, isLook, isMutating, mayInterrupt } from "../domain/effect.ts";
import type { ShellReach, ShellResult } from "../domain/shell.ts";
import { SHELL_UNDO } from "../domain/undo.ts";
import { awaitTurn } from "./await-turn.ts";
import { type SessionContext, workedMs } from "./context.ts";
import { fenceText, quoteLine } from "./fence.ts";
import { findCollision } from "./find-collision.ts";
import { isOneProgram } from "./guard/one-program.ts";
import { beginStep } from "./journal-step.ts";
import { passGuard } from "./pass-guard.ts";
import { redactEnds } from "./redact.ts";
import { failure, lostTicket, refusal, type ToolOutcome } from "./tool-outcome.ts";
import type { ShellInput } from "./tools.ts";
import { joinOutput } from "./truncate.ts";

const UNCHECKED = { checked: "nothing: no condition is known of a shell command" };

export const NO_TIME_LEFT = "not executed: the session's time is over";

/** Half a restart is a member less: whatever is left of the session, it has this. */
const INTERRUPTION_MS = 60_000;

/** sh's own: found but not executable, and not found. Of one program: nothing ran. */
const NOTHING_RAN: readonly (number | null)[] = [126, 127];

export async function runShell(
  context: SessionContext,
  { command, reason, callId }: ShellInput & { readonly callId: string },
): Promise<ToolOutcome> {
  const effects = context.agent.classify(command, context.knowledge);
  const asked = { command, effects };
  const operation = { command };
  const whole = { callId, effects, operation, reason, undo: SHELL_UNDO };
  await awaitTurn(context, effects);
  const passage = await passGuard(context, whole);
  if (!passage.isAllowed) {
    return refusal(passage, "Nothing was run.");
  }
  if (!isMutating(effects)) {
    const result = await runBounded(context, asked);
    return result ? outcomeOf(context, result) : failure(NO_TIME_LEFT);
  }
  const { approvalId } = passage;
  return runJournaled(context, { ...asked, ...(approvalId && { approvalId }) });
}

interface AskedCommand {
  readonly command: string;
  readonly effects: readonly Effect[];
  /** Of the person who let it pass. */
  readonly approvalId?: number;
}

async function runJournaled(context: SessionContext, asked: AskedCommand): Promise<ToolOutcome> {
  const { command, effects, approvalId } = asked;
  const targets = [...new Set(effects.flatMap((effect) => effect.targets))];
  const named = approvalId && { approvalId };
  const known = { precondition: UNCHECKED, effects, undo: SHELL_UNDO, ...named };
  const intent = { kind: "shell", operation: { command }, targets, ...known } as const;
  const step = await beginStep(context, intent);
  if (!step) return lostTicket();
  const collision = await findCollision(context, { effects, step });
  if (collision) return collision;
  const result = await runBounded(context, asked);
  if (!result) {
    await step.finish({ state: "failed", result: NO_TIME_LEFT, changed: false });
    return failure(NO_TIME_LEFT);
  }
  const outcome = outcomeOf(context, result);
  const state = outcome.exitCode === 0 ? "done" : "failed";
  const changed = !(NOTHING_RAN.includes(result.exitCode) && isOneProgram(command));
  await step.finish({ state, result: outcome.text, changed });
  return outcome;
}

/** Undefined when the session has no time left for it: then nothing was run. */
async function runBounded(
  context: SessionContext,
  { command, effects }: AskedCommand,
): Promise<ShellResult | undefined> {
  const { shell, limits } = context.agent;
  const remainingMs = limits.sessionMsMax - workedMs(context);
  if (remainingMs <= 0) return undefined;
  const ordinaryMs = Math.min(limits.commandMsMax, remainingMs);
  const isInterruption = effects.some((effect) => mayInterrupt(effect) || effect.pauses);
  return shell.run(command, {
    timeoutMs: isInterruption ? Math.max(ordinaryMs, INTERRUPTION_MS) : ordinaryMs,
    outputBytesMax: limits.outputBytesMax,
    signal: context.signal,
    reach: reachOf(context, effects),
  });
}

function reachOf({ subject, members }: SessionContext, effects: readonly Effect[]): ShellReach {
  if (!isLook(effects)) return { type: "change" };
  const topology = subject.runtime?.topology;
  const at = { subject: subject.name, members, topology };
  const writesTemporaryFiles = effects.some(({ kind }) => kind === "write");
  return { type: "look", at, writesTemporaryFiles };
}

function outcomeOf({ agent }: SessionContext, result: ShellResult): ToolOutcome {
  const clean = redactEnds(result.output, agent.redact);
  // Bounded again: bytes that are no text grow when they are written as U+FFFD.
  const bounded = joinOutput(clean, agent.limits.outputBytesMax);
  const seconds = (result.durationMs / 1000).toFixed(2);
  const shown = bounded.trim() === "" ? "no output" : fenceText(bounded);
  const notes = (result.notes ?? []).map((note) => `note: ${quoteLine(note)}\n`).join("");
  return {
    text: `${describeEnd(result)} in ${seconds} s\n${notes}${shown}`,
    isFenced: true,
    exitCode: result.exitCode ?? result.signal ?? 1,
    summary: result.timedOut ? `timed out after ${seconds} s` : bounded,
    durationMs: result.durationMs,
  };
}

function describeEnd({ exitCode, signal, timedOut, aborted }: ShellResult): string {
  if (timedOut) return "timed out and was killed, with everything it started,";
  if (aborted) return "interrupted and killed";
  return exitCode === null ? `killed by ${signal}` : `exit ${exitCode}`;
}
