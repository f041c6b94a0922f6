// The entry: finds the command, gives it the world, turns its end into an exit code.
// Everything but `--version` is loaded when it is needed, to keep the start short.
import { version } from "../package.json";
import type { CommandEntry } from "./command-table.ts";
import type { CommandContext, ExitCode, Flags } from "./commands/context.ts";

main(process.argv.slice(2));

function main(typed: readonly string[]): void {
  if (typed.length === 1 && (typed[0] === "--version" || typed[0] === "-v")) {
    process.stdout.write(`operator ${version}\n`);
    return;
  }
  runCommand(typed).then(
    (code) => process.exit(code),
    (error) => failWith(error),
  );
}

async function runCommand(typed: readonly string[]): Promise<ExitCode> {
  const { parseCommandLine } = await import("./command-line.ts");
  const parsed = parseCommandLine(typed, version);
  if (parsed.type === "help") return printHelp(parsed.text);
  const command = await parsed.entry.load();
  return command(await createContext(parsed.entry, parsed.words, parsed.flags));
}

async function createContext(
  _entry: CommandEntry,
  words: readonly string[],
  flags: Flags,
): Promise<CommandContext> {
  const { systemClock, systemRandom } = await import("./infra/clock.ts");
  const { printLineTo } = await import("./infra/output.ts");
  const { selfCommand } = await import("./infra/self.ts");
  return {
    words,
    flags,
    env: process.env,
    clock: systemClock,
    random: systemRandom,
    signal: abortOnSignals(),
    self: selfCommand(),
    print: printLineTo(1),
    printError: printLineTo(2),
    isTerminal: process.stdout.isTTY === true,
  };
}

/** The first signal asks for an end, the second does not ask. */
function abortOnSignals(): AbortSignal {
  const controller = new AbortController();
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(name, () => {
      if (controller.signal.aborted) process.exit(130);
      controller.abort(name);
    });
  }
  return controller.signal;
}

function printHelp(text: string): ExitCode {
  process.stdout.write(`${text}\n`);
  return 0;
}

async function failWith(error: unknown): Promise<void> {
  const { describeFailure } = await import("./command-line.ts");
  const { lines, exitCode } = describeFailure(error);
  for (const line of lines) process.stderr.write(`${line}\n`);
  process.exit(exitCode);
}
