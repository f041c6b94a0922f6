// The sandbox of commands that only look: bwrap around them, a relay within, and a door for what is
// the subject's. Questions to the machine itself go through the door, too, when they only look.
import type { SubjectPlace } from "../domain/shell.ts";
import { startChild } from "./child.ts";
import type { Enclosure, Sandbox } from "./exec.ts";
import { type AskedProgram, openDoor } from "./sandbox-door.ts";
import {
  DOOR_INSIDE,
  makeDoorFolder,
  PROGRAMS_INSIDE,
  sweepDoorFolders,
} from "./sandbox-folder.ts";
import { canBeApart, networkInside, withoutRefusing } from "./sandbox-network.ts";
import { type Address, DOOR_ENV, nameOf, type RelayPlan } from "./sandbox-protocol.ts";
import { syscallFilter } from "./sandbox-syscalls.ts";
import { type BwrapAge, sandboxWords, viewingWords } from "./sandbox-words.ts";
import { placesOfSelf } from "./self.ts";
import { SHELL_BOUNDS } from "./shell-bounds.ts";

export interface SandboxWorld {
  readonly bwrap: string;
  readonly self: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** What commands see nothing of, besides what nobody should. */
  readonly hidden: readonly string[];
  /** What they see nevertheless. */
  shown(place: SubjectPlace): readonly string[];
  addresses(place: SubjectPlace): readonly Address[];
  /** Whether it only asks. */
  mayAsk(words: readonly string[], place: SubjectPlace): boolean;
}

export type ProbedSandbox =
  | { readonly state: "works"; readonly sandbox: Sandbox }
  /** In words, of bwrap or ours. */
  | { readonly state: "unusable"; readonly reason: string };

/**
 * They answer for the machine: its processes, its engine, its network as it is; or they speak gRPC,
 * which the door does not read.
 */
const SHOWING_PROCESSES: readonly string[] = ["ps", "pgrep", "pidof", "pstree", "top"];
const ANSWERED_OUTSIDE: readonly string[] = [
  ...["docker", "docker-compose", "systemctl", "journalctl", "dmesg", "lsof"],
  ...["pd-ctl", "tikv-ctl"],
  ...["ss", "netstat", "ip", "tc", "iptables", "iptables-save", "ip6tables", "nft"],
];
/** Nothing but words that the shell leaves as they are. */
const PLAIN_WORDS = /^[\w./:=,@%+ -]+$/;
/** sh's, for what may not be run. */
const NOT_ALLOWED = 126;
/** Of one command. */
const REFUSALS_TOLD_MAX = 5;
const BWRAP_AGES: readonly BwrapAge[] = ["new", "old"];
const NOWHERE: SubjectPlace = { subject: "", members: [], topology: undefined };

/** Runs nothing in it, once: a kernel or a container may not allow what bwrap does. */
export async function probeSandbox(world: SandboxWorld): Promise<ProbedSandbox> {
  await sweepDoorFolders();
  let reason = "";
  for (const age of BWRAP_AGES) {
    const site = { world, age, programs: programsOf(world) };
    await using enclosure = await enclose(":", { ...site, place: NOWHERE });
    const { exitCode, stderr } = Bun.spawnSync([...enclosure.argv], {
      cwd: world.cwd,
      env: { ...world.env },
      stdio: ["ignore", "ignore", "pipe"],
    });
    if (exitCode === 0) return { state: "works", sandbox: sandboxAt(site) };
    reason = stderr.toString().trim().split("\n").at(-1) || `exit ${exitCode}`;
  }
  return { state: "unusable", reason };
}

interface Site {
  readonly world: SandboxWorld;
  readonly age: BwrapAge;
  readonly programs: readonly string[];
}

function programsOf({ env }: SandboxWorld): readonly string[] {
  const isThere = (name: string) => Bun.which(name, { PATH: env.PATH ?? "" }) !== null;
  return ["operator", ...[...SHOWING_PROCESSES, ...ANSWERED_OUTSIDE].filter(isThere)];
}

function sandboxAt(site: Site): Sandbox {
  const answering = site.programs.filter((name) => !SHOWING_PROCESSES.includes(name));
  const isQuestion = (command: string) =>
    PLAIN_WORDS.test(command) && answering.includes(command.split(" ", 1)[0] ?? "");
  return {
    // The door would run it outside as it stands.
    enclose: async (command, place) =>
      isQuestion(command) ? undefined : enclose(command, { ...site, place }),
  };
}

interface Enclosing extends Site {
  readonly place: SubjectPlace;
}

async function enclose(command: string, enclosing: Enclosing): Promise<Enclosure> {
  const { world, age, programs, place } = enclosing;
  await using kept = new AsyncDisposableStack();
  const addresses = world.addresses(place);
  const isNetworkApart = canBeApart(addresses);
  const listening = isNetworkApart ? await withoutRefusing(addresses) : [];
  const { listen, hosts } = networkInside(listening);
  const filter = syscallFilter(process.arch);
  const folder = kept.use(await makeDoorFolder({ self: world.self, programs, hosts, filter }));
  const ask = (asked: AskedProgram) => answer(asked, enclosing);
  const refusals = new Set<string>();
  const onRefused = (address: Address, why: string) => {
    if (refusals.size < REFUSALS_TOLD_MAX)
      refusals.add(`not let through to ${nameOf(address)}: ${why}`);
  };
  kept.use(await openDoor({ path: folder.door, addresses: listening, onRefused, ask }));
  const plan: RelayPlan = { door: DOOR_INSIDE, listen };
  const words = sandboxWords({
    ...{ bwrap: world.bwrap, age, cwd: world.cwd, hidden: world.hidden, isNetworkApart },
    shown: [...placesOfSelf(world.self), ...world.shown(place)],
    doorDir: folder.dir,
    filter: folder.filter,
    env: { PATH: `${PROGRAMS_INSIDE}:${world.env.PATH ?? ""}`, [DOOR_ENV]: DOOR_INSIDE },
    scratchBytesMax: SHELL_BOUNDS.scratchBytesMax,
  });
  const open = kept.move();
  return {
    argv: [...words, ...world.self, "sandbox", "relay", "--", JSON.stringify(plan), command],
    notes: () => [...refusals],
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  };
}

async function answer(asked: AskedProgram, enclosing: Enclosing): Promise<number> {
  const { words, signal, onLines } = asked;
  const { world, programs, place } = enclosing;
  const [program = "", ...rest] = words;
  const command = programs.includes(program) ? commandOf(program, world) : [];
  if (command.length === 0 || !world.mayAsk(words, place)) {
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
  const child = startChild({
    command: [...command, ...rest],
    env: world.env,
    signal,
    onLine: (line, stream) => heard[stream].push(line),
    onBytes: handOn,
  });
  const { exitCode } = await child.exited;
  await handOn();
  return exitCode ?? NOT_ALLOWED;
}

/** Empty where it has gone since. */
function commandOf(program: string, { bwrap, self, env }: SandboxWorld): readonly string[] {
  if (program === "operator") return self;
  const path = Bun.which(program, { PATH: env.PATH ?? "" });
  if (path === null) return [];
  return SHOWING_PROCESSES.includes(program) ? [...viewingWords(bwrap), path] : [path];
}
