// A CommandContext for tests: words and flags as typed, everything else real or recorded.
import { parseArgs } from "node:util";
import type { CommandContext } from "../../src/commands/context.ts";
import { systemClock } from "../../src/infra/clock.ts";

interface ContextOptions {
  /** After the verb: `["status", "toy", "--json"]`. */
  readonly typed: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly self: readonly string[];
  readonly signal?: AbortSignal;
  readonly print?: (line: string) => void;
  readonly printError?: (line: string) => void;
}

const SWITCHES = ["json", "keep-data", "once"];
const ignore = (): void => undefined;

export function commandContext(options: ContextOptions): CommandContext {
  const { env, self, print = ignore, printError = ignore } = options;
  const { words, flags } = parseTyped(options.typed);
  let begun = "";
  return {
    words,
    flags,
    env,
    self,
    print: (line) => {
      print(`${begun}${line}`);
      begun = "";
    },
    printPart: (text) => {
      begun += text;
    },
    printOrLose: print,
    printError,
    clock: systemClock,
    random: () => 0.5,
    signal: options.signal ?? new AbortController().signal,
    isTerminal: false,
  };
}

function parseTyped(typed: readonly string[]): Pick<CommandContext, "words" | "flags"> {
  const names = typed.filter((word) => word.startsWith("--")).map((word) => word.slice(2));
  const type = (name: string) => (SWITCHES.includes(name) ? "boolean" : "string");
  const known = Object.fromEntries(names.map((name) => [name, { type: type(name) } as const]));
  const parsed = parseArgs({ args: [...typed], options: known, allowPositionals: true });
  const flags = Object.entries(parsed.values).map(([name, value]) => [camelCase(name), value]);
  return { words: parsed.positionals, flags: Object.fromEntries(flags) };
}

function camelCase(name: string): string {
  return name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
