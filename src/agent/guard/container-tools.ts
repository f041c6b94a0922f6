// docker and compose: which containers a command touches, and whether they are the subject's. One
// that is not named by a member is somebody else's.
import { posix } from "node:path";
import type { Effect, EffectKind } from "../../domain/effect.ts";
import { troubleOfKeys, valuesOf } from "./container-keys.ts";
import {
  areProcesses,
  isOfProject,
  isOption,
  isOurProject,
  memberOf,
  namesProject,
} from "./container-names.ts";
import { ALIAS, DOCKER } from "./container-verbs.ts";
import { classifyPs } from "./process-tools.ts";
import { type Classifier, effectBecause, effectOf, type Scope, type ShellWord } from "./scope.ts";
import { effectOfVerb, readVerbs } from "./verb-tools.ts";
import { classifyWrapped, isJoinedOption, type Wrapper } from "./wrappers.ts";

/** How `docker exec` and `docker compose exec` stand before a command. */
const EXEC: Wrapper = {
  plain: ["-i", "-t", "-it", "-ti", "-T"],
  valued: ["-u", "-w", "--user", "--workdir", "--index"],
  skips: 1,
  hides: /(?:^| )(?:-w|--workdir)/,
  where: { isInside: true },
};

/** Another engine than this machine's. */
const ENGINES = ["-H", "--host", "-c", "--context", "--url", "--connection"];

const PODMAN_ENGINES = ["-r", "--remote", "--identity", "--ssh", "--root", "--runroot", "--module"];

export const CONTAINER_TOOLS: Readonly<Record<string, Classifier>> = {
  docker: classifyDocker,
  podman: classifyPodman,
  "docker-compose": ([first, ...rest], scope) =>
    first ? classifyDocker([first, { text: "compose", isExact: true }, ...rest], scope) : [],
};

/** Options of podman itself count behind its verbs, too, and some of them write files. */
const PODMAN_READS = new RegExp(
  "^(?:-[aqlst]+|-n\\d*|-f(?:[={].*)?|--(?:all|follow|latest|names|no-stream|no-trunc|quiet|size" +
    "|timestamps)|--(?:filter|format|last|since|sort|tail|type|until)(?:=.*)?)$",
  "s",
);

/** Members are containers of the engine that docker speaks to. */
function classifyPodman(words: readonly ShellWord[], scope: Scope): readonly Effect[] {
  const effects = classifyDocker(words, scope);
  // To podman such an option is one wherever it stands.
  const isHere = !words.some((word) => isOption(word, [...ENGINES, ...PODMAN_ENGINES]));
  if (!(isHere && effects.every(({ kind }) => kind === "read"))) {
    return [...effects, effectBecause({ kind: "foreign", words, because: "another engine" })];
  }
  const at = verbAmong(readVerbs(DOCKER, words.slice(1)).typed, "exec");
  // What stands behind `exec` was judged with it.
  const own = words.slice(1, at ? words.indexOf(at) : words.length);
  const isKnown = own.every(({ text, isExact, isOperand }) =>
    text.startsWith("-") ? isExact && PODMAN_READS.test(text) : isExact || isOperand,
  );
  if (isKnown) return effects;
  const because = "an option of podman that is not understood";
  return [...effects, effectBecause({ kind: "hidden", words, because })];
}

function classifyDocker(words: readonly ShellWord[], scope: Scope): readonly Effect[] {
  const args = words.slice(1);
  const read = readVerbs(DOCKER, args);
  const [first] = read.typed;
  const isCompose = first?.text === "compose";
  // Behind its verb the same letters are other options.
  if (args.slice(0, first ? args.indexOf(first) : args.length).some(namesEngine)) {
    return [effectBecause({ kind: "foreign", words, because: "another engine" })];
  }
  const { engine, variables } = scope.knowledge;
  if (engine !== undefined && variables.DOCKER_HOST !== engine) {
    return [effectBecause({ kind: "foreign", words, because: "DOCKER_HOST is another engine" })];
  }
  const trouble = isCompose ? troubleOfFiles(args, read.typed[1]) : undefined;
  if (trouble !== undefined) return [effectBecause({ kind: "hidden", words, because: trouble })];
  const run = verbAmong(read.typed, "exec");
  const environment = troubleOfKeys(words, { typed: read.typed, scope });
  if (environment) return [effectBecause({ ...environment, words })];
  if (run) return classifyExec(words, { rest: args.slice(args.indexOf(run)), scope });
  const top = verbAmong(read.typed, "top");
  // The words behind the container are those of ps, on the engine's own machine.
  if (top && !isCompose) return classifyPs(args.slice(args.indexOf(top) + 1), scope);
  const effect = effectOfVerb(DOCKER, { words, scope });
  if (!TOUCHING.includes(effect.kind)) return [effect];
  const isResuming = verbAmong(read.typed, "kill") !== undefined && resumes(words);
  const touched = touching(isResuming ? "start" : effect.kind, { words, scope, isCompose });
  return [{ ...touched, ...(verbAmong(read.typed, "restart") && { starts: true }) }];
}

/** As the engine reads it: in any case, or by its number on x86 and ARM. */
const SIGCONT = /^(?:(?:SIG)?CONT|18)$/i;

/** It wakes a process that a signal stopped, which `unpause` does not. */
function resumes(words: readonly ShellWord[]): boolean {
  const signals = valuesOf(words, ["-s", "--signal"]);
  return signals.length === 1 && signals.every(({ text }) => SIGCONT.test(text));
}

/** Behind any other verb it is a container's name. */
function verbAmong([first, second]: readonly ShellWord[], verb: string): ShellWord | undefined {
  const isGroup = /^(?:compose|container)$/.test(first?.text ?? "");
  const typed = isGroup ? second : first;
  return typed?.text === verb ? typed : undefined;
}

const TOUCHING: readonly EffectKind[] = ["start", "interrupt", "network", "unknown"];

function namesEngine(word: ShellWord): boolean {
  return isOption(word, ENGINES);
}

const FILES = ["-f", "--file"];

/** Its files say what runs: hooks in members, others that are restarted along, parts elsewhere. */
function troubleOfFiles(
  args: readonly ShellWord[],
  typedVerb: ShellWord | undefined,
): string | undefined {
  const at = args.findIndex(({ text }) => text === "compose");
  const verb = typedVerb ? args.indexOf(typedVerb) : -1;
  const name = typedVerb?.text;
  for (const [index, word] of args.entries()) {
    const isBefore = index > at && (verb === -1 || index < verb);
    if (name === "config" && /^(?:-o|--(?:o|lock))/.test(word.text)) return "it writes a file";
    if (!isBefore || !isOption(word, FILES)) continue;
    const [file] = valuesOf(args.slice(index, index + 2), FILES);
    if (!file?.isExact || /:|@/.test(file.text))
      return "a project file that is not on this machine";
    if (!isKept(file.text)) return "a project file that an agent may write";
    // What is wrong in a file is told with its words.
    if (!COMPOSE_FILE.test(file.text)) return "a project file is called compose.yaml or the like";
  }
  return undefined;
}

/** Where people keep files, and nobody else puts any: by its full path, no pipe and no link. */
const KEPT = /^\/(?:etc|home|opt|root|srv|usr|var\/lib)\//;

const COMPOSE_FILE = /\/(?:docker-)?compose[\w.-]*\.ya?ml$/;

function isKept(path: string): boolean {
  return posix.normalize(path) === path && KEPT.test(path);
}

interface Exec {
  /** From `exec` on. */
  readonly rest: readonly ShellWord[];
  readonly scope: Scope;
}

function classifyExec(words: readonly ShellWord[], { rest, scope }: Exec): readonly Effect[] {
  const effects = classifyWrapped({ wrapper: EXEC, words: rest, scope });
  const container = containerOf(rest.slice(1));
  const before = words.slice(0, words.length - rest.length);
  const member = container?.isExact ? memberOf({ text: container.text, before }, scope) : undefined;
  if (member === undefined) {
    const because = "a container that is no member's";
    return [...effects, effectBecause({ kind: "foreign", words, because })];
  }
  return effects.map((effect) => within(member, effect));
}

/** What changes something in a container changes that member, whomever else it names. */
function within(member: string, effect: Effect): Effect {
  if (effect.kind === "read" || effect.kind === "interrupt") return effect;
  return { ...effect, targets: [...new Set([...effect.targets, member])] };
}

/** Behind the options of `exec`. */
function containerOf(rest: readonly ShellWord[]): ShellWord | undefined {
  const at = rest.findIndex(
    ({ text }, index) =>
      !text.startsWith("-") && !EXEC.valued?.includes(rest[index - 1]?.text ?? ""),
  );
  return rest[at];
}

interface Touch {
  readonly words: readonly ShellWord[];
  readonly scope: Scope;
  readonly isCompose: boolean;
}

function touching(kind: EffectKind, { words, scope, isCompose }: Touch): Effect {
  const isUpdate = kind === "unknown";
  const operands = operandsOf(words.slice(1), { isCompose, isUpdate });
  if (operands.some(({ isExact }) => !isExact)) {
    return effectBecause({ kind: "hidden", words, because: "whose, is known only when it runs" });
  }
  const isKnown = isUpdate ? isUpdateOption : isKnownOption;
  if (words.slice(1).some(({ text }) => text.startsWith("-") && !isKnown(text))) {
    return effectBecause({ kind: "hidden", words, because: "an option that is not understood" });
  }
  if (words.some((word, index) => isLongWait(word, words[index + 1]))) {
    return effectBecause({ kind: "hidden", words, because: "it would strike later" });
  }
  const { knowledge } = scope;
  const [network, ...others] = operands;
  const isPlugging = kind === "network" && isOfProject(network?.text ?? "", knowledge);
  const members = (isPlugging ? others : operands).map(({ text }) =>
    memberOf({ text, before: words }, scope),
  );
  const isOthers = members.includes(undefined) || !isOurProject(words, knowledge);
  // Without names it is the whole project: which one, must be said then.
  const isWhole = operands.length === 0 && !(isCompose && namesProject(words));
  if (areProcesses(knowledge) || isOthers || (isWhole && kind !== "interrupt")) {
    return effectBecause({ kind: "foreign", words, because: "containers that are no member's" });
  }
  const targets = members.flatMap((name) => name ?? []);
  if (valuesOf(words, ALIAS).some(({ text }) => text !== targets[0])) {
    return effectBecause({ kind: "hidden", words, because: "a name that is not its own" });
  }
  return { ...effectOf({ kind, words, scope }), targets: [...new Set(targets)] };
}

/** Between the request and the kill. */
const WAIT_S_MAX = 30;

function isLongWait({ text }: ShellWord, next: ShellWord | undefined): boolean {
  const [, joined] = /^(?:-t|--time(?:out)?)=?(.*)$/.exec(text) ?? [];
  if (joined === undefined) return false;
  const typed = joined === "" ? (next?.text ?? "") : joined;
  return !/^\d+$/.test(typed) || Number(typed) > WAIT_S_MAX;
}

/** Each with a value, as a further word. */
const UPDATES = new RegExp(
  "^(?:-[cm]|--(?:blkio-weight|cpu-(?:period|quota|rt-period|rt-runtime|shares)|cpus" +
    "|cpuset-(?:cpus|mems)|memory(?:-reservation|-swap)?|pids-limit|restart))$",
);

function isUpdateOption(text: string): boolean {
  return UPDATES.test(text.replace(/=.*$/s, ""));
}

function isKnownOption(text: string): boolean {
  // Attached, it ends with whoever waits for it.
  if (/^-[ai]+$|^--(?:all|attach)/.test(text)) return false;
  const { plain = [], valued } = DOCKER;
  return plain.includes(text) || valued.includes(text) || isJoinedOption(text, valued);
}

/** What stands behind the verb, without options and their values. */
function operandsOf(
  args: readonly ShellWord[],
  { isCompose, isUpdate }: { readonly isCompose: boolean; readonly isUpdate: boolean },
): readonly ShellWord[] {
  const plain: ShellWord[] = [];
  for (let index = 0; index < args.length; index += 1) {
    const word = args[index];
    if (!word) break;
    const hasValue = isUpdate ? UPDATES.test(word.text) : DOCKER.valued.includes(word.text);
    if (hasValue) index += 1;
    else if (!word.text.startsWith("-")) plain.push(word);
  }
  const group = plain[0]?.text ?? "";
  if (group === "network" && plain[1]?.text === "disconnect") return plain.slice(3);
  return plain.slice(isCompose || ["container", "network"].includes(group) ? 2 : 1);
}
