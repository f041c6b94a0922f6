// What the shell was asked, as it is recorded: how far the command may get was decided, and where
// its subject is was found.
import type { JsonObject } from "../../domain/json.ts";
import type { ShellOptions } from "../../domain/shell.ts";

export function shellQuestion(command: string, options: Omit<ShellOptions, "signal">): JsonObject {
  const { timeoutMs, outputBytesMax, reach } = options;
  const { type } = reach;
  const decided =
    reach.type === "look" ? { type, writesTemporaryFiles: reach.writesTemporaryFiles } : { type };
  return { command, timeoutMs, outputBytesMax, reach: decided };
}
