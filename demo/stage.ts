// The processes of one demo: the cluster by `operator subject`, and monitor, agent and load as
// children under a supervisor. Leaving the stage ends every one of them, whatever happened.
import { join } from "node:path";
import type { CommandContext } from "../src/commands/context.ts";
import { OperatorError, unreachable } from "../src/domain/errors.ts";
import { type ChildExit, describeExit, startChild } from "../src/infra/child.ts";
import { Supervisor } from "../src/infra/supervisor.ts";
import type { ChildEvent } from "../src/infra/supervisor-child.ts";
import type { ProcessView } from "../src/panels/view.ts";
import { ENDPOINTS } from "../subjects/index.ts";
import { disownHome, releaseReserve, removeHome } from "./home.ts";

/** The load checks its whole ledger before it ends. */
const LEDGER_GRACE_MS = 60_000;
const LAST_LINES = 10;
/** What the children need of it, but for the agent: TLS on the way to an engine. */
const NEEDED = ["PATH", "OPERATOR_HOME", "DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH"];
/** They would lead the children to what a person has elsewhere. */
const NOT_OURS = [
  ...ENDPOINTS.map(({ variable }) => variable),
  "OPERATOR_DB",
  "OPERATOR_PROJECT",
  "OPERATOR_BROKER",
];

export const CHILD_NAMES = ["monitor", "agent", "load"] as const;
export type ChildName = (typeof CHILD_NAMES)[number];

export interface StageOptions {
  readonly context: CommandContext;
  readonly home: string;
  readonly databasePath: string;
  readonly subject: string;
  /** `source` is a child, "subject" for the cluster, or "demo" for what became of a child. */
  readonly onLine: (source: string, line: string) => void;
  readonly onProcess?: (child: string, process: ProcessView) => void;
}

export class Stage implements AsyncDisposable {
  /** The world of the children: the demo's home, and nothing else of ours in it. */
  readonly context: CommandContext;
  readonly #options: StageOptions;
  readonly #supervisor: Supervisor;
  readonly #givenUp: Readonly<Record<ChildName, PromiseWithResolvers<OperatorError>>> = {
    monitor: Promise.withResolvers(),
    agent: Promise.withResolvers(),
    load: Promise.withResolvers(),
  };
  #isUp = false;
  #isKept = false;

  constructor(options: StageOptions) {
    this.#options = options;
    this.context = contextOf(options);
    this.#supervisor = new Supervisor({
      logDirectory: join(options.home, "logs"),
      clock: options.context.clock,
      onEvent: (name, event) => this.#hear(name, event),
    });
  }

  /** `flags` of `operator subject up`. */
  async raise(flags: readonly string[]): Promise<void> {
    this.#isUp = true;
    const { subject, context } = this.#options;
    await this.#runToEnd(["subject", "up", subject, ...flags], context.signal);
  }

  /** For the audience, as what the cluster's own commands say. */
  say(line: string): void {
    this.#options.onLine("subject", line);
  }

  /**
   * One that ends by itself is started again, the load too: it goes on with its ledger, so that its
   * check at the end covers every write of the runs before. What it wrote is in <home>/logs.
   */
  start(name: ChildName, words: readonly string[]): void {
    const { context, onLine } = this.#options;
    const { env } = this.context;
    const needed = Object.entries(env).filter(([variable]) => NEEDED.includes(variable));
    this.#supervisor.start({
      name,
      command: [...context.self, ...words],
      // Only the agent reaches out, with a person's key and proxy; the others stay on loopback.
      env: name === "agent" ? env : Object.fromEntries(needed),
      onLine: (line) => onLine(name, line),
    });
  }

  /** Resolves with what there is to say when it has ended by itself too often. */
  givenUp(name: ChildName): Promise<OperatorError> {
    return this.#givenUp[name].promise;
  }

  /** Rejects, naming it, when one of the children is given up. */
  async childEnded(): Promise<never> {
    throw await Promise.race(CHILD_NAMES.map((name) => this.givenUp(name)));
  }

  async stop(name: ChildName): Promise<ChildExit | undefined> {
    return this.#supervisor.stop(name, name === "load" ? LEDGER_GRACE_MS : undefined);
  }

  get isUp(): boolean {
    return this.#isUp;
  }

  /** Leaves the cluster and its home for a person to look at. */
  async keep(): Promise<void> {
    await disownHome(this.#options.home);
    this.#isKept = true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#supervisor[Symbol.asyncDispose]();
    if (this.#isKept) return;
    if (this.#isUp) await this.lower();
    await removeHome(this.#options.home);
  }

  async lower(): Promise<void> {
    await releaseReserve(this.#options.home);
    await this.#runToEnd(["subject", "down", this.#options.subject]);
    this.#isUp = false;
  }

  #hear(name: string, event: ChildEvent): void {
    const { onLine, onProcess } = this.#options;
    const process = processOf(event);
    if (process) onProcess?.(name, process);
    const news = newsOf(name, event);
    if (news !== undefined) onLine("demo", news);
    if (event.type !== "ended" || event.willRestart) return;
    const { how, lastLines } = event;
    const hint = lastLines.join("\n");
    const error = new OperatorError("runtime", `the ${name} keeps ending (${how})`, { hint });
    const child = CHILD_NAMES.find((candidate) => candidate === name);
    if (child) this.#givenUp[child].resolve(error);
  }

  /** Runs one of our own commands; its failure is ours, with its last lines. */
  async #runToEnd(words: readonly string[], signal?: AbortSignal): Promise<void> {
    const { context, onLine } = this.#options;
    const lines: string[] = [];
    const child = startChild({
      command: [...context.self, ...words],
      env: this.context.env,
      ...(signal ? { signal } : {}),
      onLine: (line) => {
        lines.push(line);
        onLine("subject", line);
      },
    });
    const exit = await child.exited;
    if (exit.exitCode === 0) return;
    if (signal?.aborted) throw new OperatorError("interrupted", `interrupted by ${signal.reason}`);
    const said = lines.slice(-LAST_LINES).join("\n");
    throw new OperatorError(
      "runtime",
      `operator ${words.join(" ")} failed (${describeExit(exit)})`,
      {
        hint: said,
      },
    );
  }
}

function contextOf({ context, home, databasePath }: StageOptions): CommandContext {
  const theirs = Object.entries(context.env).filter(([name]) => !NOT_OURS.includes(name));
  const env = { ...Object.fromEntries(theirs), OPERATOR_HOME: home };
  return { ...context, env, flags: { db: databasePath } };
}

/** Undefined for what changes nothing about the process. */
function processOf(event: ChildEvent): ProcessView | undefined {
  switch (event.type) {
    case "running":
      return { state: "running", restarts: event.restarts };
    case "ended":
      return { state: "ended", how: event.how, willRestart: event.willRestart };
    case "stopped":
      return { state: "ended", how: "stopped", willRestart: false };
    case "log_failed":
      return undefined;
    default:
      return unreachable(event);
  }
}

/** What a reader of plain lines must hear: an end for good is an error, which is told by itself. */
function newsOf(name: string, event: ChildEvent): string | undefined {
  if (event.type === "log_failed") return `the log of the ${name} fails: ${event.cause}`;
  const isPassing = event.type === "ended" && event.willRestart;
  return isPassing ? `the ${name} ended (${event.how}), and is started again` : undefined;
}
