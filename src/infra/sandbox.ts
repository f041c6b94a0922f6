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
import { type Listening, listeningOf, networkInside, othersAmong } from "./sandbox-network.ts";
import { type Address, DOOR_ENV, nameOf, type RelayPlan } from "./sandbox-protocol.ts";
import { type AskedWorld, answer, isQuestion, programsOf } from "./sandbox-questions.ts";
import { syscallFilter } from "./sandbox-syscalls.ts";
import { type BwrapAge, type SandboxNetwork, sandboxWords } from "./sandbox-words.ts";
import { placesOfSelf } from "./self.ts";
import { SHELL_BOUNDS } from "./shell-bounds.ts";

export interface SandboxWorld extends AskedWorld {
  addresses(place: SubjectPlace): readonly Address[];
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

/** Of one command. */
const REFUSALS_TOLD_MAX = 5;
const BWRAP_AGES: readonly BwrapAge[] = ["new", "old"];
/** RFC 5737: nobody's. Nothing is sent there. */
const ELSEWHERE: Address = { host: "203.0.113.1", port: 1 };
const NOBODY: Listening = { accepting: [], silent: [] };
const NOWHERE: SubjectPlace = { subject: "", members: [], topology: undefined };

/** Runs nothing in it, once: a kernel or a container may not allow what bwrap does. */
export async function probeSandbox(world: SandboxWorld): Promise<ProbedSandbox> {
  await sweepDoorFolders();
  const ip = Bun.which("ip", { PATH: `${world.env.PATH ?? ""}:/usr/sbin:/sbin` }) ?? undefined;
  const programs = programsOf(world);
  let reason = "";
  for (const site of sitesOf({ world, programs, ip })) {
    const network = networkFor(site.ip === undefined ? [] : [ELSEWHERE], site);
    const probing = { ...site, network, listening: NOBODY, place: NOWHERE };
    await using enclosure = await enclose(":", probing);
    const said: string[] = [];
    const child = startChild({
      ...{ command: enclosure.argv, env: world.env, cwd: world.cwd, limits: "" },
      onLine: (line) => said.push(line),
    });
    const { exitCode } = await child.exited;
    if (exitCode === 0) {
      const isApart = (addresses: readonly Address[]) =>
        networkFor(addresses, site).type !== "shared";
      return { state: "works", sandbox: sandboxAt(site), isApart };
    }
    reason = said.at(-1) ?? `exit ${exitCode}`;
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

function sandboxAt(site: Site): Sandbox {
  return {
    // The door would run it outside as it stands.
    enclose: async (command, place) => {
      if (isQuestion(command, { ...site, place })) return undefined;
      const addresses = site.world.addresses(place);
      const network = networkFor(addresses, site);
      const listening = network.type === "shared" ? NOBODY : await listeningOf(addresses, command);
      return enclose(command, { ...site, network, listening, place });
    },
  };
}

interface Enclosing extends Site {
  readonly network: SandboxNetwork;
  /** What there is to reach. */
  readonly listening: Listening;
  readonly place: SubjectPlace;
}

async function enclose(command: string, enclosing: Enclosing): Promise<Enclosure> {
  const { world, age, programs, network, listening, place } = enclosing;
  await using kept = new AsyncDisposableStack();
  const { listen, hosts } = networkInside(listening.accepting);
  const filter = syscallFilter(process.arch);
  const folder = kept.use(await makeDoorFolder({ self: world.self, programs, hosts, filter }));
  const ask = (asked: AskedProgram) => answer(asked, enclosing);
  const silent = listening.silent.slice(0, REFUSALS_TOLD_MAX).map(tellSilent);
  const refusals = new Set<string>();
  const onRefused = (address: Address, why: string) => {
    if (refusals.size < REFUSALS_TOLD_MAX)
      refusals.add(`not let through to ${nameOf(address)}: ${why}`);
  };
  kept.use(await openDoor({ path: folder.door, addresses: listening.accepting, onRefused, ask }));
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
    notes: () => [...silent, ...refusals],
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  };
}

function tellSilent(address: Address): string {
  return (
    `${nameOf(address)} neither took nor refused a connection when this began: it is cut off, or ` +
    "takes no more; that it is refused here is the sandbox's doing"
  );
}

function networkFor(addresses: readonly Address[], { ip }: Pick<Site, "ip">): SandboxNetwork {
  const others = othersAmong(addresses);
  if (others.length === 0) return { type: "apart" };
  return ip === undefined
    ? { type: "shared" }
    : { type: "apart_for_others", ip, addresses: others };
}
