// Brings a subject up on this machine. It may be interrupted at any point and called again.
import { mkdir } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { messageOf, OperatorError } from "../../domain/errors.ts";
import type { JsonObject } from "../../domain/json.ts";
import type { MemberForm, MemberPlan, Topology } from "../../domain/subject.ts";
import { withFileLock } from "../../infra/file-lock.ts";
import { withFileErrors } from "../../infra/files.ts";
import { makeRoom, settle } from "./down.ts";
import { resumeMember } from "./end.ts";
import { type SubjectPaths, subjectPaths } from "./layout.ts";
import { type LocalMember, membersOf, statusOf, withMemberLock } from "./member.ts";
import type { OpenLocalOptions } from "./open.ts";
import { allocatePorts } from "./ports.ts";
import { readTopology, writeTopology } from "./records.ts";
import { startMember } from "./start.ts";

export interface UpOptions extends OpenLocalOptions {
  /** Divides the long timers of stand-ins. Chosen once: a subject that is up keeps its own. */
  readonly timeScale: number;
  /** By member name; added to the settings that the definition declares. */
  readonly settings?: Readonly<Record<string, JsonObject>>;
  readonly signal: AbortSignal;
  /** One line for a person on each step. */
  readonly onProgress?: (line: string) => void;
}

/** Another `up` or `down` may wait for all members to start. */
const LOCK_WITHIN_MS = 90_000;

/**
 * Resolves when every member answers. A subject that is up already keeps its ports and data: what
 * is stopped is started, what is paused is resumed. Rejects as `Runtime.operate` does; members that
 * came up then stay up.
 */
export async function upLocal(options: UpOptions): Promise<Topology> {
  const { definition, clock } = options;
  const home = resolve(options.home);
  const paths = subjectPaths(home, definition.name);
  return withFileErrors(`bringing ${definition.name} up`, async () => {
    await mkdir(dirname(paths.dir), { recursive: true });
    return withFileLock({ path: paths.lock, withinMs: LOCK_WITHIN_MS, clock }, async () => {
      const earlier = await readTopology(paths);
      if (earlier?.docker) throw runsInContainers(definition.name);
      const topology = earlier ?? (await declare(options, paths));
      await settle(paths);
      const members = membersOf({ ...options, home, paths, topology });
      await Promise.all(members.map(({ paths: { data } }) => mkdir(data, { recursive: true })));
      await bringUp(members, options);
      return topology;
    });
  });
}

async function declare(options: UpOptions, paths: SubjectPaths): Promise<Topology> {
  await makeRoom(paths, options.clock);
  const { definition, timeScale } = options;
  const members = await planMembers(options);
  const topology = { subject: definition.name, timeScale, members, endpoints: [] };
  await writeTopology(paths, topology);
  return topology;
}

function runsInContainers(subject: string): OperatorError {
  return new OperatorError("conflict", `${subject} is up in containers`, {
    hint: `operator subject down ${subject} ends it; --runtime docker keeps it`,
  });
}

async function planMembers(options: UpOptions): Promise<readonly MemberPlan[]> {
  const { definition, home, settings = {} } = options;
  const declared = definition.local.members;
  const count = declared.reduce((sum, { ports }) => sum + ports.length, 0);
  const free = [...(await allocatePorts(count, `${resolve(home)} ${definition.name}`))];
  const shared = definition.local.sharedSettings?.() ?? {};
  return declared.map((member) => ({
    name: member.name,
    role: member.role,
    ...formOf(member.runsAs),
    ports: Object.fromEntries(member.ports.map((name) => [name, free.shift() ?? 0])),
    settings: { ...shared, ...member.settings, ...settings[member.name] },
  }));
}

/** Chosen once: a program that is installed later does not take over a stand-in's data. */
function formOf(runsAs: MemberForm): Pick<MemberPlan, "isStandIn" | "program"> {
  if (runsAs === "service") return { isStandIn: false };
  if (runsAs === "stand_in") return { isStandIn: true };
  const program = runsAs.programs.map((name) => Bun.which(name)).find((path) => path !== null);
  return program ? { isStandIn: false, program } : { isStandIn: true };
}

async function bringUp(members: readonly LocalMember[], options: UpOptions): Promise<void> {
  const bringing = members.map((member) => bringMemberUp(member, options));
  const outcomes = await Promise.allSettled(bringing);
  const reasons = outcomes.flatMap((end): unknown[] =>
    end.status === "rejected" ? [end.reason] : [],
  );
  if (reasons.length === 0) return;
  const areOrdinary = reasons.every((reason) => reason instanceof OperatorError);
  if (reasons.length === 1 || !areOrdinary || options.signal.aborted) throw reasons[0];
  const { name } = options.definition;
  throw new OperatorError("runtime", reasons.map(messageOf).join("\n"), {
    hint: `operator subject up ${name} tries again, operator subject down ${name} ends the rest`,
  });
}

async function bringMemberUp(member: LocalMember, options: UpOptions): Promise<void> {
  const { state: before } = await statusOf(member);
  await withMemberLock(member, async () => {
    if ((await statusOf(member)).state === "paused") await resumeMember(member);
    await startMember({ member, signal: options.signal });
  });
  const { pid } = await statusOf(member);
  const done = { stopped: "started", paused: "resumed", running: "running already" }[before];
  options.onProgress?.(`${member.name} ${done}, process ${pid}`);
}
