// A connection to Redis in a job's name, on which one command at a time is sent. It is made when
// it is needed: a job that finds Redis gone fails this once, and tries again the next time.
import { Redis } from "ioredis";
import { messageOf } from "../../../src/domain/errors.ts";
import type { Address } from "../address.ts";
import { clientNameOf } from "./answers.ts";

export interface ConnectionOptions {
  readonly job: string;
  readonly redis: Address;
}

const CONNECT_MS_MAX = 1_000;
/** A job that Redis keeps waiting for longer has failed. */
const ANSWER_MS_MAX = 10_000;

export class JobConnection implements Disposable {
  readonly #options: ConnectionOptions;
  #redis: Redis | undefined;
  #refusal = "no connection";

  constructor(options: ConnectionOptions) {
    this.#options = options;
  }

  get isOpen(): boolean {
    return this.#redis?.status === "ready";
  }

  /** Resolves with undefined, or with what Redis or the connection refused it for. */
  async send(words: readonly string[]): Promise<string | undefined> {
    const [name = "", ...rest] = words;
    try {
      if (!this.#redis || !this.isOpen) this.#redis = await this.#connect();
      await this.#redis.call(name, ...rest);
      return undefined;
    } catch (error) {
      return this.isOpen ? messageOf(error) : this.#refusal;
    }
  }

  [Symbol.dispose](): void {
    this.#redis?.disconnect();
  }

  async #connect(): Promise<Redis> {
    this.#redis?.disconnect();
    this.#refusal = "the connection was closed";
    const redis = new Redis({
      ...this.#options.redis,
      connectionName: clientNameOf(this.#options.job),
      lazyConnect: true,
      retryStrategy: () => null,
      maxRetriesPerRequest: 0,
      connectTimeout: CONNECT_MS_MAX,
      commandTimeout: ANSWER_MS_MAX,
    });
    redis.on("error", (error) => {
      this.#refusal = messageOf(error);
    });
    // Known before it is there, so that disposing ends it in any state.
    this.#redis = redis;
    await redis.connect();
    return redis;
  }
}
