// A child of ours ends with its parent, whatever ended that: its stdin is a pipe that only the
// parent holds open, and its end is read as a signal to stop.
import { PARENT_PIPE_ENV } from "../infra/child.ts";
import type { CommandContext } from "./context.ts";

/** The same context, whose signal also aborts (reason "orphaned") when the parent is gone. */
export function withParentPipe(context: CommandContext): CommandContext {
  if (context.env[PARENT_PIPE_ENV] !== "1") return context;
  const orphaned = new AbortController();
  process.stdin.on("end", () => orphaned.abort("orphaned"));
  process.stdin.on("error", () => orphaned.abort("orphaned"));
  process.stdin.resume();
  return { ...context, signal: AbortSignal.any([context.signal, orphaned.signal]) };
}
