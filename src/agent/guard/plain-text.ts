// What no sandbox holds must not depend on how a parser reads it. So it is written in a language
// that all shells read alike: commands written out, in lists and pipelines, and nothing else.
import { type PlainWord, readPlainTokens } from "./plain-tokens.ts";

export interface Plainness {
  /** It changes something; else it only looks, and may name files by a pattern. */
  readonly isChanging: boolean;
  /** Variables that may stand in it, besides those that it sets. */
  readonly variables: readonly string[];
}

/** Why it is not plain; undefined when it is. No parser is asked. */
export function troubleOfText(text: string, plainness: Plainness): string | undefined {
  const trouble = troubleOf(text, plainness);
  if (trouble === undefined) return undefined;
  return plainness.isChanging
    ? `${trouble}, beside a change: look in one command, then write the change out`
    : `${trouble}, where no sandbox holds it: write it out, as commands, pipes and quoted words`;
}

/** They are no programs, or change how the rest is read, and where and as what it runs. */
const SHELLS_OWN: ReadonlySet<string> = new Set([
  ...["if", "then", "else", "elif", "fi", "for", "while", "until", "do", "done", "case", "esac"],
  ...["in", "function", "select", "time", "coproc", "repeat", "foreach", "end", "nocorrect"],
  ...["exec", "eval", ".", "source", "trap", "set", "shift", "unset", "export", "readonly"],
  ...["local", "declare", "typeset", "let", "alias", "unalias", "umask", "ulimit", "enable"],
  ...["builtin", "hash", "bind", "shopt", "mapfile", "readarray", "getopts", "return", "break"],
  ...["continue", "noglob", "setopt", "autoload", "zmodload", "emulate", "integer", "float"],
]);

const NOT_SET = "a variable that it does not set";

const ASSIGNMENT = /^([A-Za-z_]\w*)=/;

interface Statement {
  readonly words: readonly PlainWord[];
  /** What stands before it, and behind it. */
  readonly before: string;
  readonly after: string;
}

function troubleOf(text: string, { isChanging, variables }: Plainness): string | undefined {
  const known = new Set(["?", "!", ...variables]);
  let words: PlainWord[] = [];
  let before = "\n";
  let isFile = false;
  for (const token of [...readPlainTokens(text), { type: "end", text: "\n" } as const]) {
    switch (token.type) {
      case "trouble":
        return token.what;
      case "end": {
        const trouble = troubleOfStatement({ words, before, after: token.text }, known);
        if (trouble) return trouble;
        [words, before, isFile] = [[], token.text, false];
        break;
      }
      case "file":
        if (words.length === 0) return "a redirection before its command";
        isFile = true;
        break;
      case "word":
        if (isChanging && token.isPattern) return "a pattern of file names";
        if (token.variables.some((name) => !known.has(name))) return NOT_SET;
        if (!isFile) words.push(token);
        isFile = false;
    }
  }
  return undefined;
}

/** Adds to what is known the variable that it sets. */
function troubleOfStatement(statement: Statement, known: Set<string>): string | undefined {
  const { words, before, after } = statement;
  const [first] = words;
  if (first === undefined) {
    const isEmptyLine = after === "\n" && /^[\n;&]$/.test(before);
    return isEmptyLine ? undefined : "a command that is missing";
  }
  const name = ASSIGNMENT.exec(first.text)?.[1];
  if (name === undefined) return troubleOfName(first.text);
  if (words.length > 1) return "a variable that is set for one command";
  const isSure = /^[\n;]$/.test(before) && /^(?:\n|;|&&)$/.test(after);
  if (!isSure || known.has(name) || first.variables.length > 0) return "a variable that may change";
  known.add(name);
  return undefined;
}

function troubleOfName(text: string): string | undefined {
  if (SHELLS_OWN.has(text)) return `"${text}", which is the shell's own`;
  return /^(?:\[|[\w./+-]+)$/.test(text) ? undefined : "a program's name that is not plain";
}
