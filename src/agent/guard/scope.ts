// What the classification of one command line knows and passes down, and the makers of effects.
import { ASKED_OUTSIDE } from "../../domain/asked-programs.ts";
import type { Effect, EffectKind } from "../../domain/effect.ts";
import type { Topology } from "../../domain/subject.ts";
import type { ScriptFacts } from "./script-facts.ts";

/** By what words a command can mean the subject. */
export interface SubjectNames {
  readonly subject: string;
  /** Named in a command, they become the effect's targets. */
  readonly members: readonly string[];
  /** As compose names it; absent where its members are no containers. */
  readonly project?: string | undefined;
  /** Where its containers are, as DOCKER_HOST would name it. */
  readonly engine?: string | undefined;
  /** Of its members on loopback; absent where nobody knows them. */
  readonly ports?: readonly number[] | undefined;
  /** Whose each of these is. */
  readonly owners?: Readonly<Record<number, string>> | undefined;
}

/** Where the members of one that runs here are. */
export function placesOf({ members, docker }: Topology): Omit<SubjectNames, "subject" | "members"> {
  const ports = members.flatMap((member) => Object.values(member.ports));
  const here = members.filter(({ host }) => host === undefined);
  const owners = Object.fromEntries(
    here.flatMap(({ name, ports: own }) => Object.values(own).map((port) => [port, name])),
  );
  return { project: docker?.project, engine: docker?.host, ports, owners };
}

/** Facts of the world that tell a harmless command from another. */
export interface CommandKnowledge extends SubjectNames {
  /** `host` or `host:port` that may be asked over HTTP, besides loopback. */
  readonly readHosts: readonly string[];
  /** Absolute paths of operator's own files and the subject's data: written by no command. */
  readonly protectedPaths: readonly string[];
  /** Where relative paths start, absolute. */
  readonly cwd: string;
  /** Variables whose values the shell is known to have: HOME, OPERATOR_HOME. */
  readonly variables: Readonly<Record<string, string>>;
  /** Which engine docker asks behind sudo, as DOCKER_HOST; absent where nobody knows. */
  readonly rootsEngine?: string | undefined;
  /** No sandbox holds looks: they see what this user sees, and /tmp is everybody's. */
  readonly isUnheld?: boolean | undefined;
}

/** A word as the shell would see it. Not exact: part of its text is known only when it runs. */
export interface ShellWord {
  readonly text: string;
  readonly isExact: boolean;
  /** Not exact, but whatever it becomes is an operand: no option, and no verb. */
  readonly isOperand?: true;
  /** Not exact, and the shell may make several words of it: another option, verb or command. */
  readonly mayDivide?: true;
}

export interface Scope {
  readonly knowledge: CommandKnowledge;
  /** Values that are certain where the command stands. */
  readonly variables: ReadonlyMap<string, string>;
  /** Of the whole script. A function is judged where it is defined, not where it is called. */
  readonly facts: ScriptFacts;
  /** A `cd` stands somewhere around it: what a relative path names is not known. */
  readonly isElsewhere: boolean;
  /** It runs in a container, where loopback is another one. */
  readonly isInside: boolean;
  /** Something in the line changes more than files for temporary use: no sandbox holds it. */
  readonly isChanging: boolean;
  /** In a loop, a function, or what runs others: it may happen any number of times. */
  readonly isRepeated: boolean;
  /** Something else than nothing is on its input. */
  readonly isFed: boolean;
  /** What it prints may be taken by another program, a file or a variable. */
  readonly isHandedOn: boolean;
  /** A start in a line of the shell that is ours, which overwrites no file: sh -C. */
  readonly isOwnStart: boolean;
  /** Behind sudo: with all rights, and without the variables that were given. */
  readonly isAsRoot: boolean;
  /** By a shell's own words, not those of ours: `sh -c`, `command`. */
  readonly isOtherShell: boolean;
  /** Takes down what the line does, as it is written and in its order. */
  readonly note: (one: Note) => void;
  /** Judges code that a command would run: `sh -c`, `eval`, `trap`. */
  classifyCode(code: string, where?: Whereabouts): readonly Effect[];
  /** Judges a command inside a command: `sudo`, `timeout`, `xargs`. */
  classifyWords(words: readonly ShellWord[], where?: Whereabouts): readonly Effect[];
}

export interface Note {
  readonly type: "change" | "wait";
  readonly text: string;
}

/** In a container loopback has other ports. */
export function knowledgeOfPorts({ knowledge, isInside }: Scope): CommandKnowledge {
  return isInside ? { ...knowledge, ports: undefined, owners: undefined } : knowledge;
}

/** By its name alone: a sandbox sets the one that asks before others on PATH. */
export function isAskedOutside(name: string, { knowledge, isInside }: Scope): boolean {
  return ASKED_OUTSIDE.has(name) && !isInside && knowledge.isUnheld !== true;
}

export const OWN_OF_SANDBOX = "it would show what is a sandbox's own";

export interface Whereabouts {
  /** Another folder: `find -execdir`. */
  readonly isElsewhere?: true;
  /** In a container, which is another folder, too. */
  readonly isInside?: true;
  /** Nobody knows how many times: `xargs`. */
  readonly isRepeated?: true;
  /** By `sudo`. */
  readonly isAsRoot?: true;
  readonly isOtherShell?: true;
}

/** Judges one simple command; the first word is its name. */
export type Classifier = (words: readonly ShellWord[], scope: Scope) => readonly Effect[];

/** A program that is judged by its name alone. */
export function alwaysIs(kind: EffectKind, because: string): Classifier {
  return (words) => [effectBecause({ kind, words, because })];
}

const SOURCE_MAX = 100;

export const DYNAMIC_WORD: ShellWord = { text: "…", isExact: false };

/** Words that are known only when it runs, and nobody knows how many. */
export const DYNAMIC_WORDS: ShellWord = { ...DYNAMIC_WORD, mayDivide: true };

export interface EffectOfCommand {
  readonly kind: EffectKind;
  readonly words: readonly ShellWord[];
  readonly scope: Scope;
}

/** The effect of the command that these words are, on the members that they name. */
export function effectOf({ kind, words, scope }: EffectOfCommand): Effect {
  const named = words.map(({ text }) => text).filter((text) => isMember(text, scope));
  return { kind, targets: [...new Set(named)], source: sourceOf(words) };
}

export interface ExplainedEffect {
  readonly kind: EffectKind;
  readonly words: readonly ShellWord[];
  /** What the words alone do not say. */
  readonly because: string;
}

export function effectBecause({ kind, words, because }: ExplainedEffect): Effect {
  return { kind, targets: [], source: `${sourceOf(words)} (${because})` };
}

/** What stands for no command, such as a part of the line. */
export function hiddenText(text: string, because: string): Effect {
  return effectBecause({ kind: "hidden", words: [{ text, isExact: true }], because });
}

function sourceOf(words: readonly ShellWord[]): string {
  const text = words.map((word) => word.text).join(" ");
  if (text.length <= SOURCE_MAX) return text;
  // At a space: a secret that is cut in two is not known as one any more.
  return `${text.slice(0, SOURCE_MAX).replace(/\S*$/, "")}…`;
}

function isMember(text: string, scope: Scope): boolean {
  return scope.knowledge.members.includes(text);
}
