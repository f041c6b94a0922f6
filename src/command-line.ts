// From typed words to a command, and from a failure to the lines a person reads. The one user of
// cac.
import cac from "cac";
import { COMMANDS, type CommandEntry } from "./command-table.ts";
import type { ExitCode, Flags } from "./commands/context.ts";
import { refuseSurplus } from "./commands/flags.ts";
import { type ErrorCode, OperatorError } from "./domain/errors.ts";

export type ParsedCommandLine =
  | { readonly type: "help"; readonly text: string }
  | {
      readonly type: "command";
      readonly entry: CommandEntry;
      readonly words: readonly string[];
      readonly flags: Flags;
    };

const HELP_FLAGS: readonly string[] = ["-h", "--help"];

const EXIT_CODES: Readonly<Record<ErrorCode, ExitCode>> = {
  usage: 2,
  not_found: 2,
  conflict: 1,
  database: 1,
  subject: 1,
  runtime: 1,
  model: 1,
  interrupted: 130,
};

/** Throws OperatorError code "usage" for words and flags that are not in the table. */
export function parseCommandLine(typed: readonly string[], version: string): ParsedCommandLine {
  const cli = buildCli(version);
  const verb = typed.find((word) => !word.startsWith("-"));
  if (verb === undefined) return { type: "help", text: overviewFor(typed, version) };
  const entry = Object.hasOwn(COMMANDS, verb) ? COMMANDS[verb] : undefined;
  if (!entry) throw unknownCommand(verb);
  const parsed = cli.parse(["bun", "operator", ...typed], { run: false });
  if (parsed.options.help) return { type: "help", text: helpOf(verb, entry) };
  checkFlags(verb, entry, parsed.options);
  const { "--": afterDashes = [], ...flags } = parsed.options;
  const words = [...parsed.args, ...afterDashes];
  refuseSurplus(words, { max: wordsMax(entry), after: verb });
  return { type: "command", entry, words, flags };
}

/** Without a command there is nothing that a flag could change. */
function overviewFor(flags: readonly string[], version: string): string {
  const unknown = flags.find((flag) => !HELP_FLAGS.includes(flag));
  if (unknown === undefined) return overview(version);
  throw new OperatorError("usage", `flag ${unknown} needs a command: ${publicVerbs().join(", ")}`, {
    hint: "operator --help",
  });
}

/** `demo [subject]` takes one word, `tickets [verb] [...words]` any number, which it checks. */
function wordsMax({ usage }: CommandEntry): number {
  if (usage.includes("[...")) return Number.POSITIVE_INFINITY;
  return usage.split("[").length - 1;
}

/** Lines for stderr and the exit code. Only a defect of ours shows a stack. */
export function describeFailure(error: unknown): {
  readonly lines: readonly string[];
  readonly exitCode: ExitCode;
} {
  if (error instanceof OperatorError) {
    const hint = error.hint === undefined ? [] : [`hint: ${error.hint}`];
    return { lines: [`operator: ${error.message}`, ...hint], exitCode: EXIT_CODES[error.code] };
  }
  // What failed, and then what failed while it was cleared up.
  if (error instanceof SuppressedError) {
    const [first, then] = [describeFailure(error.suppressed), describeFailure(error.error)];
    const exitCode = then.exitCode === 70 ? 70 : first.exitCode;
    return { lines: [...first.lines, ...then.lines], exitCode };
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { lines: ["operator: this is a defect of operator itself", stack], exitCode: 70 };
}

function buildCli(version: string): ReturnType<typeof cac> {
  const cli = cac("operator");
  for (const entry of Object.values(COMMANDS)) {
    const command = cli.command(entry.usage, entry.describes);
    for (const [flag, describes] of Object.entries(entry.flags)) command.option(flag, describes);
    command.option("-h, --help", "Show this help").action(() => undefined);
  }
  cli.version(version);
  return cli;
}

function checkFlags(verb: string, entry: CommandEntry, options: Flags): void {
  const known = Object.keys(entry.flags).map(flagName);
  for (const name of Object.keys(options)) {
    if (name === "--" || name === "h" || known.includes(name)) continue;
    const written = name.length === 1 ? `-${name}` : `--${dashed(name)}`;
    const valid = Object.keys(entry.flags).map(flagWord).join(", ");
    throw new OperatorError("usage", `unknown flag ${written} of "${verb}": one of ${valid}`);
  }
  for (const flag of Object.keys(entry.flags)) {
    const needsValue = flag.includes("<");
    if (needsValue && options[flagName(flag)] === true) {
      throw new OperatorError("usage", `flag ${flag} of "${verb}" needs a value`);
    }
  }
}

/** `--db <file>` gives `--db`. */
function flagWord(flag: string): string {
  return flag.split(" ")[0] ?? flag;
}

/** `--db <file>` gives `db`; `--no-agent` gives `agent`, as cac stores them. */
function flagName(flag: string): string {
  const bare = flagWord(flag).replace(/^--(no-)?/, "");
  return bare.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

function dashed(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function unknownCommand(verb: string): OperatorError {
  return new OperatorError(
    "usage",
    `unknown command "${verb}": one of ${publicVerbs().join(", ")}`,
    { hint: "operator --help" },
  );
}

function publicVerbs(): readonly string[] {
  return Object.keys(COMMANDS).filter((verb) => COMMANDS[verb]?.isInternal !== true);
}

function overview(version: string): string {
  const width = Math.max(...publicVerbs().map((verb) => verb.length), 0);
  const rows = publicVerbs().map(
    (verb) => `  ${verb.padEnd(width)}  ${COMMANDS[verb]?.describes ?? ""}`,
  );
  return [
    `operator ${version}: an autonomous first responder for distributed systems`,
    "",
    "Usage: operator <command> [flags]",
    "",
    ...rows,
    "",
    "operator <command> --help shows its flags. First: operator demo tikv",
  ].join("\n");
}

function helpOf(verb: string, entry: CommandEntry): string {
  const flags = Object.entries({ ...entry.flags, "--help": "Show this help" });
  const width = Math.max(...flags.map(([flag]) => flag.length));
  return [
    `operator ${verb}: ${entry.describes}`,
    "",
    `Usage: operator ${entry.usage} [flags]`,
    "",
    ...flags.map(([flag, describes]) => `  ${flag.padEnd(width)}  ${describes}`),
    ...(entry.examples ? ["", ...entry.examples.map((example) => `  $ ${example}`)] : []),
  ].join("\n");
}
