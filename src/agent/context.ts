// What the agent is given, and what one session carries along.
import type { Clock } from "../domain/clock.ts";
import type { Effect } from "../domain/effect.ts";
import type { Message, Model } from "../domain/model.ts";
import { NO_USAGE, type SafetyMode, type Session, type Usage } from "../domain/session.ts";
import type { Shell } from "../domain/shell.ts";
import type { Subject } from "../domain/subject.ts";
import type { Ticket } from "../domain/ticket.ts";
import type { WorkQueue } from "../domain/ticket-ops.ts";
import type { Policy } from "./guard/policy.ts";
import type { CommandKnowledge, SubjectNames } from "./guard/scope.ts";
import type { Lease } from "./keep-lease.ts";
import type { Limits } from "./limits.ts";
import type { Redact } from "./redact.ts";

export interface AgentOptions {
  readonly agentId: string;
  readonly queue: WorkQueue;
  readonly model: Model;
  readonly mode: SafetyMode;
  readonly shell: Shell;
  /** Rejects with OperatorError when it cannot be opened: then a person is asked. */
  readonly openSubject: (name: string) => Promise<Subject>;
  /** What this machine tells harmless commands from others by; a replay has it from the record. */
  readonly knowledge: (names: SubjectNames) => CommandKnowledge;
  /** What a command line would do; never throws. Code, and no port: a replay reads again. */
  readonly classify: (command: string, knowledge: CommandKnowledge) => readonly Effect[];
  /** A person's own rules for the guard, as they are now. Never rejects. */
  readonly policy: () => Promise<Policy>;
  readonly redact: Redact;
  readonly clock: Clock;
  /** Yields [0, 1): jitter of waits. */
  readonly random: () => number;
  /** Its reason is the name of the signal: "SIGTERM", "SIGINT". */
  readonly signal: AbortSignal;
  /** One line, without the newline. */
  readonly print: (line: string) => void;
  readonly limits: Limits;
  readonly leaseMs: number;
  /** Between two looks at an empty queue. */
  readonly idleMs: number;
  /** Between two looks at a ticket that is being verified, or at an approval. */
  readonly pollMs: number;
  /** First wait after a failure of the model or the store; it doubles with each further one. */
  readonly backoffMs: number;
  /** End after one ticket, or at once when there is none. */
  readonly once: boolean;
  readonly onShutdown: "escalate" | "release";
  /** An approval is for what its operation would replace, too: not so in records of before. */
  readonly approvesReplaced: boolean;
  /** Another session's work on the same members is waited for so long: 0 in records of before. */
  readonly turnMsMax: number;
  /** Only tickets of this subject; any when undefined. */
  readonly subject: string | undefined;
  /** Of this operator: for the record, and for nothing else. */
  readonly version?: string;
}

/** What there is of a session before the model is asked for the first time. */
export interface SessionBase {
  readonly agent: AgentOptions;
  readonly ticket: Ticket;
  readonly session: Session;
  readonly subject: Subject;
  /** Names of the subject's members, as observed at the start. */
  readonly members: readonly string[];
  /** By which every command of the session is read. */
  readonly knowledge: CommandKnowledge;
  /** Aborts with the agent's signal and with the loss of the lease. */
  readonly signal: AbortSignal;
  readonly lease: Lease;
  /** Aborts a while after the agent was told to stop: until then steps may be taken back. */
  readonly undoSignal: AbortSignal;
}

/** One session on one ticket. */
export interface SessionContext extends SessionBase {
  readonly system: string;
  readonly progress: Progress;
}

/** What changes from turn to turn; only the session's own loop writes it. */
export interface Progress {
  readonly startedAtMs: number;
  /** Time spent waiting for a person or for the monitor. */
  waitedMs: number;
  messages: readonly Message[];
  turns: number;
  usage: Usage;
  /** Since the last refused verification, each as one text; see `findRepetition`. */
  calls: readonly string[];
  nudges: number;
  /** Until it fails once: a line that is cut will do. */
  canCondense: boolean;
  refusals: number;
  /** Audit events of tool results. */
  evidence: readonly number[];
  lastThought: string;
}

export function startProgress(nowMs: number, messages: readonly Message[]): Progress {
  return {
    startedAtMs: nowMs,
    waitedMs: 0,
    messages,
    turns: 0,
    usage: NO_USAGE,
    calls: [],
    nudges: 0,
    canCondense: true,
    refusals: 0,
    evidence: [],
    lastThought: "",
  };
}

/** Working time so far; waiting does not count. */
export function workedMs({ agent, progress }: SessionContext): number {
  return agent.clock.elapsed() - progress.startedAtMs - progress.waitedMs;
}
