// The walk through a parsed line: every simple command in it is judged, wherever it stands, and
// what a shell may read in another way counts as the worst.
import {
  type Command,
  type For,
  forEachChild,
  type ParsedScript,
  type Pipeline,
  parse,
  type Statement,
  type SyntaxNode,
} from "unbash";
import { type Effect, isLook } from "../../domain/effect.ts";
import { classifyAssignment, classifyVariable, isSteering } from "./assignments.ts";
import { troubleOfFile, troubleOfPattern } from "./companions.ts";
import { troubleOfParameter, troubleOfSum } from "./expansions.ts";
import {
  GOES_ON,
  goesOnInWord,
  hasInput,
  hasPattern,
  hasStraySign,
  isBashOnly,
  textOf,
  troubleOfFunction,
} from "./node-facts.ts";
import { effectsOfOwnNumbers } from "./own-numbers.ts";
import { troubleOfText } from "./plain-text.ts";
import { classifyRedirect, troubleOfHereDoc } from "./redirects.ts";
import { hiddenText, type Scope, type ShellWord, type Whereabouts } from "./scope.ts";
import { readScriptFacts } from "./script-facts.ts";
import { readNumbers, readWord, staysOneWord } from "./shell-words.ts";
import { classifySimple } from "./simple-command.ts";
import { hasMoment } from "./waits.ts";

/** Code within code: `sh -c "sh -c …"`. */
const NESTING_MAX = 6;
/** Of loops within loops, multiplied: each round is judged by itself. */
const ROUNDS_MAX = 64;

/** Handed down to code within code. */
type Surroundings = Depth & Pick<Scope, "knowledge" | "isChanging" | "note" | keyof typeof NOWHERE>;

interface Depth {
  readonly nesting: number;
  readonly rounds: number;
  /** Counts what is judged. */
  readonly hasEnough: () => boolean;
}

const NOWHERE = {
  isElsewhere: false,
  isInside: false,
  isRepeated: false,
  isFed: false,
  isHandedOn: false,
  isOwnStart: false,
  isAsRoot: false,
  isOtherShell: false,
};

/** Of a whole line, where nothing is around it. */
export function scopeOfLine(
  script: ParsedScript,
  known: Pick<Surroundings, "knowledge" | "isChanging" | "note" | "hasEnough">,
): NestedScope {
  return scopeOf(script, { ...known, ...NOWHERE, nesting: 0, rounds: 1 });
}

function classifyCode(code: string, around: Surroundings): readonly Effect[] {
  if (around.nesting > NESTING_MAX) return [hiddenText(code, "nested too deeply")];
  const trouble = goesOnInWord(code) ? GOES_ON : troubleOfCode(code, around);
  if (trouble !== undefined) return [hiddenText(code, trouble)];
  const script = parse(code);
  return classifyNode(script, scopeOf(script, around));
}

/** In a container no sandbox holds it either, whoever asks. */
function troubleOfCode(code: string, { knowledge, isChanging, isInside }: Surroundings) {
  const isHeld = !isChanging && !isInside && knowledge.isUnheld !== true;
  const variables = isInside ? [] : Object.keys(knowledge.variables);
  return isHeld ? undefined : troubleOfText(code, { isChanging, variables });
}

function scopeOf(script: ParsedScript, around: Surroundings): NestedScope {
  const { knowledge } = around;
  const facts = readScriptFacts(script);
  const isElsewhere = around.isElsewhere || facts.changesFolder;
  const isHandedOn = around.isHandedOn || facts.handsOn;
  const known = Object.entries(knowledge.variables).filter(([name]) => facts.isSettled(name));
  const variables = new Map(known);
  const scope = scopeWith({ ...around, facts, isElsewhere, isHandedOn, variables });
  for (const { name, value } of facts.constants) {
    const word = value.type === "Word" ? readWord(value, scope) : undefined;
    if (word?.isExact && staysOneWord(word.text)) variables.set(name, word.text);
  }
  return scope;
}

function placedIn(known: ScopeFacts, where: Whereabouts) {
  const isInside = known.isInside || where.isInside === true;
  const { readHosts, members } = known.knowledge;
  return {
    isInside,
    // There members are called by their names.
    knowledge: isInside
      ? { ...known.knowledge, readHosts: [...new Set([...readHosts, ...members])] }
      : known.knowledge,
    isElsewhere: known.isElsewhere || isInside || where.isElsewhere === true,
    isRepeated: known.isRepeated || where.isRepeated === true,
    isAsRoot: known.isAsRoot || where.isAsRoot === true,
    isOtherShell: known.isOtherShell || where.isOtherShell === true,
  };
}

const NO_FUNCTIONS: ReadonlySet<string> = new Set();

type NestedScope = Scope & Depth;
type ScopeFacts = Omit<Scope, "classifyCode" | "classifyWords"> & Depth;

/** Whose ways to judge what is within it know where it is. */
function scopeWith(known: ScopeFacts): NestedScope {
  return {
    ...known,
    classifyCode: (code: string, where: Whereabouts = {}) =>
      classifyCode(code, { ...known, ...placedIn(known, where), nesting: known.nesting + 1 }),
    classifyWords: (words: readonly ShellWord[], where: Whereabouts = {}) => {
      // What runs others knows programs, and no functions.
      const facts = { ...known.facts, firstFunctions: NO_FUNCTIONS };
      return judge(words, scopeWith({ ...known, facts, ...placedIn(known, where) }));
    },
  };
}

export function classifyNode(node: SyntaxNode, scope: NestedScope): readonly Effect[] {
  if (isBashOnly(node)) return [hiddenText(textOf(node), "bash only, and the shell is sh")];
  switch (node.type) {
    case "Script": {
      const error = node.errors?.[0];
      if (error) return [hiddenText("", error.message)];
      return [...effectsOfOwnNumbers(node, scope), ...classifyChildren(node, scope)];
    }
    case "CommandExpansion":
      if (!node.script) return [hiddenText(node.text, "nested too deeply")];
      return classifyChildren(node, scope);
    case "Command": {
      // Its redirections are there before its values are made.
      if (!node.name) return classifyVariables(node, hasInput(node.redirects) ? fed(scope) : scope);
      const written = classifyWritten(node, scope);
      const isOwnStart =
        scope.nesting === 0 && written.length > 0 && written.every(({ kind }) => kind === "start");
      return [...written, ...classifyChildren(node, { ...scope, isOwnStart })];
    }
    case "Redirected":
      return classifyChildren(node, hasInput(node.redirects) ? fed(scope) : scope);
    case "Function":
      return unlessTrouble(troubleOfFunction(node, scope.facts), { node, scope: repeated(scope) });
    case "While":
      return classifyChildren(node, repeated(scope));
    case "Pipeline":
      return classifyPipeline(node, scope);
    case "Statement":
      return classifyStatement(node, scope);
    case "Word": {
      if (hasStraySign(node)) return [hiddenText(node.text, "a sign within a word: quote it")];
      const trouble = hasPattern(node) ? troubleOfPattern(node.text, scope) : undefined;
      return unlessTrouble(trouble, { node, scope });
    }
    case "CaseItem":
      return [...node.pattern, node.body].flatMap((child) => classifyUnmatched(child, scope));
    case "Remove":
      return classifyUnmatched(node.operand, scope);
    case "HereDoc":
      return unlessTrouble(troubleOfHereDoc(node), { node, scope });
    case "Redirect":
      return [...classifyRedirect(node, scope), ...classifyChildren(node, scope)];
    case "Assignment":
      return [...classifyAssignment(node), ...classifyChildren(node, scope)];
    case "For":
      return classifyFor(node, scope);
    case "ArithmeticExpansion":
      return unlessTrouble(troubleOfSum(node, scope), { node, scope });
    case "ParameterExpansion":
      return unlessTrouble(troubleOfParameter(node), { node, scope });
    default:
      return classifyChildren(node, scope);
  }
}

function classifyWritten({ name, args, redirects }: Command, scope: NestedScope) {
  const words = [...(name ? [name] : []), ...args].map((word) => readWord(word, scope));
  if (!hasInput(redirects)) return judge(words, scope);
  const isForAll = words.some(({ text }) => text === "exec");
  return isForAll
    ? [hiddenText("exec <", "the input of all that follows")]
    : judge(words, fed(scope));
}

function judge(words: readonly ShellWord[], scope: NestedScope): readonly Effect[] {
  return scope.hasEnough()
    ? [hiddenText("…", "too much in one line")]
    : classifySimple(words, scope);
}

function fed(scope: NestedScope): NestedScope {
  return scopeWith({ ...scope, isFed: true });
}

/** All of a pipe begins at once: of several changes nobody would know which comes first. */
function classifyPipeline({ prefixes, commands }: Pipeline, scope: NestedScope): readonly Effect[] {
  const parts = [...prefixes, ...commands].map((part) =>
    classifyNode(part, part === commands[0] ? scope : fed(scope)),
  );
  const [, second] = parts.flatMap((part) => part.find((effect) => !isLook([effect])) ?? []);
  const trouble = second && hiddenText(second.source, "two changes in one pipe begin at once");
  return [...parts.flat(), ...(trouble ? [trouble] : [])];
}

function classifyStatement(node: Statement, scope: NestedScope): readonly Effect[] {
  const effects = classifyChildren(node, scope);
  const change = node.background ? effects.find((effect) => hasMoment([effect])) : undefined;
  const because = "in the background it strikes another moment";
  return [...effects, ...(change ? [hiddenText(change.source, because)] : [])];
}

/** A pattern that is compared with a text is not looked up. */
function classifyUnmatched(node: SyntaxNode, scope: NestedScope): readonly Effect[] {
  return node.type === "Word" ? classifyChildren(node, scope) : classifyNode(node, scope);
}

interface Placed {
  readonly node: SyntaxNode;
  readonly scope: NestedScope;
}

function unlessTrouble(trouble: string | undefined, { node, scope }: Placed): readonly Effect[] {
  return trouble === undefined
    ? classifyChildren(node, scope)
    : [hiddenText(textOf(node), trouble)];
}

function classifyChildren(node: SyntaxNode, scope: NestedScope): readonly Effect[] {
  const effects: Effect[] = [];
  forEachChild(node, (child) => effects.push(...classifyNode(child, scope)));
  return effects;
}

/** Without a command, assignments set the shell's own variables. */
function classifyVariables({ prefix }: Command, scope: NestedScope): readonly Effect[] {
  return prefix.flatMap((node) =>
    node.type === "Assignment"
      ? [...classifyVariable(node), ...classifyChildren(node, scope)]
      : classifyNode(node, scope),
  );
}

/** A loop over words that are written out is judged once per word, with that value. */
function classifyFor(loop: For, scope: NestedScope): readonly Effect[] {
  const name = loop.name.value;
  if (isSteering(name)) return [hiddenText(`for ${name}`, "it steers what runs")];
  const words =
    loop.wordlist?.flatMap((word) => readNumbers(word, scope) ?? readWord(word, scope)) ?? [];
  const trouble = words.some(({ mayDivide }) => mayDivide)
    ? troubleOfFile("read", scope)
    : undefined;
  if (trouble !== undefined) return [hiddenText(`for ${name}`, trouble)];
  const rounds = scope.rounds * words.length;
  const isCertain =
    words.length > 0 &&
    rounds <= ROUNDS_MAX &&
    words.every(({ text, isExact }) => isExact && staysOneWord(text)) &&
    scope.facts.isSettled(name);
  if (!isCertain) return classifyChildren(loop, bindIn(repeated(scope), { name }));
  const inner = { ...scope, rounds };
  return words.flatMap(({ text }) => classifyChildren(loop, bindIn(inner, { name, value: text })));
}

/** Nobody knows how many times. */
function repeated(scope: NestedScope): NestedScope {
  return scopeWith({ ...scope, isRepeated: true });
}

interface Binding {
  readonly name: string;
  /** Absent when it is known only at run time. */
  readonly value?: string;
}

function bindIn(scope: NestedScope, { name, value }: Binding): NestedScope {
  const variables = new Map(scope.variables);
  if (value === undefined) variables.delete(name);
  else variables.set(name, value);
  return scopeWith({ ...scope, variables });
}
