// The executable of the toy subject: `bun toy-operator.ts <verb> …`, for tests that need processes.

import { describeFailure } from "../../src/command-line.ts";
import { runFault } from "../../src/commands/fault.ts";
import { runMember } from "../../src/commands/member.ts";
import { runSubject } from "../../src/commands/subject.ts";
import { runWorkloadCommand } from "../../src/commands/workload.ts";
import { commandContext } from "./command-context.ts";
import { loadToy } from "./toy-subject.ts";

/** How a test starts it: the front of an argv. */
export const toyOperator: readonly string[] = [process.execPath, import.meta.path];

const VERBS = {
  subject: runSubject,
  fault: runFault,
  member: runMember,
  workload: runWorkloadCommand,
};

if (import.meta.main) await main(process.argv.slice(2));

async function main([verb, ...typed]: readonly string[]): Promise<void> {
  const run = Object.entries(VERBS).find(([name]) => name === verb)?.[1];
  if (!run) throw new Error(`no verb ${verb}`);
  const controller = new AbortController();
  for (const name of ["SIGINT", "SIGTERM"]) process.on(name, () => controller.abort(name));
  const context = commandContext({
    typed,
    env: process.env,
    self: toyOperator,
    signal: controller.signal,
    print: console.log,
    printError: console.error,
  });
  process.exit(await run(context, loadToy).catch(exitCodeOf));
}

function exitCodeOf(error: unknown): number {
  const { lines, exitCode } = describeFailure(error);
  for (const line of lines) console.error(line);
  return exitCode;
}
