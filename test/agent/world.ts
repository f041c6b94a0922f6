// An agent with everything real but the model and the subject: store, shell, clock, guard.
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AgentOptions } from "../../src/agent/context.ts";
import { classifyCommand } from "../../src/agent/guard/classify-command.ts";
import { NO_POLICY } from "../../src/agent/guard/policy.ts";
import { DEFAULT_LIMITS, type Limits } from "../../src/agent/limits.ts";
import { runAgent } from "../../src/agent/loop.ts";
import { createRedactor } from "../../src/agent/redact.ts";
import type { AuditEvent, AuditType } from "../../src/domain/audit.ts";
import type { Session } from "../../src/domain/session.ts";
import type { Ticket } from "../../src/domain/ticket.ts";
import type { WorkQueue } from "../../src/domain/ticket-ops.ts";
import { systemClock } from "../../src/infra/clock.ts";
import { createShell } from "../../src/infra/exec.ts";
import { TicketOpsDB } from "../../src/store/ticket-ops-db.ts";
import { eventually } from "../support/eventually.ts";
import { type Lamps, lampSubject } from "../support/memory-subject.ts";
import { type Line, type ScriptedModel, scriptedModel } from "../support/scripted-model.ts";
import { verdictWith } from "../support/verdicts.ts";

export const SECRET = "hunter2-hunter2";

export interface WorldOptions extends Partial<Omit<AgentOptions, "model" | "limits" | "signal">> {
  readonly script: readonly Line[];
  readonly model?: Partial<ScriptedModel>;
  readonly limits?: Partial<Limits>;
  readonly lamps?: Lamps;
  /** What the agent gets in place of the store. */
  readonly wrapQueue?: (queue: WorkQueue) => WorkQueue;
}

export interface World extends Disposable {
  readonly store: TicketOpsDB;
  readonly home: string;
  /** A folder that commands may write to. */
  readonly scratch: string;
  readonly model: ScriptedModel;
  readonly lamps: Lamps;
  readonly lines: readonly string[];
  /** A ticket for the lamp that is dark. */
  openTicket(entity?: string): Promise<Ticket>;
  /** Until one ticket is done; told to end by `stop`, or by the signal that is given. */
  run(signal?: AbortSignal): Promise<void>;
  /** Sends the signal that main would send. */
  stop(name: "SIGTERM" | "SIGINT"): void;
  ticket(): Promise<Ticket>;
  session(): Promise<Session>;
  events(type: AuditType): Promise<readonly AuditEvent[]>;
  untilLine(pattern: RegExp): Promise<string>;
}

export function openWorld(options: WorldOptions): World {
  const { script, model: extras, limits, lamps = lampSubject(), wrapQueue, ...changes } = options;
  const folder = mkdtempSync(join(tmpdir(), "operator-agent-"));
  const [home, scratch] = [join(folder, "home"), join(folder, "scratch")];
  mkdirSync(scratch);
  const store = TicketOpsDB.open({
    path: join(home, "tickets.db"),
    clock: systemClock,
    backoffMs: 10,
  });
  const model = scriptedModel(script, extras);
  const stopping = new AbortController();
  const lines: string[] = [];
  const agent: AgentOptions = {
    ...ordinary({ home, store, lamps, lines }),
    ...(wrapQueue ? { queue: wrapQueue(store) } : {}),
    ...changes,
    model,
    limits: { ...DEFAULT_LIMITS, ...limits },
    signal: stopping.signal,
  };
  return {
    ...{ store, home, scratch, model, lamps, lines },
    openTicket: (entity = "left") => openTicket(store, entity),
    run: (signal = stopping.signal) => runAgent({ ...agent, signal }),
    stop: (name) => stopping.abort(name),
    ticket: async () => defined(await store.getTicket(1)),
    session: async () => defined((await store.sessionsOf(1)).at(-1)),
    events: async (type) => (await store.eventsOf({})).filter((event) => event.type === type),
    untilLine: (pattern) =>
      eventually(() => lines.find((line) => pattern.test(line)), `a line ${pattern}`),
    [Symbol.dispose]() {
      store[Symbol.dispose]();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** For a process that a test kills. */
export function runOrdinary(options: OrdinaryOptions): Promise<void> {
  const { script, home, store, lamps, ...changes } = options;
  const { signal } = new AbortController();
  const parts = { home, store, lamps, lines: [] };
  return runAgent({ ...ordinary(parts), model: scriptedModel(script), signal, ...changes });
}

interface OrdinaryOptions
  extends Omit<Parts, "lines">,
    Partial<Omit<AgentOptions, "model" | "signal">> {
  readonly script: readonly Line[];
}

interface Parts {
  readonly home: string;
  readonly store: TicketOpsDB;
  readonly lamps: Lamps;
  readonly lines: string[];
}

function ordinary({ home, store, lamps, lines }: Parts): Omit<AgentOptions, "model" | "signal"> {
  const variables = { OPERATOR_HOME: home };
  const knowledge = { readHosts: [], protectedPaths: [home], cwd: "/var/empty", variables };
  return {
    agentId: "agent-1",
    queue: store,
    mode: "execute",
    shell: createShell({ env: { PATH: process.env.PATH }, cwd: tmpdir(), clock: systemClock }),
    openSubject: async () => lamps.subject,
    // Where its members are nobody tells: so all words for them count.
    knowledge: (names) => ({ ...knowledge, ...names, ports: undefined }),
    classify: classifyCommand,
    policy: async () => NO_POLICY,
    redact: createRedactor([SECRET]),
    clock: systemClock,
    random: () => 0.5,
    print: (line) => lines.push(line),
    limits: DEFAULT_LIMITS,
    leaseMs: 10_000,
    idleMs: 10,
    pollMs: 10,
    backoffMs: 5,
    once: true,
    onShutdown: "escalate",
    approvesReplaced: true,
    turnMsMax: 200,
    subject: undefined,
  };
}

async function openTicket(store: TicketOpsDB, entity: string): Promise<Ticket> {
  const verdict = verdictWith({ subject: "lamps", invariant: "lamp_on", entity, settleMs: 0 });
  const [recorded] = await store.recordViolations([{ verdict, sinceMs: Date.now() }]);
  return defined(await store.getTicket(defined(recorded).ticketId));
}

function defined<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("expected a value");
  return value;
}
