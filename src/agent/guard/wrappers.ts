// Commands that run another command: what counts is the one inside.
import { type Effect, isLook } from "../../domain/effect.ts";
import { classifyAssignedWord } from "./assignments.ts";
import { refusedInside } from "./inside.ts";
import {
  type Classifier,
  DYNAMIC_WORD,
  DYNAMIC_WORDS,
  effectBecause,
  effectOf,
  isAskedOutside,
  OWN_OF_SANDBOX,
  type Scope,
  type ShellWord,
  type Whereabouts,
} from "./scope.ts";

export interface Wrapper {
  /** Options with a value of their own, as a further word. */
  readonly valued?: readonly string[];
  /** Options without one. Any other option makes it unknown. */
  readonly plain?: readonly string[];
  /** Words before the command: a duration, a lock file. */
  readonly skips?: number;
  /** What they look like; anything, where it is absent. */
  readonly skipped?: RegExp;
  /** It adds arguments that are known only when it runs. */
  readonly addsArguments?: true;
  /** The option whose value stands, within the command, for what is known only when it runs. */
  readonly replacesWith?: string;
  readonly takesAssignments?: true;
  readonly where?: Whereabouts;
  /** What it is without a command. */
  readonly alone?: "read";
  /** What is started keeps what it sets, as long as it lives. */
  readonly isInherited?: true;
  /** With such words before the command another runs than is judged, or as somebody else. */
  readonly hides?: RegExp;
  /** The shell itself runs what is behind it. */
  readonly isOfShell?: true;
  /** Of what others call so it has one of its own. */
  readonly hasOwn?: true;
}

/** They work on the shell that runs them. Not those that are programs as well, such as `kill`. */
const OF_SHELL: readonly string[] = [
  ...[".", ":", "alias", "bg", "break", "cd", "continue", "declare", "dirs", "eval", "exec"],
  ...["export", "fc", "fg", "getopts", "hash", "jobs", "let", "local", "popd", "pushd", "read"],
  ...["readonly", "return", "set", "shift", "shopt", "source", "times", "trap", "type", "typeset"],
  ...["ulimit", "umask", "unalias", "unset", "wait"],
];

/** Of a user or a group that is not root. */
const OF_ANOTHER = /(?:^| )-(?:g|u(?! ?root(?: |$)))/;

const TABLE: Readonly<Record<string, Wrapper>> = {
  builtin: { isOfShell: true, where: { isOtherShell: true } },
  busybox: { hasOwn: true, where: { isOtherShell: true } },
  toybox: { hasOwn: true, where: { isOtherShell: true } },
  chronic: {},
  // With -p it finds others than PATH does.
  command: { isOfShell: true, where: { isOtherShell: true } },
  env: {
    plain: ["-i", "-", "-0"],
    valued: ["-u"],
    takesAssignments: true,
    alone: "read",
    hides: /^-(?!0)| -/,
  },
  // Some programs are another by another name.
  exec: { plain: ["-c", "-l"], valued: ["-a"], alone: "read", hides: /^-/ },
  ionice: { valued: ["-c", "-n"], plain: ["-t"], isInherited: true },
  nice: { valued: ["-n"], isInherited: true },
  nohup: {},
  // A buffer that is given a size is filled.
  stdbuf: { plain: ["-oL", "-o0", "-eL", "-e0", "-i0"] },
  doas: { plain: ["-n"], valued: ["-u"], hides: OF_ANOTHER, where: { isAsRoot: true } },
  sudo: {
    plain: ["-n", "-E", "-H", "-S"],
    valued: ["-u", "-g"],
    takesAssignments: true,
    hides: OF_ANOTHER,
    where: { isAsRoot: true },
  },
  time: { plain: ["-p"] },
  timeout: {
    plain: ["--foreground", "--preserve-status", "-v"],
    valued: ["-k", "-s", "--signal", "--kill-after"],
    skips: 1,
    skipped: /^\d+(?:\.\d+)?[smhd]?$/,
  },
  xargs: {
    plain: ["-0", "-r", "-t", "--null", "--no-run-if-empty"],
    valued: ["-n", "-P", "-I", "-L", "-d", "-s"],
    replacesWith: "-I",
    addsArguments: true,
    where: { isRepeated: true },
    alone: "read",
  },
};

const REPEATED: Whereabouts = { isRepeated: true };
const BY_WATCH: Whereabouts = { ...REPEATED, isOtherShell: true };

export const WRAPPERS: Readonly<Record<string, Classifier>> = {
  ...Object.fromEntries(
    Object.entries(TABLE).map(([name, wrapper]): [string, Classifier] => [
      name,
      (words, scope) => classifyWrapped({ wrapper, words, scope }),
    ]),
  ),
  command: (words, scope) =>
    /^-[vV]$/.test(words[1]?.text ?? "")
      ? [effectOf({ kind: "read", words, scope })]
      : classifyWrapped({ wrapper: TABLE.command ?? {}, words, scope }),
  eval: (words, scope) => classifyEvaluated({ words, scope }),
  trap: (words, scope) =>
    classifyEvaluated({ words: withoutDashes(words).slice(0, 2), scope, where: REPEATED }),
  watch: classifyWatch,
  ...Object.fromEntries(["sh", "bash", "dash", "ash"].map((name) => [name, classifyShell])),
};

export interface WrappedCommand {
  readonly wrapper: Wrapper;
  /** The first is the wrapper's own name. */
  readonly words: readonly ShellWord[];
  readonly scope: Scope;
}

export function classifyWrapped({ wrapper, words, scope }: WrappedCommand): readonly Effect[] {
  const { rest, isUnderstood } = skipOptions(wrapper, words.slice(1));
  // The last of several holds.
  if (!isUnderstood || countReplacing(wrapper, words) > 1)
    return [hiddenBecause(words, "an option that is not understood")];
  const from = wrapper.takesAssignments ? rest.findIndex(isNoAssignment) : 0;
  const assigned = from === -1 ? rest : rest.slice(0, from);
  const inner = from === -1 ? [] : rest.slice(from + (wrapper.skips ?? 0));
  const own = words.slice(1, words.length - inner.length);
  const trouble = troubleOfOwn(wrapper, own) ?? troubleOfRun(wrapper, { inner, scope });
  const hidden = trouble === undefined ? [] : [hiddenBecause(words, trouble)];
  const before = [...hidden, ...assigned.flatMap(({ text }) => classifyAssignedWord(text))];
  if (inner.length === 0 && scope.isInside) return refusedInside({ name: "env", words, scope });
  if (inner.length === 0)
    return [...before, effectOf({ kind: wrapper.alone ?? "unknown", words, scope })];
  const added = wrapper.addsArguments ? [DYNAMIC_WORDS] : [];
  const placeholder = placeholderOf(wrapper, own);
  const filled = inner.map((word) =>
    placeholder !== undefined && word.text.includes(placeholder) ? DYNAMIC_WORD : word,
  );
  const effects = scope.classifyWords([...filled, ...added], wrapper.where);
  if (wrapper.isInherited !== true || isLook(effects)) return [...before, ...effects];
  return [
    ...before,
    ...effects,
    hiddenBecause(words, "what is started keeps it as long as it lives"),
  ];
}

/** Of the command itself. */
function troubleOfRun(
  { isOfShell, hasOwn }: Wrapper,
  { inner: [first], scope }: { readonly inner: readonly ShellWord[]; readonly scope: Scope },
): string | undefined {
  if (hasOwn && first && isAskedOutside(first.text, scope)) return OWN_OF_SANDBOX;
  if (isOfShell || first === undefined || !OF_SHELL.includes(first.text)) return undefined;
  return "what is the shell's own does nothing to it from here";
}

/** Of the words before the command. */
function troubleOfOwn(
  { hides, skips = 0, skipped }: Wrapper,
  own: readonly ShellWord[],
): string | undefined {
  if (own.some(({ mayDivide }) => mayDivide)) return "a value that may be several words";
  if (hides?.test(own.map(({ text }) => text).join(" "))) {
    return "as somebody else, elsewhere, or without what tells programs where they are";
  }
  const others = skipped ? own.slice(own.length - skips) : [];
  return others.every(({ text, isExact }) => !isExact || skipped?.test(text))
    ? undefined
    : "no time to be given";
}

function hiddenBecause(words: readonly ShellWord[], because: string): Effect {
  return effectBecause({ kind: "hidden", words, because });
}

function countReplacing({ replacesWith }: Wrapper, words: readonly ShellWord[]): number {
  if (replacesWith === undefined) return 0;
  return words.filter(({ text }) => text.startsWith(replacesWith)).length;
}

/** `{}` of `-I {}` and `-I{}`. */
function placeholderOf({ replacesWith }: Wrapper, words: readonly ShellWord[]): string | undefined {
  if (replacesWith === undefined) return undefined;
  const at = words.findIndex(({ text }) => text.startsWith(replacesWith));
  const joined = words[at]?.text.slice(replacesWith.length);
  return joined === "" ? words[at + 1]?.text : joined;
}

function isNoAssignment({ text }: ShellWord): boolean {
  return !/^[A-Za-z_]\w*=/.test(text);
}

function skipOptions(wrapper: Wrapper, words: readonly ShellWord[]) {
  const { valued = [], plain = [] } = wrapper;
  let index = 0;
  for (; index < words.length; index += 1) {
    const text = words[index]?.text ?? "";
    if (text === "--") return { rest: words.slice(index + 1), isUnderstood: true };
    if (!text.startsWith("-")) break;
    if (valued.includes(text)) index += 1;
    else if (!plain.includes(text) && !isJoinedOption(text, valued)) {
      return { rest: [], isUnderstood: false };
    }
  }
  return { rest: words.slice(index), isUnderstood: true };
}

/** `-n5`, `--signal=TERM`. */
export function isJoinedOption(text: string, valued: readonly string[]): boolean {
  return valued.some((option) =>
    option.startsWith("--") ? text.startsWith(`${option}=`) : text.startsWith(option),
  );
}

/** Everything after its options is one command line. */
function classifyWatch(words: readonly ShellWord[], scope: Scope): readonly Effect[] {
  const wrapper = { plain: ["-d", "-t", "-b", "-e", "-g", "-c"], valued: ["-n", "--interval"] };
  const { rest, isUnderstood } = skipOptions(wrapper, words.slice(1));
  const [name] = words;
  const own = words.slice(1, words.length - rest.length);
  // In a container it would go on when whoever asked is gone.
  const isClear = isUnderstood && !scope.isInside && !own.some(({ mayDivide }) => mayDivide);
  if (name && isClear) return classifyEvaluated({ words: [name, ...rest], scope, where: BY_WATCH });
  return [hiddenBecause(words, "an option that is not understood")];
}

function withoutDashes(words: readonly ShellWord[]): readonly ShellWord[] {
  return words.filter(({ text }, index) => index !== 1 || text !== "--");
}

interface Evaluated {
  readonly words: readonly ShellWord[];
  readonly scope: Scope;
  readonly where?: Whereabouts;
}

/** `eval "$code"`: what would run stands nowhere. */
function classifyEvaluated({ words, scope, where }: Evaluated): readonly Effect[] {
  const code = withoutDashes(words).slice(1);
  if (code.length === 0) return [effectOf({ kind: "read", words, scope })];
  if (code.some(({ isExact }) => !isExact)) {
    return [hiddenBecause(words, "its code is known only when it runs")];
  }
  return scope.classifyCode(code.map(({ text }) => text).join(" "), where);
}

/** `sh -c code`; a script file or code from a pipe cannot be read here. */
function classifyShell(words: readonly ShellWord[], scope: Scope): readonly Effect[] {
  const at = words.findIndex(({ text }) => /^-[eux]*c$/.test(text));
  const onlyFlags = words.slice(1, at).every(({ text }) => /^-[eux]+$/.test(text));
  const code = words[at + 1];
  if (at < 1 || !onlyFlags || !code?.isExact) {
    return [hiddenBecause(words, "its code is not written in the command")];
  }
  return scope.classifyCode(code.text, { isOtherShell: true });
}
