// Monitors and agents as simulated processes: started, killed, and back after a while.
import { classifyCommand } from "../../src/agent/guard/classify-command.ts";
import { NO_POLICY, type Policy, type PolicyRule } from "../../src/agent/guard/policy.ts";
import { runAgent } from "../../src/agent/loop.ts";
import { createRedactor } from "../../src/agent/redact.ts";
import { OperatorError } from "../../src/domain/errors.ts";
import { runMonitor } from "../../src/monitor/loop.ts";
import type { TicketOpsDB } from "../../src/store/ticket-ops-db.ts";
import { type AgentRules, LIMITS } from "./agent-rules.ts";
import { type Character, characterModel } from "./characters.ts";
import { clockOf, type Life, newLife } from "./life.ts";
import { SECRET } from "./secret.ts";
import { openStore, storePort } from "./store-port.ts";
import type { Book } from "./toy-shell.ts";
import { toyShell } from "./toy-shell.ts";
import { toySubject } from "./toy-subject.ts";
import type { World } from "./world.ts";

export interface AgentPlan extends AgentRules {
  readonly name: string;
  readonly character: Character;
  readonly leaseMs: number;
  readonly onShutdown: "escalate" | "release";
}

export interface MonitorPlan {
  readonly name: string;
  readonly intervalMs: number;
}

export type Plan = AgentPlan | MonitorPlan;

export class Processes {
  readonly #world: World;
  readonly #path: string;
  readonly #running = new Map<Life, Running>();
  #generations = 0;
  /** Whether who dies comes back. */
  comesBack = true;

  constructor(world: World, path: string) {
    this.#world = world;
    this.#path = path;
  }

  start(plan: Plan): void {
    this.#generations += 1;
    const kind = "character" in plan ? "agent" : "monitor";
    const life = newLife(kind, `${plan.name}.${this.#generations}`);
    const db = this.#tryOpen(life);
    if (!db) {
      this.#startLater(plan);
      return;
    }
    const stopping = new AbortController();
    this.#running.set(life, { plan, db, stopping });
    this.#world.trace.add(`${life.name} starts`);
    const store = storePort(this.#world, { life, db, die: (dead) => this.kill(dead) });
    const work =
      "character" in plan
        ? this.#agent(plan, { life, store, signal: stopping.signal })
        : this.#monitor(plan, { life, store, signal: stopping.signal });
    work.then(
      () => this.#ended(life),
      (error: unknown) => this.#failed(life, error),
    );
  }

  /** At once, wherever it is. */
  kill(life: Life): void {
    const running = this.#running.get(life);
    if (!running) return;
    this.#world.trace.add(`${life.name} is killed`);
    this.#forget(life, running);
  }

  killAll(): void {
    for (const life of [...this.#running.keys()]) this.kill(life);
  }

  lives(): readonly Life[] {
    return [...this.#running.keys()];
  }

  /** As a person, or a supervisor, would stop it. */
  terminate(life: Life): void {
    this.#world.trace.add(`${life.name} is told to stop`);
    this.#running.get(life)?.stopping.abort("SIGTERM");
  }

  #forget(life: Life, { plan, db }: Running): void {
    life.isAlive = false;
    this.#running.delete(life);
    db[Symbol.dispose]();
    this.#startLater(plan);
  }

  #startLater(plan: Plan): void {
    const { timeline, dice } = this.#world;
    timeline.after(dice.between(300, 6_000), () => {
      if (this.comesBack) this.start(plan);
    });
  }

  #tryOpen(life: Life): TicketOpsDB | undefined {
    try {
      return openStore(this.#world, life, this.#path);
    } catch (error) {
      if (error instanceof OperatorError && error.code === "database") return undefined;
      throw error;
    }
  }

  #ended(life: Life): void {
    const running = this.#running.get(life);
    if (!running) return;
    if (!running.stopping.signal.aborted) this.#world.safety.crashed(life, "it ended by itself");
    this.#world.trace.add(`${life.name} has stopped`);
    this.#forget(life, running);
  }

  /** A store that fails while an agent is told to stop ends it, as in production. */
  #failed(life: Life, error: unknown): void {
    const running = this.#running.get(life);
    if (!running) return;
    const isTrouble = error instanceof OperatorError && error.code === "database";
    if (!(isTrouble && running.stopping.signal.aborted)) this.#world.safety.crashed(life, error);
    this.#forget(life, running);
  }

  async #monitor({ intervalMs }: MonitorPlan, { life, store, signal }: Role): Promise<void> {
    const { trace } = this.#world;
    await runMonitor({
      subject: toySubject(this.#world, life),
      ledger: store,
      clock: clockOf(life, this.#world),
      intervalMs,
      probeDeadlineMs: 400,
      signal,
      emit: (event) => {
        if (event.type === "ticket") trace.add(`${life.name} ${event.move} #${event.ticketId}`);
      },
    });
  }

  async #agent(plan: AgentPlan, { life, store, signal }: Role): Promise<void> {
    const { trace, safety, dice: shared } = this.#world;
    const dice = shared.fork();
    const book: Book = new Map();
    safety.introduce(life, plan);
    await runAgent({
      agentId: life.name,
      queue: store,
      model: characterModel({
        ...{ world: this.#world, life, dice, book, character: plan.character },
        die: () => this.kill(life),
      }),
      mode: plan.mode,
      shell: toyShell(this.#world, life, book),
      openSubject: async () => toySubject(this.#world, life),
      // Where its members are nobody tells: so all words for them count.
      knowledge: (names) => ({ ...KNOWLEDGE, ...names, ports: undefined }),
      classify: classifyCommand,
      policy: async () => policyOf(plan),
      redact: createRedactor([SECRET]),
      clock: clockOf(life, this.#world),
      random: dice.next,
      signal,
      print: (line) => {
        safety.said(life, line);
        trace.add(`${life.name}: ${line}`);
      },
      limits: LIMITS,
      leaseMs: plan.leaseMs,
      idleMs: 500,
      pollMs: 250,
      backoffMs: 200,
      once: false,
      onShutdown: plan.onShutdown,
      approvesReplaced: true,
      turnMsMax: 40_000,
      subject: "toy",
    });
  }
}

interface Running {
  readonly plan: Plan;
  readonly db: TicketOpsDB;
  readonly stopping: AbortController;
}

interface Role {
  readonly life: Life;
  readonly store: TicketOpsDB;
  readonly signal: AbortSignal;
}

const KNOWLEDGE = {
  readHosts: [],
  protectedPaths: ["/sim/home"],
  cwd: "/var/empty",
  variables: { OPERATOR_HOME: "/sim/home" },
};

function policyOf({ radius, forbidden, granted }: AgentPlan): Policy {
  const anything = {
    reason: undefined,
    subjects: undefined,
    actions: undefined,
    effects: undefined,
    members: undefined,
    hours: undefined,
  };
  const rules: readonly PolicyRule[] = [
    ...(forbidden === undefined
      ? []
      : [{ ...anything, name: "hands off", decision: "deny", members: [forbidden] } as const]),
    ...(granted.length === 0
      ? []
      : [{ ...anything, name: "granted", decision: "allow", actions: granted } as const]),
  ];
  return { ...NO_POLICY, radius, rules };
}
