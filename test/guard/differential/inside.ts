// Within a jail: runs one line after another in its sh, waits until nothing of it is left, and says
// what was called and which files are not as they were. One JSON text per line, in and out.
import {
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, resolve } from "node:path";

export interface Call {
  /** The first is the program's name. */
  readonly words: readonly string[];
  /** Operands that name files here, where the folder is not the one in which the line began. */
  readonly folder: string;
  /** Exported variables that the line did not begin with, and their values. */
  readonly variables: readonly (readonly [string, string])[];
}

export interface Run {
  readonly calls: readonly Call[];
  /** Absolute paths of what is new, changed or gone. */
  readonly files: readonly string[];
  /** It was ended before it had come to an end. */
  readonly isCutShort: boolean;
}

export interface Task {
  readonly line: string;
  /** Before the line: what keeps the shell in bounds. */
  readonly preamble: string;
  readonly files: Readonly<Record<string, string>>;
  readonly env: Readonly<Record<string, string>>;
}

const RECORD = "/record";
const RUN_MS_MAX = 2_000;
/** For what a line leaves in the background. */
const REST_MS_MAX = 500;
const REST_LOOK_MS = 1;
/** The kernel's, the machine's, and ours. */
const OUTSIDE = new Set(["bin", "dev", "inside", "lib", "lib64", "proc", "real", "record"]);
for (const name of ["sbin", "shells", "usr"]) OUTSIDE.add(name);

/** The shell's own variables, which each sets by itself. */
const OWN = ["PWD", "OLDPWD", "SHLVL", "_"];

let baseline: ReadonlyMap<string, string> | undefined;

if (import.meta.main) {
  for await (const text of console) {
    // At the end of all tasks it is empty.
    if (text !== "") console.log(JSON.stringify(runTask(JSON.parse(text))));
  }
}

function runTask({ line, preamble, files, env }: Task): Run {
  baseline ??= resetFiles(files);
  const { exitedDueToTimeout } = Bun.spawnSync(["/shells/sh", "-c", `${preamble}\n${line}`], {
    ...{ cwd: "/tmp", env, timeout: RUN_MS_MAX, killSignal: "SIGKILL" },
    stdio: ["ignore", "ignore", "ignore"],
  });
  const isLeft = !awaitRest();
  const changed = changesBetween(baseline, readFiles());
  if (changed.length > 0) baseline = resetFiles(files);
  return {
    calls: takeCalls(env),
    files: changed,
    isCutShort: exitedDueToTimeout === true || isLeft,
  };
}

/** True when all of them ended by themselves. */
function awaitRest(): boolean {
  const until = performance.now() + REST_MS_MAX;
  const isAnyLeft = () =>
    readdirSync("/proc").some((name) => /^\d+$/.test(name) && !isOurs(Number(name)));
  while (isAnyLeft()) {
    if (performance.now() > until) {
      // All but ourselves, and the first of these processes.
      process.kill(-1, "SIGKILL");
      while (isAnyLeft()) Bun.sleepSync(REST_LOOK_MS);
      return false;
    }
    Bun.sleepSync(REST_LOOK_MS);
  }
  return true;
}

function isOurs(pid: number): boolean {
  return pid === 1 || pid === process.pid;
}

function takeCalls(env: Readonly<Record<string, string>>): readonly Call[] {
  return readdirSync(RECORD).flatMap((name) => {
    const path = join(RECORD, name);
    const text = readFileSync(path, "utf8");
    rmSync(path);
    return readCalls(text, env);
  });
}

function readCalls(text: string, env: Readonly<Record<string, string>>): readonly Call[] {
  const calls: Call[] = [];
  const parts = text.split("\0");
  for (let at = 0; at + 3 < parts.length; ) {
    const [exported = "", count = "0", folder = "", name = ""] = parts.slice(at, at + 4);
    const args = parts.slice(at + 4, at + 4 + Number(count));
    at += 4 + Number(count);
    const words = [name.slice(name.lastIndexOf("/") + 1), ...args];
    calls.push({ words: fullyNamed(words, folder), folder, variables: newIn(exported, env) });
  }
  return calls;
}

function fullyNamed(words: readonly string[], folder: string): readonly string[] {
  if (folder === "/tmp") return words;
  return words.map((word, index) => {
    const isFile = index > 0 && word !== "" && !word.startsWith("-") && exists(folder, word);
    return isFile ? resolve(folder, word) : word;
  });
}

function exists(folder: string, name: string): boolean {
  return lstatSync(resolve(folder, name), { throwIfNoEntry: false }) !== undefined;
}

/** As dash writes them: `export NAME='it'"'"'s'`. */
function newIn(exported: string, env: Readonly<Record<string, string>>): Call["variables"] {
  return exported.split(/^export /m).flatMap((text) => {
    const [, name = "", written = ""] = /^(\w+)=(.*)\n$/s.exec(text) ?? [];
    const value = written.replace(/'([^']*)'|"([^"]*)"/g, "$1$2");
    const isNew = name !== "" && !OWN.includes(name) && env[name] !== value;
    return isNew ? [[name, value] as const] : [];
  });
}

function resetFiles(files: Readonly<Record<string, string>>): ReadonlyMap<string, string> {
  for (const name of readdirSync("/")) {
    if (OUTSIDE.has(name)) continue;
    // What is mounted stays, without what is in it.
    const inner = lstatSync(`/${name}`).isDirectory() ? readdirSync(`/${name}`) : [];
    for (const one of inner) rmSync(join("/", name, one), { recursive: true, force: true });
    if (!["tmp"].includes(name)) rmSync(`/${name}`, { recursive: true, force: true });
  }
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  return readFiles();
}

/** By path what tells a file from what it was before. */
function readFiles(): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const visit = (path: string): void => {
    const { mode, size, ino, mtimeMs, ctimeMs } = lstatSync(path);
    const kind = mode & 0o170_000;
    if (kind === 0o040_000) {
      found.set(path, `folder ${mode}`);
      for (const name of readdirSync(path)) visit(join(path, name));
    } else {
      const link = kind === 0o120_000 ? readlinkSync(path) : "";
      found.set(path, [mode, size, ino, mtimeMs, ctimeMs, link].join(" "));
    }
  };
  for (const name of readdirSync("/")) if (!OUTSIDE.has(name)) visit(`/${name}`);
  return found;
}

function changesBetween(
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): readonly string[] {
  const gone = [...before.keys()].filter((path) => !after.has(path));
  const others = [...after].filter(([path, facts]) => before.get(path) !== facts);
  return [...gone, ...others.map(([path]) => path)];
}
