// Judges one simple command by its name: a wrapper around another, a tool with rules of its own, a
// tool that only reads. A name that is in no table is unknown.
import { type Effect, isLook, isRefused } from "../../domain/effect.ts";
import { classifyAssignedWord } from "./assignments.ts";
import { type Companion, isAlwaysBlind, troubleOfCompanion } from "./companions.ts";
import { CONTAINER_TOOLS } from "./container-tools.ts";
import { classifyCurl } from "./curl.ts";
import { FILE_TOOLS } from "./file-tools.ts";
import { troubleOfPlace, troubleOfReading } from "./forbidden-places.ts";
import { troubleOfForm } from "./forms.ts";
import { HIDDEN_TOOLS } from "./hidden-tools.ts";
import { refusedInside } from "./inside.ts";
import { MACHINE_TOOLS } from "./machine-tools.ts";
import { NETWORK_TOOLS } from "./network-tools.ts";
import { classifyOperator } from "./operator-verbs.ts";
import { isForeignMemory, isProtected, isSecret } from "./paths.ts";
import { PROCESS_TOOLS } from "./process-tools.ts";
import { isAlwaysReading, kindOfReadOnlyUse } from "./read-only-tools.ts";
import {
  type Classifier,
  effectBecause,
  effectOf,
  isAskedOutside,
  OWN_OF_SANDBOX,
  type Scope,
  type ShellWord,
} from "./scope.ts";
import { FOLDER_CHANGERS } from "./script-facts.ts";
import { SERVICE_TOOLS } from "./service-tools.ts";
import { SETTERS } from "./setters.ts";
import { isShort } from "./short-looks.ts";
import { SOCKET_TOOLS } from "./socket-tools.ts";
import { TEXT_TOOLS } from "./text-tools.ts";
import { VERB_TOOLS } from "./verb-tools.ts";
import { asksAgain, hasMoment } from "./waits.ts";
import { WRAPPERS } from "./wrappers.ts";

/** They judge by themselves each word that comes before a command within them, or a name. */
const JUDGING_WORDS: ReadonlyMap<string, Classifier> = new Map<string, Classifier>([
  ...Object.entries(WRAPPERS),
  ["export", classifyDeclaration],
  ["local", classifyDeclaration],
  ["readonly", classifyDeclaration],
  ...[...FOLDER_CHANGERS].map((name): [string, Classifier] => [name, classifyChangeOfFolder]),
]);

/** They know by themselves which files they may touch. */
const SELF_CONTAINED: ReadonlyMap<string, Classifier> = new Map<string, Classifier>([
  ["operator", classifyOperator],
]);

const HIDDEN: ReadonlyMap<string, Classifier> = new Map(Object.entries(HIDDEN_TOOLS));

const TOOLS: ReadonlyMap<string, Classifier> = new Map<string, Classifier>([
  ...Object.entries(FILE_TOOLS),
  ...Object.entries(TEXT_TOOLS),
  ...Object.entries(PROCESS_TOOLS),
  ...Object.entries(VERB_TOOLS),
  ...Object.entries(CONTAINER_TOOLS),
  ...Object.entries(SERVICE_TOOLS),
  ...Object.entries(NETWORK_TOOLS),
  ...Object.entries(SOCKET_TOOLS),
  ...Object.entries(MACHINE_TOOLS),
  ...Object.entries(SETTERS),
  ["curl", classifyCurl],
]);

/** pd-ctl reads on where its words end, whenever its input is no terminal and not nothing. */
const TAKES_INPUT: ReadonlySet<string> = new Set(["pd-ctl", "/pd-ctl"]);

/** No words: nothing runs. */
export function classifySimple(words: readonly ShellWord[], scope: Scope): readonly Effect[] {
  const [first] = words;
  if (!first) return [];
  if (!first.isExact) return hiddenBecause(words, "its name is known only when it runs");
  if (words.some(isForeignMemory)) {
    return [effectBecause({ kind: "oversight", words, because: "memory of another process" })];
  }
  const name = programName(first.text);
  const classifyByWord = JUDGING_WORDS.get(name);
  if (classifyByWord) return classifyByWord(words, scope);
  const effects = classifyNamed(name, words, scope);
  if (isRefused(effects)) return effects;
  const formless = troubleOfForm(name, words, scope);
  if (formless !== undefined) return hiddenBecause(words, formless);
  if (scope.isFed && (TAKES_INPUT.has(name) || scope.facts.firstFunctions.has(name))) {
    return hiddenBecause(words, "it may take words from its input, as if they were typed");
  }
  // Words that are expanded without quotes are looked up among files, too.
  const mayDivide = scope.isChanging || !takesAnyWords(name, scope);
  if (mayDivide && words.some((word) => word.mayDivide)) {
    return hiddenBecause(words, DIVIDES);
  }
  const isOthers = scope.isInside && OF_THE_MACHINE.has(name) && !isLook(effects);
  if (isOthers) return hiddenBecause(words, "in a container that is another's: leave exec away");
  const asRoot = scope.isAsRoot ? troubleAsRoot({ name, words, effects, scope }) : undefined;
  if (asRoot !== undefined) return hiddenBecause(words, asRoot);
  if (isLook(effects) && first.text !== name && isAskedOutside(name, scope)) {
    return hiddenBecause(words, `${OWN_OF_SANDBOX}: write ${name} alone`);
  }
  const refused = scope.isInside && isLook(effects) ? refusedInside({ name, words, scope }) : [];
  if (refused.length > 0) return refused;
  const trouble =
    troubleOfCompanion({ name, words, effects, scope }) ??
    troubleOfMoment({ name, words, effects, scope });
  return trouble === undefined ? effects : hiddenBecause(words, trouble);
}

const DIVIDES = "it may become several words when it runs: write it in quotes";

/** What it asks then is another home and another engine, perhaps; what it reads, no list bounds. */
function troubleAsRoot({ name, effects, scope }: Companion): string | undefined {
  const { variables, isUnheld, engine, rootsEngine } = scope.knowledge;
  const isOfAnother =
    name === "operator"
      ? variables.OPERATOR_HOME !== "/root/.operator"
      : ENGINES.has(name) && (rootsEngine === undefined || rootsEngine !== engine);
  if (isLook(effects)) {
    if (isUnheld !== true || scope.isInside) return undefined;
    const isOpen = ENGINES.has(name) ? rootsEngine === undefined : !isAlwaysBlind(name);
    return isOpen ? "root, without a sandbox" : undefined;
  }
  return isOfAnother ? `root's own ${name} may be another: leave sudo away` : undefined;
}

/** Behind sudo there is no DOCKER_HOST: a context of root's may lead them elsewhere. */
const ENGINES: ReadonlySet<string> = new Set(["docker", "docker-compose", "podman"]);
/** They handle members; and each has its own of what they handle, wherever it runs. */
const OF_THE_MACHINE: ReadonlySet<string> = new Set([
  ...["operator", ...ENGINES, "systemctl", "service"],
]);

/** Each change is counted, and judged by how things are now: so it must happen now, and once. */
function troubleOfMoment({ effects, ...use }: Companion): string | undefined {
  const { words, scope } = use;
  const text = words.map((word) => word.text).join(" ");
  if (isLook(effects)) {
    if (!isShort(use.name, words.slice(1))) scope.note({ type: "wait", text });
    return undefined;
  }
  if (scope.isRepeated) return AGAIN;
  if (asksAgain(use.name, use.words.slice(1))) return AGAIN;
  if (hasMoment(effects)) scope.note({ type: "change", text });
  return undefined;
}

const AGAIN = "a change that may happen again and again: write out each by itself";

function classifyNamed(name: string, words: readonly ShellWord[], scope: Scope): readonly Effect[] {
  const classify = SELF_CONTAINED.get(name) ?? HIDDEN.get(name) ?? HIDDEN.get(familyOf(name));
  if (classify) return classify(words, scope);
  const effects = classifyTool(name, words, scope);
  const trouble = isLook(effects) ? troubleOfReading({ name, words, scope }) : undefined;
  if (trouble !== undefined) return [effectBecause({ kind: "foreign", words, because: trouble })];
  const isReading = effects.every(({ kind }) => kind === "read");
  return [...effects, ...(isReading ? secretsAmong : protectedAmong)(words, scope)];
}

/** A function's body is judged where it is defined, for whatever it is called with. */
function takesAnyWords(name: string, { facts }: Scope): boolean {
  return isAlwaysReading(name) || facts.firstFunctions.has(name);
}

function classifyTool(name: string, words: readonly ShellWord[], scope: Scope): readonly Effect[] {
  const classify = TOOLS.get(name);
  if (classify) return classify(words, scope);
  const kind = kindOfReadOnlyUse(name, words.slice(1));
  if (kind) return [effectOf({ kind, words, scope })];
  // A function's body is judged where it is defined.
  if (scope.facts.firstFunctions.has(name)) return [];
  return classifyUnknown(words, scope);
}

/** `/usr/bin/cat` is `cat`; a program from anywhere else is not what its name says. */
function programName(text: string): string {
  return /^\/(?:usr\/)?(?:local\/)?s?bin\/([^/]+)$/.exec(text)?.[1] ?? text;
}

/** `python3.11` is `python`. */
function familyOf(name: string): string {
  return name.replace(/[\d.]+$/, "");
}

/** In execute mode it will run: so at least it must be clear what is run, and on what. */
function classifyUnknown(words: readonly ShellWord[], scope: Scope): readonly Effect[] {
  const [name, ...args] = words;
  if (!/^\w[\w@%+:.-]*$/.test(name?.text ?? "")) {
    return hiddenBecause(words, "a program that is not shown");
  }
  if (args.some(({ isExact }) => !isExact)) {
    return hiddenBecause(words, "its arguments are known only when it runs");
  }
  if (scope.isElsewhere) return hiddenBecause(words, "name files by their full path, without cd");
  return [effectOf({ kind: "unknown", words, scope }), ...runPerhaps(args, scope)];
}

/** Who approves what is unknown approves no command within it that would be refused by itself. */
function runPerhaps(args: readonly ShellWord[], scope: Scope): readonly Effect[] {
  const from = args.findIndex(({ text }) => isKnown(programName(text)));
  const effects = from < 0 ? [] : scope.classifyWords(args.slice(from));
  return isLook(effects) ? [] : effects;
}

function isKnown(name: string): boolean {
  return [JUDGING_WORDS, SELF_CONTAINED, HIDDEN, TOOLS].some((table) => table.has(name));
}

function protectedAmong(words: readonly ShellWord[], scope: Scope): readonly Effect[] {
  if (!words.slice(1).some((word) => isProtected(word, scope))) return [];
  const because = "operator's own files and the subject's data";
  return [effectBecause({ kind: "destroy", words, because })];
}

function secretsAmong(words: readonly ShellWord[], scope: Scope): readonly Effect[] {
  const isListing = /^(?:ls|stat|du|df|test|\[|echo|:|realpath|readlink)$/.test(
    words[0]?.text ?? "",
  );
  const namesFiles = words.some(({ text }) => text.startsWith("--files0"));
  if ((isListing && !namesFiles) || !words.slice(1).some((word) => isSecret(word, scope)))
    return [];
  return [effectBecause({ kind: "oversight", words, because: "operator's own files" })];
}

function classifyDeclaration(words: readonly ShellWord[], scope: Scope): readonly Effect[] {
  if (scope.isInside) return refusedInside({ name: "export", words, scope });
  if (words.some(({ mayDivide }) => mayDivide)) return hiddenBecause(words, DIVIDES);
  const names = words.slice(1).filter(({ text }) => !text.startsWith("-"));
  return [
    effectOf({ kind: "read", words, scope }),
    ...names.flatMap(({ text }) => classifyAssignedWord(text)),
  ];
}

/** From inside them, operator's own files would be reached by names that do not show it. */
function classifyChangeOfFolder(words: readonly ShellWord[], scope: Scope): readonly Effect[] {
  const folder = words.slice(1).find(({ text }) => text !== "--");
  const isHarmless =
    folder?.isExact &&
    /^(?:\/|\.{0,2}\w|\.\.)/.test(folder.text) &&
    !isProtected(folder, scope) &&
    troubleOfPlace(folder, { ...scope, isElsewhere: true }) === undefined;
  if (isHarmless) return [effectOf({ kind: "read", words, scope })];
  return hiddenBecause(words, "name files by their full path instead");
}

function hiddenBecause(words: readonly ShellWord[], because: string): readonly Effect[] {
  return [effectBecause({ kind: "hidden", words, because })];
}
