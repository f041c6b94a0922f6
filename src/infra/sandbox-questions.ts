// What a command in the sandbox asks of the machine: programs that run outside, as their words are,
// when the guard finds that these only ask, and none of them names what a sandbox hides.
import { existsSync, realpathSync } from "node:fs";
import { resolve } from "node:path";
import { ASKED_OUTSIDE, SHOWING_PROCESSES } from "../domain/asked-programs.ts";
import type { SubjectPlace } from "../domain/shell.ts";
import { startChild } from "./child.ts";
import { plainWords } from "./plain-words.ts";
import type { AskedProgram } from "./sandbox-door.ts";
import { isHidden, viewingWords } from "./sandbox-words.ts";
import { SHELL_BOUNDS } from "./shell-bounds.ts";
import { openLimits } from "./shell-limits.ts";

export interface AskedWorld {
  readonly bwrap: string;
  readonly self: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What `operator` has besides. */
  readonly ownEnv?: AskedWorld["env"];
  readonly cwd: string;
  /** What commands see nothing of, besides what nobody should. */
  readonly hidden: readonly string[];
  /** What they see nevertheless. */
  shown(place: SubjectPlace): readonly string[];
  /** Whether it only asks. */
  mayAsk(words: readonly string[], place: SubjectPlace): boolean;
}

export interface AskedHere {
  readonly world: AskedWorld;
  readonly programs: readonly string[];
  readonly place: SubjectPlace;
}

/** They are there in any case. */
const OURS: readonly string[] = ["operator", "kill"];
/** sh's own: only whether a process is there, of which the sandbox knows none. */
const KILL: readonly string[] = ["/bin/sh", "-c", 'kill "$@"', "kill"];
const ASKS_KILL = /^kill (?:-0|-[sn] 0|-l)(?: \d+)*$/;
/** Without a member to ask, or on its own files, it opens a store's data, and to write. */
const OPENS_DATA = /^--(?:data-dir|db|raftdb|config)\b/;
const ASKS_MEMBER = /^--(?:host|pd)\b/;
/** sh's, for what may not be run. */
const NOT_ALLOWED = 126;

/** Those that are here. */
export function programsOf({ env }: Pick<AskedWorld, "env">): readonly string[] {
  const isThere = (name: string) => Bun.which(name, { PATH: env.PATH ?? "" }) !== null;
  return [...ASKED_OUTSIDE].filter((name) => OURS.includes(name) || isThere(name));
}

/** One that the door would run outside as it stands. */
export function isQuestion(command: string, here: AskedHere): boolean {
  const words = plainWords(command);
  if (!words) return false;
  const [program = ""] = words;
  const isAnswered = here.programs.includes(program) && !SHOWING_PROCESSES.includes(program);
  return isAnswered && mayBeAsked(words, here) && here.world.mayAsk(words, here.place);
}

/** Never rejects; an exit code. */
export async function answer(asked: AskedProgram, here: AskedHere): Promise<number> {
  const { words, signal, onLines } = asked;
  const { world, programs, place } = here;
  const [program = "", ...rest] = words;
  const command = programs.includes(program) ? commandOf(program, world) : [];
  if (command.length === 0 || !mayBeAsked(words, here) || !world.mayAsk(words, place)) {
    await onLines(`${program}: a command that looks asks this of nobody`, "stderr");
    return NOT_ALLOWED;
  }
  const heard = { stdout: [] as string[], stderr: [] as string[] };
  const handOn = async () => {
    for (const stream of ["stdout", "stderr"] as const) {
      const lines = heard[stream].splice(0);
      if (lines.length > 0) await onLines(lines.join("\n"), stream);
    }
  };
  // As what runs in the sandbox, and a question that stands alone in its line.
  using limits = openLimits(SHELL_BOUNDS);
  const child = startChild({
    command: [...command, ...rest],
    env: program === "operator" ? { ...world.env, ...world.ownEnv } : world.env,
    cwd: world.cwd,
    limits: limits.script,
    signal,
    onLine: (line, stream) => heard[stream].push(line),
    onBytes: handOn,
  });
  const { exitCode } = await child.exited;
  await handOn();
  return exitCode ?? NOT_ALLOWED;
}

/** Whatever the guard says of it. */
function mayBeAsked(words: readonly string[], here: AskedHere): boolean {
  const isOnData =
    words[0] === "tikv-ctl" &&
    (words.some((word) => OPENS_DATA.test(word)) || !words.some((word) => ASKS_MEMBER.test(word)));
  const isSignal = words[0] === "kill" && !ASKS_KILL.test(words.join(" "));
  return !(isOnData || isSignal || namesHidden(words, here));
}

/** Outside these programs could read it. A name without a slash is in the temporary directory. */
function namesHidden([program = "", ...words]: readonly string[], here: AskedHere): boolean {
  if (SHOWING_PROCESSES.includes(program) || isWithin(program, words)) return false;
  const { world, place } = here;
  const view = { hidden: world.hidden, shown: world.shown(place) };
  return words
    .flatMap((word) => [word.replace(/^-\w(?=[/.])/, ""), ...word.split(/[=:,@]/)])
    .filter((path) => path.includes("/") && existsSync(resolve(world.cwd, path)))
    .map((path) => realpathSync(resolve(world.cwd, path)))
    .some((path) => path.startsWith("/proc/") || isHidden(path, view));
}

/** In a container paths are its own, and none stands before them. The guard judges them. */
function isWithin(program: string, [first, second]: readonly string[]): boolean {
  const isVerb = first === "exec" || (first === "container" && second === "exec");
  return program === "docker" && isVerb;
}

/** Empty where it has gone since. */
function commandOf(program: string, { bwrap, self, env }: AskedWorld): readonly string[] {
  if (program === "operator") return self;
  if (program === "kill") return KILL;
  const path = Bun.which(program, { PATH: env.PATH ?? "" });
  if (path === null) return [];
  return SHOWING_PROCESSES.includes(program) ? [...viewingWords(bwrap), path] : [path];
}
