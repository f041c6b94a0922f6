// Files that nobody needs to read who repairs: homes and keys, devices, and what processes have
// open or in memory. A sandbox has none of them; by their names they are refused in any case.
import { posix } from "node:path";
import { SECRET_DIRS, SECRET_FILES } from "../../domain/secret-places.ts";
import { isAlwaysBlind } from "./companions.ts";
import { isOfOperator, isSecret, mayReach } from "./paths.ts";
import type { Scope, ShellWord } from "./scope.ts";

/** They show names, sizes and times. */
const LISTING: ReadonlySet<string> = new Set([
  ...["basename", "df", "dirname", "du", "findmnt", "ls", "lsblk", "mount", "namei", "readlink"],
  ...["realpath", "stat", "test", "[", "tree"],
]);

/** Their first operand is a pattern or a program. */
export const PROGRAM_FIRST = /^(?:[efgmn]?awk|[efz]?grep|sed|jq)$/;
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
    "|/\\.env(?:\\.\\w+)?$|/auth\\.(?:json|conf)$" +
    "|[-._](?:credentials|htpasswd|secrets|smbpasswd)$" +
    "|/(?:k3s\\.yaml|passwd\\.client|smbpasswd|userlist\\.txt|users\\.acl)$|\\.ovpn$" +
    "|/\\.(?:git-credentials|my\\.cnf|netrc|npmrc|pgpass|pypirc|vault-token|\\w+_history)$" +
    "|/g?shadow(?:[-.][^/]*)?$|/core(?:\\.[^/]*)?$" +
    "|(?:^|[/._-])(?:pass(?:words?|phrases?)|api[-_]?keys?)(?=[._-]|$)" +
    "|(?:^|[/._-])(?:kubeconfig|tfstate|keyring|psk)(?=[._-]|$)" +
    "|/id_(?:dsa|ecdsa|ed25519|rsa)(?=[._-]|$)|\\.(?:jks|kdbx|key|p12|pem|pfx)$|/variables\\.env$" +
    "|^/proc/sys/.*_(?:key|secret)$" +
    "|^(?:/var)?/run/secrets(?:/|$)|/(?:credentials|secrets?|tokens?)(?:\\.\\w+)?$",
  "i",
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
  if (scope.knowledge.isUnheld && !scope.isInside) {
    const others = files.filter((word) => !word.text.startsWith("-") && !isTold(word, scope));
    const isWalk = walks(reader) && others.length > 0;
    if (isWalk || files.some((word) => isOpen(word, scope)) || others.some(isPattern))
      return "without a sandbox: write out which files it reads, with full paths";
  }
  return files.map((word) => troubleOfPlace(word, scope)).find((one) => one !== undefined);
}

const READS_MODULES = /\b(?:import|include|modulemeta)\b|^-\w*L/;

function filesOf(reader: Reader): readonly ShellWord[] {
  const { name, words } = reader;
  const args = words.slice(1);
  const isNaming = name === "find" && !args.some(({ text }) => /^-exec(?:dir)?$/.test(text));
  if (isNaming || LISTING.has(name)) return args.filter((word) => mayNameList(name, word));
  if (!PROGRAM_FIRST.test(name)) return args;
  const files = withoutProgram(args);
  const isHere = walks(reader) && files.every(({ text }) => text.startsWith("-"));
  return isHere ? [...files, { text: ".", isExact: true }] : files;
}

/** What it reads stands in no word of it. */
function walks({ name, words }: Reader): boolean {
  const sign = name === "diff" ? /^-\w*r|^--rec/ : /^-\w*[rR]|^--(?:dereference-)?rec/;
  return /grep$|^diff$/.test(name) && words.slice(1).some(({ text }) => sign.test(text));
}

/** Logs, and what the kernel tells of devices. */
const TOLD_EVERYWHERE = /^\/(?:var\/log|sys)(?:\/|$)/;

function isTold(word: ShellWord, scope: Scope): boolean {
  const path = posix.resolve(scope.knowledge.cwd, word.text);
  return TOLD_EVERYWHERE.test(path) || (isOfOperator(word, scope) && !isSecret(word, scope));
}

function mayNameList(name: string, { text }: ShellWord): boolean {
  return /^--files0/.test(text) || (name === "du" && text.includes("…"));
}

function isPattern({ text, isExact }: ShellWord): boolean {
  return !isExact && /[*?[]/.test(text) && !PROCESS.test(text);
}

/** A name that is known only when it runs, or a folder that has all of those within. */
function isOpen({ text, isExact }: ShellWord, { knowledge, isElsewhere }: Scope): boolean {
  if (isElsewhere && /^\.{1,2}(?:\/|$)/.test(text)) return true;
  if (isExact) {
    const path = posix.resolve(knowledge.cwd, text);
    return /^\/(?:run|var\/run)?$/.test(path) || SECRET_PLACES.some((one) => isWithin(one, path));
  }
  const [, file = ""] = /^\/proc\/\$\w+\/(.*)$/.exec(text) ?? [];
  return /[$`…]/.test(text) && !PROCESS_FILE.test(file);
}

/** The machine's first process is in the machine's network. */
const OWN_NETWORK = /^\/proc\/(?:(?:(?:thread-)?self\/)?net|sys\/net)(?:\/|$)/;
const ASKED_OF_NOBODY =
  "a sandbox has a network of its own: ask ss, ip -s link or sysctl, or read /proc/1/net";

export function troubleOfPlace(word: ShellWord, scope: Scope): string | undefined {
  const written = placeIn(word.text);
  if (written === undefined || isOfOperator(word, scope)) return undefined;
  const { cwd } = scope.knowledge;
  const isHeld = scope.knowledge.isUnheld !== true && !scope.isInside;
  if (!isHeld && goesBack(written)) return "a way back; write the path out";
  // Behind a `cd` it may start anywhere.
  const starts = scope.isElsewhere ? [cwd, "/", "/etc"] : [cwd];
  const paths = starts.map((start) =>
    written.startsWith("~") ? written : posix.resolve(start, written),
  );
  if (isHeld && paths.some((path) => OWN_NETWORK.test(path))) return ASKED_OF_NOBODY;
  return paths.map((path) => troubleOfPath(path, word, scope)).find((one) => one !== undefined);
}

/** A name may be a link, and what is above it another place: /var/run/.. is the root. */
function goesBack(written: string): boolean {
  const parts = written.split("/").filter((part) => part !== "" && part !== ".");
  return parts.some((part, index) => part === ".." && index > 0 && parts[index - 1] !== "..");
}

function troubleOfPath(path: string, { text, isExact }: ShellWord, { knowledge }: Scope) {
  const { cwd, variables } = knowledge;
  const isInHome = variables.HOME !== undefined && `${path}/`.startsWith(`${variables.HOME}/`);
  const isHome = (HOMES.test(path) || isInHome) && !path.startsWith(`${cwd}/`);
  const isSecret =
    SECRETS.test(path) ||
    SECRET_PLACES.some((one) => isWithin(path, one) || (!isExact && mayReach(path, one)));
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

const SECRET_PLACES: readonly string[] = [...SECRET_DIRS, ...SECRET_FILES];

function isWithin(path: string, place: string): boolean {
  return path === place || path.startsWith(`${place}/`);
}

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
  // What another program adds may be several words, and files among them; a pattern of paths, too.
  return args.filter((word, index) => index !== first || mayBeFiles(word));
}

function mayBeFiles({ text, isExact }: ShellWord): boolean {
  return text.includes("…") || (!isExact && /\/.*[*?[]|[*?[].*\//.test(text));
}
