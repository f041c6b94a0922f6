// What a node of the syntax tree says by itself: whether all shells read it alike, and what it is
// fed.
import { forEachChild, type Redirection, type SyntaxNode, type Word } from "unbash";
import type { ScriptFacts } from "./script-facts.ts";

type FunctionNode = Extract<SyntaxNode, { type: "Function" }>;

/**
 * Read by bash in one way and by other shells in another (`((rm x))` is arithmetic here and two
 * subshells there): what runs would not be what was judged.
 */
const BASH_ONLY: ReadonlySet<SyntaxNode["type"]> = new Set<SyntaxNode["type"]>([
  "AnsiCQuoted",
  "ArithmeticCommand",
  "ArithmeticCommandExpansion",
  "ArithmeticFor",
  "ArrayValue",
  "Coproc",
  "ExtendedGlob",
  "FileDescriptorVariable",
  "HereString",
  "LocaleString",
  "ProcessSubstitution",
  "Select",
  "TestCommand",
  // A program to other shells.
  "Time",
]);

/**
 * Some shells take it out before they read a word, and others behind a `$` do not; with it a
 * here-document may lose its end; and at the end of all some keep it.
 */
export function goesOnInWord(code: string): boolean {
  if (/(?<!\\)(?:\\\\)*\\$/.test(code)) return true;
  return /[^ \t]\\\n/.test(code) || (code.includes("<<") && code.includes("\\\n"));
}

export const GOES_ON = "a line that goes on within a word, beside a here-document, or nowhere";

export function isBashOnly({ type }: SyntaxNode): boolean {
  return BASH_ONLY.has(type);
}

/** `f() { f | f & }` never ends, and what it does is done again and again. */
export function troubleOfFunction(
  node: FunctionNode,
  { functions }: ScriptFacts,
): string | undefined {
  // Behind the word `function`, or with such a name, it is none to every shell.
  if (node.name.pos > node.pos || !/^[A-Za-z_]\w*$/.test(node.name.text)) {
    return "bash only, and the shell is sh";
  }
  let calls = false;
  const visit = (child: SyntaxNode): void => {
    calls ||= child.type === "Command" && functions.has(child.name?.value ?? "");
    forEachChild(child, visit);
  };
  forEachChild(node, visit);
  return calls ? "a function that calls functions" : undefined;
}

/** Something else than nothing. */
export function hasInput(redirects: readonly Redirection[]): boolean {
  return redirects.some(
    (one) =>
      one.operator.startsWith("<") &&
      !(one.type === "Redirect" && one.target?.value === "/dev/null"),
  );
}

/** It is looked up among files. */
export function hasPattern({ parts }: Word): boolean {
  return parts?.some(({ type }) => type === "Glob") === true;
}

/** A sign that ends words, and is in one: what it is there, shells see in different ways. */
export function hasStraySign({ text, value, parts }: Word): boolean {
  if (!parts && text !== value) return false;
  const bare = parts?.map((part) => (part.type === "Literal" ? part.text : "_")) ?? [text];
  // Of braces that begin with a whole pair of them shells make several words, or one.
  return /[<>()|&;]|\{.*(?:,|\.\.)/s.test(bare.join("").replace(/\\./gs, ""));
}

export function textOf(node: SyntaxNode): string {
  return "text" in node ? node.text : node.type;
}
