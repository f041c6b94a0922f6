// Ends a request to a model's service for one of three reasons: the caller aborted it, nothing came
// for too long, or it took too long as a whole. Whoever waits learns it at once, whatever the
// client library does with the signal.
import type { Clock } from "../domain/clock.ts";
import { ModelError } from "../domain/model.ts";

export interface RequestWatchOptions {
  /** The caller's. */
  readonly signal: AbortSignal;
  readonly clock: Clock;
  /** The longest silence between two signs of life. */
  readonly idleTimeoutMs: number;
  readonly deadlineMs: number;
}

export class RequestWatch implements Disposable {
  readonly #options: RequestWatchOptions;
  readonly #controller = new AbortController();
  readonly #startedAtMs: number;
  #touchedAtMs: number;
  #ending: ModelError | undefined;

  constructor(options: RequestWatchOptions) {
    this.#options = options;
    this.#startedAtMs = options.clock.elapsed();
    this.#touchedAtMs = this.#startedAtMs;
    if (options.signal.aborted) this.#endAborted();
    else options.signal.addEventListener("abort", this.#endAborted, { once: true });
    void this.#watchTime();
  }

  /** For the request: aborted when the watch ends it, and when the watch is disposed of. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Why the watch ended the request; undefined as long as it did not. */
  get ending(): ModelError | undefined {
    return this.#ending;
  }

  /** A sign of life: the silence counts from here. */
  touch(): void {
    this.#touchedAtMs = this.#options.clock.elapsed();
  }

  /** As `work`, but rejects with the ending as soon as there is one. */
  async race<T>(work: Promise<T>): Promise<T> {
    const ended = Promise.withResolvers<never>();
    const end = () => ended.reject(this.#ending);
    if (this.signal.aborted) end();
    else this.signal.addEventListener("abort", end, { once: true });
    return await Promise.race([ended.promise, work]);
  }

  [Symbol.dispose](): void {
    this.#options.signal.removeEventListener("abort", this.#endAborted);
    this.#controller.abort();
  }

  /** Ends with the request: by its ending or by the disposal. */
  async #watchTime(): Promise<void> {
    const { clock, idleTimeoutMs, deadlineMs } = this.#options;
    while (!this.signal.aborted) {
      const idleRestMs = this.#touchedAtMs + idleTimeoutMs - clock.elapsed();
      const deadlineRestMs = this.#startedAtMs + deadlineMs - clock.elapsed();
      if (idleRestMs <= 0) this.#end("connection", `nothing came for ${idleTimeoutMs} ms`);
      else if (deadlineRestMs <= 0) this.#end("connection", `not done within ${deadlineMs} ms`);
      else await clock.sleep(Math.min(idleRestMs, deadlineRestMs), this.signal);
    }
  }

  readonly #endAborted = () => this.#end("aborted", "aborted");

  #end(failure: "aborted" | "connection", message: string): void {
    this.#ending = new ModelError(failure, message);
    this.#controller.abort();
  }
}
