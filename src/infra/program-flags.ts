// Pure: the command line of a program with long flags, and short ones for some of them.
import { OperatorError } from "../domain/errors.ts";

export type ProgramFlags<Name extends string> = Readonly<Partial<Record<Name, string>>>;

/**
 * `--name=pd1`, `--name pd1`, `-L info`; the last of several counts. `known` is the short form of
 * each flag, empty where it has none. Throws code "usage" for anything else.
 */
export function readFlags<Name extends string>(
  words: readonly string[],
  known: Readonly<Record<Name, string>>,
): ProgramFlags<Name> {
  const flags: Partial<Record<Name, string>> = {};
  const left = [...words];
  for (let word = left.shift(); word !== undefined; word = left.shift()) {
    const [, typed = "", inline] = /^--?([^=]+)(?:=(.*))?$/s.exec(word) ?? [];
    const name = nameOf(typed, known);
    const value = inline ?? left.shift();
    if (name === undefined || value === undefined) {
      throw new OperatorError("usage", `flag ${word}: unknown here, or without its value`);
    }
    flags[name] = value;
  }
  return flags;
}

function nameOf<Name extends string>(
  typed: string,
  known: Readonly<Record<Name, string>>,
): Name | undefined {
  const isName = (name: string): name is Name => name in known;
  if (isName(typed)) return typed;
  return Object.keys(known)
    .filter(isName)
    .find((name) => known[name] !== "" && known[name] === typed);
}
