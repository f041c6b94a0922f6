// The processes of one demo: the cluster by `operator subject`, and monitor, agent and load as
// children with unbuffered pipes. Leaving the stage ends every one of them, whatever happened.
import type { CommandContext } from "../src/commands/context.ts";
import { OperatorError } from "../src/domain/errors.ts";
import { type Child, type ChildExit, startChild } from "../src/infra/child.ts";
import { disownHome, removeHome } from "./home.ts";

const STOP_GRACE_MS = 5_000;
/** The load checks its whole ledger before it ends. */
const LEDGER_GRACE_MS = 60_000;
const LAST_LINES = 10;

export type ChildName = "monitor" | "agent" | "load";

export interface StageOptions {
  readonly context: CommandContext;
  readonly home: string;
  readonly databasePath: string;
  readonly subject: string;
  readonly onLine: (source: string, line: string) => void;
}

export class Stage implements AsyncDisposable {
  readonly #options: StageOptions;
  readonly #children = new Map<ChildName, Child>();
  #isUp = false;
  #isKept = false;

  constructor(options: StageOptions) {
    this.#options = options;
  }

  /** The world of the children: the demo's home, and nothing else of ours in it. */
  get context(): CommandContext {
    const { context, home, databasePath } = this.#options;
    const { PD_ENDPOINT: _, OPERATOR_DB: __, ...env } = context.env;
    return { ...context, env: { ...env, OPERATOR_HOME: home }, flags: { db: databasePath } };
  }

  async raise(timeScale: number): Promise<void> {
    this.#isUp = true;
    const { subject, context } = this.#options;
    const words = ["subject", "up", subject, "--time-scale", `${timeScale}`];
    await this.#runToEnd(words, context.signal);
  }

  start(name: ChildName, words: readonly string[]): Child {
    const { context, onLine } = this.#options;
    const command = [...context.self, ...words];
    const { env } = this.context;
    const child = startChild({
      command,
      // Only the agent reaches out, with a person's key and proxy; the others stay on loopback.
      env: name === "agent" ? env : { PATH: env.PATH, OPERATOR_HOME: env.OPERATOR_HOME },
      onLine: (line) => onLine(name, line),
    });
    this.#children.set(name, child);
    return child;
  }

  /** Rejects, naming it, when one of the children ends without having been asked to. */
  async childEnded(): Promise<never> {
    const endings = [...this.#children].map(async ([name, child]) => {
      const exit = await child.exited;
      // One that was stopped is no longer listed: its end is no news.
      return this.#children.get(name) === child ? { name, exit } : new Promise<never>(() => {});
    });
    const { name, exit } = await Promise.race(endings);
    throw new OperatorError("runtime", `the ${name} ended by itself (${describeExit(exit)})`);
  }

  async stop(name: ChildName): Promise<ChildExit | undefined> {
    const child = this.#children.get(name);
    this.#children.delete(name);
    return child?.stop(name === "load" ? LEDGER_GRACE_MS : STOP_GRACE_MS);
  }

  /** Leaves the cluster and its home for a person to look at. */
  async keep(): Promise<void> {
    await disownHome(this.#options.home);
    this.#isKept = true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#children.values()].map((child) => child.stop(STOP_GRACE_MS)));
    this.#children.clear();
    if (this.#isKept) return;
    if (this.#isUp) await this.lower();
    await removeHome(this.#options.home);
  }

  async lower(): Promise<void> {
    await this.#runToEnd(["subject", "down", this.#options.subject]);
    this.#isUp = false;
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

function describeExit({ exitCode, signal }: ChildExit): string {
  return signal === null ? `exit ${exitCode}` : signal;
}
