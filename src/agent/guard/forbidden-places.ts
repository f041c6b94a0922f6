// Files that nobody needs to read who repairs: homes and keys, devices, and what processes have
// open or in memory. A sandbox has none of them; by their names they are refused in any case.
import { posix } from "node:path";
import { isAlwaysBlind } from "./companions.ts";
import { isOfOperator } from "./paths.ts";
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

const HOMES = /^(?:~[^/]*|\/root|\/home\/[^/]*)(?:\/|$)/;
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
export function troubleOfReading({ name, words, scope }: Reader): string | undefined {
  if (LISTING.has(name) || isAlwaysBlind(name)) return undefined;
  if (name === "find" && !words.some(({ text }) => /^-exec(?:dir)?$/.test(text))) return undefined;
  const files = PROGRAM_FIRST.test(name) ? withoutProgram(words.slice(1)) : words.slice(1);
  if (scope.knowledge.isUnheld && !scope.isInside && files.some(mayBeAnything)) {
    return "without a sandbox: write out which files it reads";
  }
  return files.map((word) => troubleOfPlace(word, scope)).find((one) => one !== undefined);
}

/** A name that is known only when it runs, or a folder that has all of those within. */
function mayBeAnything({ text, isExact }: ShellWord): boolean {
  if (isExact) return /^\/(?:|etc|run|var(?:\/run)?)\/?$/.test(text);
  const [, file = ""] = /^\/proc\/\$\w+\/(.*)$/.exec(text) ?? [];
  return /[$`…]/.test(text) && !PROCESS_FILE.test(file);
}

export function troubleOfPlace(word: ShellWord, scope: Scope): string | undefined {
  const written = placeIn(word.text);
  if (written === undefined || isOfOperator(word, scope)) return undefined;
  const { cwd, variables } = scope.knowledge;
  const home = variables.HOME;
  // Behind a `cd` it may start anywhere.
  const starts = scope.isElsewhere ? [cwd, "/"] : [cwd];
  const paths = starts.map((start) =>
    written.startsWith("~") ? written : posix.resolve(start, written),
  );
  for (const path of paths) {
    const isHome = HOMES.test(path) || (home !== undefined && `${path}/`.startsWith(`${home}/`));
    if (isHome || SECRETS.test(path)) return "somebody's home, or what is secret";
    if (/^\/dev(?:\/|$)/.test(path) && !HARMLESS_DEVICE.test(path)) return "a device";
    if (KERNEL_MEMORY.test(path)) return "the kernel's memory";
    if (/^\/[^/]*[$*?[{`][^/]*\//.test(path)) return "which folder that is, is not written out";
    const [isProcess, file = ""] = PROCESS.exec(path) ?? [];
    if (isProcess !== undefined && !PROCESS_FILE.test(file)) return "what another process has";
  }
  return undefined;
}

/** Of `name=path`, `--name=path` and `-fpath` the path; undefined for what is none. */
function placeIn(text: string): string | undefined {
  if (/^\w+:\/\//.test(text)) return undefined;
  if (!text.startsWith("-")) return text.replace(/^[\w-]*=/, "");
  const at = text.search(/[/~]/);
  return at === -1 ? undefined : text.slice(at);
}

/** A value before it is taken for it: then that is read as a file, which only makes it stricter. */
function withoutProgram(args: readonly ShellWord[]): readonly ShellWord[] {
  if (args.some(({ text }) => PROGRAM_BY_OPTION.test(text))) {
    return args.filter((_, index) => !/^-\w*e$/.test(args[index - 1]?.text ?? ""));
  }
  const first = args.findIndex(({ text }) => !text.startsWith("-"));
  return args.filter((_, index) => index !== first);
}
