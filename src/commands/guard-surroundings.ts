// What `guard explain` decides on: the subject as a state file has it, or as it is seen now; what
// was done of late; the policy. What could not be known is said, and counts as unseen.
import { resolve } from "node:path";
import { loadSubject } from "../../subjects/index.ts";
import { classifyCommand } from "../agent/guard/classify-command.ts";
import { type ClusterModel, modelCluster } from "../agent/guard/cluster.ts";
import {
  type Aftermath,
  countHistory,
  type History,
  HOUR_MS,
  interrupts,
  NO_HISTORY,
  shakenBy,
} from "../agent/guard/history.ts";
import type { Policy } from "../agent/guard/policy.ts";
import { type CommandKnowledge, placesOf, type SubjectNames } from "../agent/guard/scope.ts";
import type { Action } from "../domain/action.ts";
import type { JournalEntry, SafetyMode } from "../domain/session.ts";
import type { Subject, SubjectDefinition } from "../domain/subject.ts";
import { subjectPaths } from "../runtimes/local/layout.ts";
import { readTopology } from "../runtimes/local/records.ts";
import { modeOf } from "./agent-mode.ts";
import { findShellSandbox, shellKnowledge } from "./agent-shell.ts";
import type { CommandContext } from "./context.ts";
import { homeOf, parseId, textFlag, usage } from "./flags.ts";
import { type GivenState, readState } from "./guard-state.ts";
import { endpointsOf, findSubject } from "./open-subject.ts";
import { loadPolicy, strangersIn } from "./policy-file.ts";
import { openExistingStore } from "./tickets-store.ts";

const PROBE_DEADLINE_MS = 1_000;

export interface Surroundings {
  readonly subject: string;
  readonly mode: SafetyMode;
  readonly nowMs: number;
  readonly cluster: ClusterModel;
  readonly source: "state file" | "look" | "none";
  readonly history: History;
  readonly policy: Policy;
  readonly policyFile: string | null;
  readonly knowledge: CommandKnowledge;
  readonly actions: readonly Action[];
  readonly notKnown: readonly string[];
}

type Places = Omit<SubjectNames, "subject" | "members">;

/** Of one that was named by endpoints nothing on this machine is known to be its own. */
const NOWHERE: Places = { ports: [] };

/** In a session it is known, and what is none of its own is refused. */
const NO_PLACE = "where its members are: any port and name may be theirs, until it runs here";

/** It sees more than who is up. */
const NO_QUORUMS =
  "what members hold, and how many copies there are: a majority of each role is taken to do";

interface Seen {
  readonly cluster: ClusterModel;
  readonly source: Surroundings["source"];
  readonly places?: Places;
  readonly actions: readonly Action[];
  readonly notKnown: readonly string[];
}

/** Rejects with code "usage" for a flag, state or policy that is wrong. */
export async function findSurroundings(context: CommandContext): Promise<Surroundings> {
  const nowMs = context.clock.now();
  const file = textFlag(context.flags, "state");
  const state = file === undefined ? undefined : await readState(file, nowMs);
  const subject = textFlag(context.flags, "subject") ?? state?.subject;
  if (subject === undefined) throw usage("guard explain needs --subject", "--subject tikv");
  const definition = await loadSubject(subject);
  const { policy, file: policyFile } = await loadPolicy(context);
  const seen = state
    ? await seenInFile(context, { state, definition })
    : await look(context, definition);
  const declared = definition.local.members.map(({ name }) => name);
  const found = seen.cluster.members.map(({ name }) => name);
  const members = found.length > 0 ? found : declared;
  const sandbox = await findShellSandbox(context);
  const held = sandbox.state === "works" ? sandbox.sandbox : undefined;
  const knowledge = shellKnowledge(context, held)({ subject, members, ...seen.places });
  const about = { subject, knowledge, actions: seen.actions, nowMs };
  const { history, shaken, byPeople } = state
    ? { history: state.history, shaken: [], byPeople: [] }
    : await readLately(context, { ...about, members: seen.cluster.members });
  const inRepair = [...seen.cluster.inRepair, ...byPeople];
  const cluster = { ...seen.cluster, shaken, inRepair };
  const nowhere = knowledge.ports === undefined ? [NO_PLACE] : [];
  const slips = await strangersIn(policy, { subject, members });
  const strangers = slips.map(
    ({ rule, member }) => `a member ${member} of ${subject}: the policy's "${rule}" names it`,
  );
  const notKnown = [...seen.notKnown, ...nowhere, ...strangers];
  return {
    ...seen,
    ...about,
    cluster,
    mode: modeOf(context),
    history,
    policy,
    policyFile,
    notKnown,
  };
}

interface StateOfSubject {
  readonly state: GivenState;
  readonly definition: SubjectDefinition;
}

async function seenInFile(
  context: CommandContext,
  { state, definition }: StateOfSubject,
): Promise<Seen> {
  const cluster = modelCluster(state);
  const { actions, quorums } = openAnywhere(context, definition);
  const notKnown = [
    ...(state.observation.members.length > 0 ? [] : ["the state file names no members"]),
    ...(quorums && state.quorums === undefined ? [NO_QUORUMS] : []),
  ];
  const places = await placesOfDeclared(context, definition);
  return { cluster, source: "state file", places, actions, notKnown };
}

/** As it is up here, whatever the file says of its health. */
async function placesOfDeclared(
  context: CommandContext,
  { name, endpoints }: SubjectDefinition,
): Promise<Places> {
  if (endpointsOf(context, endpoints).length > 0) return NOWHERE;
  const topology = await readTopology(subjectPaths(resolve(homeOf(context)), name));
  return topology ? placesOf(topology) : {};
}

async function look(context: CommandContext, definition: SubjectDefinition): Promise<Seen> {
  const opened = await findSubject(context, definition.name);
  if (!opened) {
    const cluster = modelCluster({ observation: undefined, quorums: undefined, inRepair: [] });
    const notKnown = [`the state of ${definition.name}: it does not run here; give --state`];
    return {
      cluster,
      source: "none",
      actions: openAnywhere(context, definition).actions,
      notKnown,
    };
  }
  const { subject, topology } = opened;
  const { signal } = context;
  const observation = await subject.observe({ probeDeadlineMs: PROBE_DEADLINE_MS, signal });
  const quorums = subject.quorums?.(observation);
  const cluster = modelCluster({ observation, quorums, inRepair: [] });
  const unseen = observation.members.filter(({ health }) => health === "unknown");
  return {
    cluster,
    source: "look",
    places: subject.runtime ? placesOf(topology) : NOWHERE,
    actions: subject.actions,
    notKnown: unseen.map(({ name, detail }) => `the state of ${name}: ${detail}`),
  };
}

/** What its actions touch follows from their words alone. */
function openAnywhere({ clock }: CommandContext, definition: SubjectDefinition): Subject {
  const topology = { subject: definition.name, timeScale: 1, members: [], endpoints: [] };
  return definition.open({ topology, runtime: undefined, clock });
}

interface Lately {
  readonly history: History;
  readonly shaken: readonly string[];
  /** Whose tickets people hold. */
  readonly byPeople: readonly string[];
}

async function readLately(
  context: CommandContext,
  about: Pick<Surroundings, "subject" | "knowledge" | "actions" | "nowMs"> &
    Pick<Aftermath, "members">,
): Promise<Lately> {
  const typed = textFlag(context.flags, "ticket");
  const ticketId = typed === undefined ? undefined : parseId(typed, "ticket");
  const { subject, nowMs } = about;
  using store = await openExistingStore(context, { isReading: true });
  const sinceMs = nowMs - HOUR_MS;
  const { steps, held: byPeople } = await store.recentSteps({ subject, sinceMs, ticketId });
  if (steps.length === 0) return { history: NO_HISTORY, shaken: [], byPeople };
  const isInterruption = (entry: JournalEntry) =>
    interrupts(entry, {
      actions: about.actions,
      classify: (command) => classifyCommand(command, about.knowledge),
    });
  return {
    history: countHistory(steps, { ticketId, nowMs, isInterruption }),
    shaken: shakenBy(steps, { nowMs, isInterruption, members: about.members }),
    byPeople,
  };
}
