// The entry: finds the command, gives it the world, turns its end into an exit code.
// Everything but `--version` is loaded when it is needed, to keep the start short.
import { version } from "../package.json";
import type { CommandContext, ExitCode, Flags } from "./commands/context.ts";
import { printLineTo, printOrLoseTo, printPartTo } from "./infra/output.ts";
import { plainLines } from "./panels/plain-text.ts";

const print = printLineTo(1);
const printOrLoseError = printOrLoseTo(2);

main(process.argv.slice(2));

function main(typed: readonly string[]): void {
  // What nobody awaits ends us as well, and not with the runtime's exit code.
  process.on("uncaughtException", failWith);
  process.on("unhandledRejection", failWith);
  runCommand(typed).then(
    (code) => process.exit(code),
    (error) => failWith(error),
  );
}

async function runCommand(typed: readonly string[]): Promise<ExitCode> {
  if (typed.length === 1 && (typed[0] === "--version" || typed[0] === "-v")) {
    print(`operator ${version}`);
    return 0;
  }
  const { parseCommandLine } = await import("./command-line.ts");
  const parsed = parseCommandLine(typed, version);
  if (parsed.type === "help") {
    print(parsed.text);
    return 0;
  }
  const command = await parsed.entry.load();
  return command(await createContext(parsed));
}

async function createContext({
  words,
  flags,
}: {
  readonly words: readonly string[];
  readonly flags: Flags;
}): Promise<CommandContext> {
  const { systemClock, systemRandom } = await import("./infra/clock.ts");
  const { armFailPoint, FAIL_POINT_ENV } = await import("./infra/fail-point.ts");
  const { selfCommand } = await import("./infra/self.ts");
  const { stopSignals } = await import("./infra/stop-signals.ts");
  armFailPoint(process.env[FAIL_POINT_ENV]);
  delete process.env[FAIL_POINT_ENV];
  return {
    words,
    flags,
    env: process.env,
    clock: systemClock,
    random: systemRandom,
    signal: abortOn(stopSignals()),
    self: selfCommand(),
    print,
    printPart: printPartTo(1),
    printOrLose: printOrLoseTo(1),
    printError,
    isTerminal: process.stdout.isTTY === true,
  };
}

/**
 * The first signal asks for an end, a second SIGINT or SIGTERM does not ask. A terminal that closes
 * may send SIGHUP more than once, and means one end.
 */
function abortOn(signals: readonly NodeJS.Signals[]): AbortSignal {
  const controller = new AbortController();
  for (const name of signals) {
    process.on(name, () => {
      if (controller.signal.aborted && name !== "SIGHUP") process.exit(130);
      controller.abort(name);
    });
  }
  return controller.signal;
}

/** For people: what it quotes of others does nothing to a terminal. */
function printError(text: string): void {
  for (const line of plainLines(text)) printOrLoseError(line);
}

async function failWith(error: unknown): Promise<void> {
  const { describeFailure } = await import("./command-line.ts");
  const { lines, exitCode } = describeFailure(error);
  for (const line of lines) printError(line);
  process.exit(exitCode);
}
