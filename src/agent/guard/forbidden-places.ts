// Files that nobody needs to read who repairs: homes and keys, devices, and what processes have
// open or in memory. A sandbox has none of them; by their names they are refused in any case.
import { posix } from "node:path";
import { isAlwaysBlind } from "./companions.ts";
import { isOfOperator, mayReach } from "./paths.ts";
import type { Scope, ShellWord } from "./scope.ts";

/** They show names, sizes and times. */
const LISTING: ReadonlySet<string> = new Set([
  ...["basename", "df", "dirname", "du", "findmnt", "ls", "lsblk", "mount", "namei", "readlink"],
  ...["realpath", "stat", "test", "[", "tree"],
]);

/** Their first operand is a pattern or a program. */
const PROGRAM_FIRST = /^(?:[efgmn]?awk|[efz]?grep|sed|jq)$/;
const PROGRAM_BY_OPTION = /^(?:-\w*[ef]|--(?:file|regexp|expression|from-file)(?:=.*)?)$/;

const HARMLESS_DEVICE = /^\/dev\/(?:null|zero|full|u?random|std(?:in|out|err)|fd\/\d+)$/;

/** Of a process: what it is and uses, and nothing that it has. */
const PROCESS_FILE = new RegExp(
  "^(?:cgroup|cmdline|comm|cpuset|fdinfo/\\d+|io|limits|loginuid|maps|mountinfo|mounts|mountstats" +
    "|net(?:/\\w+)?|numa_maps|oom_\\w+|personality|sched|schedstat|sessionid|smaps(?:_rollup)?" +
    "|stack|stat|statm|status|syscall|timers|wchan)$",
);
const PROCESS =
  /^\/proc\/(?:\d+|self|thread-self|[^/]*[$*?[{`][^/]*)(?:\/task\/[^/]+)?(?:\/(.*))?$/;
const KERNEL_MEMORY = /^\/proc(?:$|\/(?:kcore|kmsg|kallsyms|keys|key-users|sysrq-trigger)$)/;

const HOMES = /^(?:~[^/]*|\/root|\/home(?:\/[^/]*)?)(?:\/|$)/;
const SECRETS = new RegExp(
  "/\\.(?:aws|azure|docker|gnupg|kube|ssh)(?:/|$)" +
    "|/\\.(?:env|git-credentials|my\\.cnf|netrc|npmrc|pgpass|pypirc|vault-token|\\w+_history)$" +
    "|/id_(?:dsa|ecdsa|ed25519|rsa)$|\\.(?:jks|kdbx|key|p12|pem|pfx)$|/variables\\.env$" +
    "|^/etc/(?:g?shadow-?|sudoers|ssh|ssl/private|kubernetes|docker)(?:\\.d|/|$)" +
    "|^(?:/var)?/run/secrets(?:/|$)|/(?:credentials|secrets?|tokens?)(?:\\.\\w+)?$",
);

export interface Reader {
  readonly name: string;
  readonly words: readonly ShellWord[];
  readonly scope: Scope;
}

/** Why one of its words is not read; undefined when all may be. */
export function troubleOfReading(reader: Reader): string | undefined {
  const { name, scope } = reader;
  if (isAlwaysBlind(name)) return undefined;
  const files = filesOf(reader);
  if (name === "jq" && reader.words.some(({ text }) => READS_MODULES.test(text))) {
    return "what jq imports";
  }
  if (scope.knowledge.isUnheld && !scope.isInside && files.some((word) => isOpen(word, scope))) {
    return "without a sandbox: write out which files it reads, each with its full path";
  }
  return files.map((word) => troubleOfPlace(word, scope)).find((one) => one !== undefined);
}

const READS_MODULES = /\b(?:import|include|modulemeta)\b|^-\w*L/;

function filesOf({ name, words }: Reader): readonly ShellWord[] {
  const args = words.slice(1);
  const isNaming = name === "find" && !args.some(({ text }) => /^-exec(?:dir)?$/.test(text));
  if (isNaming || LISTING.has(name)) return args.filter((word) => mayNameList(name, word));
  if (!PROGRAM_FIRST.test(name)) return args;
  const files = withoutProgram(args);
  const walks = args.some(({ text }) => /^-\w*[rR]|^--(?:dereference-)?recursive$/.test(text));
  const isHere = walks && files.every(({ text }) => text.startsWith("-"));
  return isHere ? [...files, { text: ".", isExact: true }] : files;
}

function mayNameList(name: string, { text }: ShellWord): boolean {
  return /^--files0/.test(text) || (name === "du" && text.includes("…"));
}

/** A name that is known only when it runs, or a folder that has all of those within. */
function isOpen({ text, isExact }: ShellWord, { knowledge, isElsewhere }: Scope): boolean {
  if (isElsewhere && /^\.{1,2}(?:\/|$)/.test(text)) return true;
  if (isExact) return /^\/(?:etc|run|var(?:\/run)?)?$/.test(posix.resolve(knowledge.cwd, text));
  const [, file = ""] = /^\/proc\/\$\w+\/(.*)$/.exec(text) ?? [];
  return /[$`…]/.test(text) && !PROCESS_FILE.test(file);
}

export function troubleOfPlace(word: ShellWord, scope: Scope): string | undefined {
  const written = placeIn(word.text);
  if (written === undefined || isOfOperator(word, scope)) return undefined;
  const { cwd } = scope.knowledge;
  // Behind a `cd` it may start anywhere.
  const starts = scope.isElsewhere ? [cwd, "/", "/etc"] : [cwd];
  const paths = starts.map((start) =>
    written.startsWith("~") ? written : posix.resolve(start, written),
  );
  return paths.map((path) => troubleOfPath(path, word, scope)).find((one) => one !== undefined);
}

function troubleOfPath(path: string, { text, isExact }: ShellWord, { knowledge }: Scope) {
  const { cwd, variables } = knowledge;
  const isInHome = variables.HOME !== undefined && `${path}/`.startsWith(`${variables.HOME}/`);
  const isHome = (HOMES.test(path) || isInHome) && !path.startsWith(`${cwd}/`);
  const isSecret =
    SECRETS.test(path) || (!isExact && SECRET_FILES.some((one) => mayReach(path, one)));
  if (isHome || isSecret) return "somebody's home, or what is secret";
  if (/^\/dev(?:\/|$)/.test(path) && !HARMLESS_DEVICE.test(path)) return "a device";
  if (KERNEL_MEMORY.test(path)) return "the kernel's memory";
  const isFolder = /^\/[^/]*[$*?[{`][^/]*(\/)?/.exec(path);
  if (isFolder && (isFolder[1] !== undefined || text.includes("/"))) {
    return "which folder that is, is not written out";
  }
  const [isProcess, file = ""] = PROCESS.exec(path) ?? [];
  if (isProcess !== undefined && !PROCESS_FILE.test(file)) return "what another process has";
  return undefined;
}

const SECRET_FILES: readonly string[] = ["/etc/shadow", "/etc/gshadow", "/etc/sudoers"];

/** Of `name=path`, `--name=path` and `-fpath` the path; undefined for what is none. */
function placeIn(text: string): string | undefined {
  if (/^\w+:\/\//.test(text)) return undefined;
  if (!text.startsWith("-")) return text.replace(/^(?:[\w-]*=|@)/, "");
  const at = text.search(/[/~]/);
  return at === -1 ? undefined : text.slice(at);
}

/** A value before it is taken for it: then that is read as a file, which only makes it stricter. */
function withoutProgram(args: readonly ShellWord[]): readonly ShellWord[] {
  if (args.some(({ text }) => PROGRAM_BY_OPTION.test(text))) {
    return args.filter((_, index) => !/^-\w*e$/.test(args[index - 1]?.text ?? ""));
  }
  const first = args.findIndex(({ text }) => !text.startsWith("-"));
  // What another program adds may be several words, and files among them.
  return args.filter(({ text }, index) => index !== first || text.includes("…"));
}
