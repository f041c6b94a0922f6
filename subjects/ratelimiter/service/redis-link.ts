// The one way to Redis: a connection that mends itself, a deadline for every command, and a bound
// on how many may be unanswered. Nothing here rejects: what went wrong is an answer, too.
// Bun's own client, because a check spends a third of ioredis's time in it: 12 µs against 35.
import { RedisClient } from "bun";
import { messageOf } from "../../../src/domain/errors.ts";
import { hasCode } from "../../../src/infra/files.ts";
import { type RedisPlace, readRefusal } from "./redis-refusal.ts";
import type { Script } from "./scripts.ts";

export interface RedisLinkOptions extends RedisPlace {
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

export interface ScriptCall {
  readonly script: Script;
  readonly keys: readonly string[];
  readonly args: readonly (string | number)[];
}

interface Command {
  readonly name: string;
  readonly words: string[];
  /** Whose text Redis is given when it does not know the first word. */
  readonly script?: Script;
}

interface Waiting {
  readonly expiresAtMs: number;
  readonly resolve: (answer: LinkAnswer) => void;
  readonly onAfterwards: AskOptions["onAfterwards"];
}

/** Deadlines are kept to within this: one timer for all costs less than one for each. */
const SWEEP_MS = 10;
/** A connection on which nothing comes back for so long is given up, and made anew. */
const SILENCE_MS_MAX = 2_000;
const CONNECT_MS_MAX = 1_000;
const RECONNECT_MS = 100;

export class RedisLink implements Disposable {
  readonly #options: RedisLinkOptions;
  readonly #waiting = new Set<Waiting>();
  readonly #firstConnection = Promise.withResolvers<void>();
  /** Asked in this turn of the event loop: one write takes them all, and one read by Redis. */
  #leaving: { readonly command: Command; readonly waiting: Waiting }[] = [];
  #client: RedisClient;
  #unanswered = 0;
  #scriptLoads = 0;
  #progressAtMs = 0;
  #lastError = "not connected yet";
  /** What Redis, or the way to it, says to who is not let in. */
  #refusal: string | undefined;
  #isConnected = false;
  #isDisposed = false;
  #sweeper: NodeJS.Timeout | undefined;
  #reconnect: NodeJS.Timeout | undefined;

  constructor(options: RedisLinkOptions) {
    this.#options = options;
    this.#client = this.#connect();
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

  /** Resolves when the connection is made for the first time; never, when it never is. */
  get firstConnection(): Promise<void> {
    return this.#firstConnection.promise;
  }

  /** Never rejects. */
  command(
    [name, ...words]: readonly [string, ...string[]],
    options: AskOptions,
  ): Promise<LinkAnswer> {
    return this.#ask({ name, words }, options);
  }

  /** Never rejects. `keys` are of one hash tag. */
  run({ script, keys, args }: ScriptCall, options: AskOptions): Promise<LinkAnswer> {
    const words = [script.sha, String(keys.length), ...keys, ...args.map(String)];
    return this.#ask({ name: "EVALSHA", words, script }, options);
  }

  /** What is unanswered counts as lost. */
  [Symbol.dispose](): void {
    this.#isDisposed = true;
    clearInterval(this.#sweeper);
    clearTimeout(this.#reconnect);
    this.#client.close();
  }

  #ask(command: Command, { deadlineMs, onAfterwards }: AskOptions): Promise<LinkAnswer> {
    if (!this.#isConnected) {
      return Promise.resolve(failed("unreachable", this.#refusal ?? this.#lastError));
    }
    if (this.#unanswered >= this.#options.unansweredMax) {
      return Promise.resolve(failed("queue_full", `${this.#unanswered} commands are unanswered`));
    }
    const nowMs = performance.now();
    if (this.#unanswered === 0) this.#progressAtMs = nowMs;
    this.#unanswered += 1;
    this.#sweeper ??= setInterval(() => this.#sweep(), SWEEP_MS);
    return new Promise((resolve) => {
      const waiting = { expiresAtMs: nowMs + deadlineMs, resolve, onAfterwards };
      this.#waiting.add(waiting);
      if (this.#leaving.length === 0) setImmediate(() => this.#sendAll());
      this.#leaving.push({ command, waiting });
    });
  }

  #sendAll(): void {
    const leaving = this.#leaving;
    this.#leaving = [];
    for (const { command, waiting } of leaving) this.#send(command, waiting);
  }

  #send({ name, words, script }: Command, waiting: Waiting): void {
    this.#client.send(name, words).then(
      (value) => this.#settle(waiting, { state: "answered", value }),
      (error) => {
        if (!script || !messageOf(error).startsWith("NOSCRIPT")) {
          return this.#settle(waiting, failureOf(error));
        }
        this.#scriptLoads += 1;
        this.#send({ name: "EVAL", words: [script.text, ...words.slice(1)] }, waiting);
      },
    );
  }

  #settle(waiting: Waiting, answer: LinkAnswer): void {
    this.#unanswered -= 1;
    this.#progressAtMs = performance.now();
    const isInTime = this.#waiting.delete(waiting);
    if (isInTime) waiting.resolve(answer);
    const isKnown = isInTime && !isLost(answer);
    if (!isKnown) waiting.onAfterwards?.(afterwardsOf(answer));
  }

  #sweep(): void {
    const nowMs = performance.now();
    for (const waiting of this.#waiting) {
      if (waiting.expiresAtMs > nowMs) continue;
      this.#waiting.delete(waiting);
      waiting.resolve(failed("late", "no answer within the deadline"));
    }
    if (this.#unanswered === 0) {
      clearInterval(this.#sweeper);
      this.#sweeper = undefined;
    } else if (nowMs - this.#progressAtMs > SILENCE_MS_MAX) {
      this.#client.close();
    }
  }

  /** A client of its own for each connection: none is mended, so none resends anything. */
  #connect(): RedisClient {
    const client = new RedisClient(urlOf(this.#options), {
      autoReconnect: false,
      enableOfflineQueue: false,
      connectionTimeout: CONNECT_MS_MAX,
    });
    client.onclose = (error) => this.#lose(client, messageOf(error));
    client.connect().then(
      () => this.#greet(client),
      (error) => this.#lose(client, messageOf(error)),
    );
    return client;
  }

  #greet(client: RedisClient): void {
    const forget = () => undefined; // a name is for people: Redis works without
    client.send("CLIENT", ["SETNAME", this.#options.connectionName]).then(forget, forget);
    this.#note("connected", "");
  }

  #lose(client: RedisClient, reason: string): void {
    if (client !== this.#client || this.#isDisposed || this.#reconnect !== undefined) return;
    this.#lastError = reason;
    if (!this.#isConnected) void this.#askWhy();
    // Who was connected is let in again at once, as a rule.
    const pauseMs = this.#isConnected ? 0 : RECONNECT_MS;
    this.#note("lost", reason);
    this.#reconnect = setTimeout(() => {
      this.#reconnect = undefined;
      this.#client = this.#connect();
    }, pauseMs);
  }

  async #askWhy(): Promise<void> {
    const refusal = await readRefusal(this.#options, CONNECT_MS_MAX);
    if (!this.#isConnected) this.#refusal = refusal;
  }

  #note(state: "connected" | "lost", reason: string): void {
    const isConnected = state === "connected";
    if (isConnected === this.#isConnected) return;
    this.#isConnected = isConnected;
    this.#refusal = undefined;
    if (isConnected) this.#firstConnection.resolve();
    this.#options.onChange(state, reason);
  }
}

function urlOf({ host, port, username = "", password }: RedisLinkOptions): string {
  const words = [username, password ?? ""].map(encodeURIComponent).join(":");
  return `redis://${password === undefined ? "" : `${words}@`}${host}:${port}`;
}

function failed(failure: LinkFailure, reason: string): LinkAnswer {
  return { state: "failed", failure, reason };
}

/** What Redis itself answered has a code of its own in Bun; all others are of the connection. */
function failureOf(error: unknown): LinkAnswer {
  const isReply = hasCode(error, "ERR_REDIS_SERVER_ERROR");
  return failed(isReply ? "refused" : "unreachable", messageOf(error));
}

function isLost(answer: LinkAnswer): boolean {
  return answer.state === "failed" && answer.failure === "unreachable";
}

function afterwardsOf(answer: LinkAnswer): Afterwards {
  if (answer.state === "answered") return { state: "answered_late", value: answer.value };
  return { state: answer.failure === "refused" ? "refused_late" : "lost" };
}
