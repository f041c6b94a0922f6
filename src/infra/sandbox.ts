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
import { networkInside, othersAmong, withoutRefusing } from "./sandbox-network.ts";
import { type Address, DOOR_ENV, nameOf, type RelayPlan } from "./sandbox-protocol.ts";
import { syscallFilter } from "./sandbox-syscalls.ts";
import { type BwrapAge, type SandboxNetwork, sandboxWords, viewingWords } from "./sandbox-words.ts";
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
  | {
      readonly state: "works";
      readonly sandbox: Sandbox;
      /** Of these it reaches each, and nothing beside them. */
      isApart(addresses: readonly Address[]): boolean;
    }
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
/** RFC 5737: nobody's. Nothing is sent there. */
const ELSEWHERE: Address = { host: "203.0.113.1", port: 1 };
const NOWHERE: SubjectPlace = { subject: "", members: [], topology: undefined };

/** Runs nothing in it, once: a kernel or a container may not allow what bwrap does. */
export async function probeSandbox(world: SandboxWorld): Promise<ProbedSandbox> {
  await sweepDoorFolders();
  const ip = Bun.which("ip", { PATH: `${world.env.PATH ?? ""}:/usr/sbin:/sbin` }) ?? undefined;
  const programs = programsOf(world);
  let reason = "";
  for (const site of sitesOf({ world, programs, ip })) {
    const network = networkFor(site.ip === undefined ? [] : [ELSEWHERE], site);
    const probing = { ...site, network, listening: [], place: NOWHERE };
    await using enclosure = await enclose(":", probing);
    const { exitCode, stderr } = Bun.spawnSync([...enclosure.argv], {
      cwd: world.cwd,
      env: { ...world.env },
      stdio: ["ignore", "ignore", "pipe"],
    });
    if (exitCode === 0) {
      const isApart = (addresses: readonly Address[]) =>
        networkFor(addresses, site).type !== "shared";
      return { state: "works", sandbox: sandboxAt(site), isApart };
    }
    reason = stderr.toString().trim().split("\n").at(-1) || `exit ${exitCode}`;
  }
  return { state: "unusable", reason };
}

interface Site {
  readonly world: SandboxWorld;
  readonly age: BwrapAge;
  readonly programs: readonly string[];
  /** What gives a network of its own other machines' addresses, where that works. */
  readonly ip: string | undefined;
}

/** The best first. */
function sitesOf(found: Omit<Site, "age">): readonly Site[] {
  return BWRAP_AGES.flatMap((age) => {
    const plain = { ...found, age, ip: undefined };
    return found.ip === undefined ? [plain] : [{ ...found, age }, plain];
  });
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
    enclose: async (command, place) => {
      if (isQuestion(command)) return undefined;
      const addresses = site.world.addresses(place);
      const network = networkFor(addresses, site);
      const listening = network.type === "shared" ? [] : await withoutRefusing(addresses);
      return enclose(command, { ...site, network, listening, place });
    },
  };
}

interface Enclosing extends Site {
  readonly network: SandboxNetwork;
  /** What there is to reach. */
  readonly listening: readonly Address[];
  readonly place: SubjectPlace;
}

async function enclose(command: string, enclosing: Enclosing): Promise<Enclosure> {
  const { world, age, programs, network, listening, place } = enclosing;
  await using kept = new AsyncDisposableStack();
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
    ...{ bwrap: world.bwrap, age, cwd: world.cwd, hidden: world.hidden, network },
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

function networkFor(addresses: readonly Address[], { ip }: Pick<Site, "ip">): SandboxNetwork {
  const others = othersAmong(addresses);
  if (others.length === 0) return { type: "apart" };
  return ip === undefined
    ? { type: "shared" }
    : { type: "apart_for_others", ip, addresses: others };
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
