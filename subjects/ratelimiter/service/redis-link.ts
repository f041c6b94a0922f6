// The one way to Redis: a connection that mends itself, a deadline for every command, and a bound
// on how many may be unanswered. Nothing here rejects: what went wrong is an answer, too.
import { Redis } from "ioredis";
import { messageOf } from "../../../src/domain/errors.ts";
import type { Script } from "./scripts.ts";

export interface RedisLinkOptions {
  readonly host: string;
  readonly port: number;
  readonly username?: string;
  readonly password?: string;
  /** CLIENT LIST shows it. */
  readonly connectionName: string;
  /** Commands that Redis has not answered, late ones included; more are refused at once. */
  readonly unansweredMax: number;
  /** Told when the connection is made or lost, not at every attempt. */
  readonly onChange: (state: "connected" | "lost", reason: string) => void;
}

export type LinkFailure =
  | "unreachable" // no connection, or it ended before the answer came
  | "late" // no answer within the deadline
  | "queue_full" // too many are unanswered: not sent
  | "refused"; // Redis answered with an error

export type LinkAnswer =
  | { readonly state: "answered"; readonly value: unknown }
  | { readonly state: "failed"; readonly failure: LinkFailure; readonly reason: string };

/** What became of a command that was sent and had failed for us. */
export type Afterwards =
  | { readonly state: "answered_late"; readonly value: unknown }
  | { readonly state: "refused_late" }
  /** Redis may have carried it out. */
  | { readonly state: "lost" };

export interface AskOptions {
  readonly deadlineMs: number;
  /** Called at most once, and only after a `late` or `unreachable` answer to a command sent. */
  readonly onAfterwards?: (afterwards: Afterwards) => void;
}

interface Waiting {
  readonly expiresAtMs: number;
  readonly resolve: (answer: LinkAnswer) => void;
}

/** Deadlines are kept to within this: one timer for all costs less than one for each. */
const SWEEP_MS = 10;
/** A connection on which nothing comes back for so long is given up, and made anew. */
const SILENCE_MS_MAX = 2_000;
const CONNECT_MS_MAX = 1_000;
const RECONNECT_MS_MAX = 500;

export class RedisLink implements Disposable {
  readonly #redis: Redis;
  readonly #unansweredMax: number;
  readonly #waiting = new Set<Waiting>();
  readonly #onChange: RedisLinkOptions["onChange"];
  #unanswered = 0;
  #scriptLoads = 0;
  #lastError = "not connected yet";
  #isConnected = false;
  #sweeper: NodeJS.Timeout | undefined;

  constructor(options: RedisLinkOptions) {
    this.#unansweredMax = options.unansweredMax;
    this.#onChange = options.onChange;
    this.#redis = connect(options);
    this.#redis.on("ready", () => this.#note("connected", "ready"));
    this.#redis.on("error", (error: Error) => {
      this.#lastError = messageOf(error);
    });
    this.#redis.on("close", () => this.#note("lost", this.#lastError));
  }

  get unanswered(): number {
    return this.#unanswered;
  }

  /** How often Redis did not know a script and was given its text. */
  get scriptLoads(): number {
    return this.#scriptLoads;
  }

  get isConnected(): boolean {
    return this.#isConnected;
  }

  /** Never rejects. */
  command(words: readonly [string, ...string[]], options: AskOptions): Promise<LinkAnswer> {
    const [name, ...rest] = words;
    return this.#ask(() => this.#redis.call(name, ...rest), options);
  }

  /** Never rejects. `keys` are of one hash tag. */
  run(call: ScriptCall, options: AskOptions): Promise<LinkAnswer> {
    return this.#ask(() => this.#runScript(call), options);
  }

  /** What is unanswered counts as lost. */
  [Symbol.dispose](): void {
    clearInterval(this.#sweeper);
    this.#redis.disconnect();
  }

  #ask(send: () => Promise<unknown>, options: AskOptions): Promise<LinkAnswer> {
    if (!this.#isConnected) return Promise.resolve(failed("unreachable", this.#lastError));
    if (this.#unanswered >= this.#unansweredMax) {
      return Promise.resolve(failed("queue_full", `${this.#unanswered} commands are unanswered`));
    }
    this.#unanswered += 1;
    return new Promise((resolve) => {
      const waiting = { expiresAtMs: performance.now() + options.deadlineMs, resolve };
      this.#waiting.add(waiting);
      this.#sweeper ??= setInterval(() => this.#sweep(), SWEEP_MS);
      send().then(
        (value) => this.#settle(waiting, { answer: { state: "answered", value }, options }),
        (error) => this.#settle(waiting, { answer: failureOf(error), options }),
      );
    });
  }

  #settle(waiting: Waiting, { answer, options }: Settling): void {
    this.#unanswered -= 1;
    const isInTime = this.#waiting.delete(waiting);
    if (isInTime) waiting.resolve(answer);
    const isKnown = isInTime && !isLost(answer);
    if (!isKnown) options.onAfterwards?.(afterwardsOf(answer));
  }

  #sweep(): void {
    const nowMs = performance.now();
    for (const waiting of this.#waiting) {
      if (waiting.expiresAtMs > nowMs) continue;
      this.#waiting.delete(waiting);
      waiting.resolve(failed("late", "no answer within the deadline"));
    }
    if (this.#waiting.size > 0) return;
    clearInterval(this.#sweeper);
    this.#sweeper = undefined;
  }

  async #runScript({ script, keys, args }: ScriptCall): Promise<unknown> {
    try {
      return await this.#redis.evalsha(script.sha, keys.length, ...keys, ...args);
    } catch (error) {
      if (!messageOf(error).startsWith("NOSCRIPT")) throw error;
      this.#scriptLoads += 1;
      return this.#redis.eval(script.text, keys.length, ...keys, ...args);
    }
  }

  #note(state: "connected" | "lost", reason: string): void {
    const isConnected = state === "connected";
    if (isConnected === this.#isConnected) return;
    this.#isConnected = isConnected;
    this.#onChange(state, reason);
  }
}

export interface ScriptCall {
  readonly script: Script;
  readonly keys: readonly string[];
  readonly args: readonly (string | number)[];
}

interface Settling {
  readonly answer: LinkAnswer;
  readonly options: AskOptions;
}

/** Nothing is queued while there is no connection, and nothing sent twice. */
function connect({ host, port, username, password, connectionName }: RedisLinkOptions): Redis {
  return new Redis({
    host,
    port,
    connectionName,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: null,
    enableAutoPipelining: true,
    connectTimeout: CONNECT_MS_MAX,
    socketTimeout: SILENCE_MS_MAX,
    retryStrategy: (attempts) => Math.min(RECONNECT_MS_MAX, attempts * 50),
  });
}

function failed(failure: LinkFailure, reason: string): LinkAnswer {
  return { state: "failed", failure, reason };
}

/** Redis's own errors are named so by ioredis; all others are of the connection. */
function failureOf(error: unknown): LinkAnswer {
  const isReply = error instanceof Error && error.name === "ReplyError";
  return failed(isReply ? "refused" : "unreachable", messageOf(error));
}

function isLost(answer: LinkAnswer): boolean {
  return answer.state === "failed" && answer.failure === "unreachable";
}

function afterwardsOf(answer: LinkAnswer): Afterwards {
  if (answer.state === "answered") return { state: "answered_late", value: answer.value };
  return { state: answer.failure === "refused" ? "refused_late" : "lost" };
}
