// Port: the system under operation. Monitor and agent know subjects only in this form.
import type { Action } from "./action.ts";
import type { Clock } from "./clock.ts";
import type { Fault } from "./fault.ts";
import type { JsonObject } from "./json.ts";
import type { ContainerLoad, LoadFigure } from "./load.ts";
import type { Observation, QuorumGroup } from "./observation.ts";
import type { Runbook } from "./runbook.ts";
import type { Runtime } from "./runtime.ts";
import type { Ticket } from "./ticket.ts";
import type { Invariant } from "./verdict.ts";

/** A subject that is opened: it can be looked at and acted on. */
export interface Subject<O extends Observation = Observation> {
  readonly name: string;
  /** One look, probes in parallel, each with this deadline. Never rejects: what failed is in it. */
  observe(options: ObserveOptions): Promise<O>;
  readonly invariants: readonly Invariant<O>[];
  readonly actions: readonly Action<O>[];
  readonly runtime: Runtime | undefined;
  /** Who must not be missing together. Absent: of each role, the smaller half may be. */
  quorums?(observation: O): readonly QuorumGroup[];
  /** For the model: the subject's parts and present readings, at most 4 KB of plain text. */
  describe(observation: O): string;
  /** For the model: how this subject works and where to look, a few paragraphs. Constant. */
  readonly primer: string;
}

export interface ObserveOptions {
  /** For each single probe, retries included. */
  readonly probeDeadlineMs: number;
  readonly signal: AbortSignal;
}

/** What a subject's folder exports: how it is opened, run locally, broken and loaded. */
export interface SubjectDefinition {
  readonly name: string;
  readonly describes: string;
  /** How a person names one that runs elsewhere. Empty when it can only be one of ours. */
  readonly endpoints: readonly EndpointPlan[];
  open(options: OpenOptions): Subject;
  /** By invariant name. */
  readonly runbooks: Readonly<Record<string, Runbook>>;
  readonly faults: readonly Fault[];
  /** What its load counts, in the order in which it is shown. */
  readonly figures: readonly LoadFigure[];
  readonly local: LocalPlan;
  /** Members that write what they hold when they end: a stop waits for it, and kills none. */
  readonly savesAtEnd?: SavingMembers;
  /** Absent where it does not run in containers. */
  readonly docker?: DockerPlan;
  /**
   * One member that is no program of its own, in this process until the signal aborts; resolves
   * with the exit code.
   */
  runMember(options: MemberOptions): Promise<number>;
  /** Absent where nothing of it has a command line of its own. Resolves with the exit code. */
  runProgram?(options: RunProgramOptions): Promise<number>;
  /** The load generator, likewise. */
  runWorkload(options: WorkloadOptions): Promise<number>;
}

/** A flag and an environment variable with one URL or several, separated by commas. */
export interface EndpointPlan {
  readonly flag: string;
  readonly variable: string;
  readonly describes: string;
  /** The first one is added to what names none: `http:`. */
  readonly schemes: readonly string[];
  /** For the example in an error: `http://host:2379`. */
  readonly example: string;
}

export interface OpenOptions {
  /** Where its members are: the declared topology, or the endpoints a person named. */
  readonly topology: Topology;
  readonly runtime: Runtime | undefined;
  readonly clock: Clock;
  /** Its tickets that are not closed: what they say was declared stands where nobody else says. */
  readonly unresolved?: readonly UnresolvedTicket[];
}

export type UnresolvedTicket = Pick<Ticket, "invariant" | "entity" | "evidence">;

/** The declared shape of a running subject; written by `subject up`, or made from endpoints. */
export interface Topology {
  readonly subject: string;
  /** Divides the long timers of stand-ins; 1 for real members. */
  readonly timeScale: number;
  /** Empty when only endpoints are known: then the first good observation declares. */
  readonly members: readonly MemberPlan[];
  /** URLs given by a person (`PD_ENDPOINT`), used when there are no members. */
  readonly endpoints: readonly string[];
  /** Where its members are containers; absent where they are processes of this machine. */
  readonly docker?: DockerPlace | undefined;
}

export interface DockerPlace {
  /** As compose names it: what belongs together on the engine, and to nobody else. */
  readonly project: string;
  /** The engine's, as DOCKER_HOST names it. */
  readonly host: string;
  /** The image of ours from which members are disturbed; absent where nobody named one. */
  readonly helperImage?: string | undefined;
}

/**
 * By name: what would be lost, though it is asked to end and does; undefined where it saves all, or
 * cannot be asked.
 */
export type SavingMembers = Readonly<
  Record<string, (member: MemberPlan) => Promise<string | undefined>>
>;

/** One declared member. */
export interface MemberPlan {
  readonly name: string;
  readonly role: string;
  /** Where its ports are, as it is called from here; this machine's loopback when absent. */
  readonly host?: string | undefined;
  readonly isStandIn: boolean;
  /** The absolute path of the real program; absent where this executable is the member. */
  readonly program?: string | undefined;
  /** By name; on loopback allocated once and kept for the subject's life. */
  readonly ports: Readonly<Record<string, number>>;
  /** Unknown keys pass through to the stand-in: capacity, labels, ids. */
  readonly settings: JsonObject;
}

/**
 * How it runs in containers. Images and published ports are variables of the compose file:
 * `${OPERATOR_IMAGE_…:-default}`, `${OPERATOR_PORT_…:-default}`.
 */
export interface DockerPlan {
  /** Text by file name; `compose.yaml` is one, and names the others beside it. */
  readonly files: Readonly<Record<string, string>>;
  /** In declared order. What else the file runs is no member. */
  readonly members: readonly DockerMemberPlan[];
  /** The variable of each shared setting of the members, by the setting's name. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Where its own load generator speaks to stand-ins only. */
  readonly load?: ContainerLoad;
}

export interface DockerMemberPlan {
  /** Its service's name. */
  readonly name: string;
  readonly role: string;
  /** The variable of its image. */
  readonly image: string;
  /** The variable of each published port, by the port's name. */
  readonly ports: Readonly<Record<string, string>>;
}

export interface LocalPlan {
  /** In start order. */
  readonly members: readonly LocalMemberPlan[];
  /** Answered as told when the process is up. */
  readyProbe(member: MemberPlan): ReadyProbe;
  /** Made once, when the subject is declared, and added to every member's settings: a token. */
  sharedSettings?(): JsonObject;
  /** What follows a real program's name on its command line; may write its files first. */
  programWords?(options: ProgramOptions): Promise<readonly string[]>;
}

export interface LocalMemberPlan {
  readonly name: string;
  readonly role: string;
  readonly runsAs: MemberForm;
  /** The names of the ports that it needs. */
  readonly ports: readonly string[];
  readonly settings: JsonObject;
}

/** Ours in place of a real program, or ours and real; or the first of these programs on PATH. */
export type MemberForm = "stand_in" | "service" | { readonly programs: readonly string[] };

/** HTTP GET answers 2xx; or, on a plain connection, what is sent is answered beginning so. */
export type ReadyProbe =
  | { readonly port: number; readonly path: string }
  | {
      readonly port: number;
      readonly send: string;
      readonly expects: string;
      /** How the answer begins of one that is there and reads its data still. */
      readonly whileStarting?: string;
    };

export interface ProgramOptions {
  readonly member: MemberPlan;
  readonly topology: Topology;
  readonly dataDir: string;
}

export interface MemberOptions {
  readonly member: MemberPlan;
  readonly topology: Topology;
  /** The member's own directory; everything durable is below it. */
  readonly dataDir: string;
  readonly clock: Clock;
  readonly random: () => number;
  readonly signal: AbortSignal;
  /** One log line, without the newline. */
  readonly log: (line: string) => void;
}

/** This executable as a program that knows no topology: in a container, or started by hand. */
export interface RunProgramOptions {
  /** As its own executable is, or would be, named: `pd-server`. */
  readonly program: string;
  /** What follows that name on its command line. */
  readonly words: readonly string[];
  /** For what a command line should not show. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Divides a stand-in's long timers. */
  readonly timeScale: number;
  readonly clock: Clock;
  readonly random: () => number;
  readonly signal: AbortSignal;
  readonly log: (line: string) => void;
}

export interface WorkloadOptions {
  readonly topology: Topology;
  /** What was promised is recorded here, so that a crash of the generator loses none of it. */
  readonly ledgerFile: string;
  readonly opsPerSecond: number;
  readonly keys: number;
  readonly durationMs: number | undefined;
  readonly clock: Clock;
  readonly random: () => number;
  readonly signal: AbortSignal;
  /** A LoadSecond or, last, a LoadLedger as one JSON line, without the newline. */
  readonly print: (line: string) => void;
}
