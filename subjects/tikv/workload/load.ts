// YCSB's workload A: half reads, half updates, zipfian keys, at a given rate with bounded
// concurrency.
import type { WorkloadOptions } from "../../../src/domain/subject.ts";
import { type Outcome, REQUEST_MS, type StoreClient } from "./client.ts";
import type { Ledger } from "./ledger.ts";
import { keyOf, stampedValue } from "./records.ts";
import { countOperation, emptySecond, secondLine } from "./seconds.ts";
import { createZipfian } from "./zipfian.ts";

export interface LoadOptions extends WorkloadOptions {
  readonly client: StoreClient;
  readonly ledger: Ledger;
}

const READ_SHARE = 0.5;
const PACE_MS = 10;
const IN_FLIGHT_MAX = 64;
const SECOND_MS = 1_000;
/** Operations that could not be begun in this time are not made up for later. */
const BACKLOG_MS = 200;
/**
 * How long a key rests after a write of unknown fate. The request has expired at every store then,
 * so that it cannot come after a newer write and be taken for a lost one.
 */
const REST_MS = 2 * REQUEST_MS;
const FREE_KEY_TRIES = 16;

/** Until the signal aborts or the duration is over, and what is under way has ended. */
export async function runLoad(options: LoadOptions): Promise<void> {
  const { clock, signal } = options;
  const load = new Load(options);
  const endAtMs = clock.now() + (options.durationMs ?? Number.POSITIVE_INFINITY);
  let reportDueAtMs = clock.now() + SECOND_MS;
  while (!signal.aborted && clock.now() < endAtMs) {
    load.beginDue();
    if (clock.now() >= reportDueAtMs) {
      load.report();
      reportDueAtMs += SECOND_MS;
    }
    await clock.sleep(PACE_MS, signal);
  }
  await load.ended();
  load.report();
}

/** Holds the operations under way. */
class Load {
  readonly #options: LoadOptions;
  readonly #chooseKey: () => string;
  readonly #inFlight = new Set<Promise<void>>();
  /** Keys with a write under way (for ever) or at rest (until then). */
  readonly #restingUntilMs = new Map<string, number>();
  #second = emptySecond();
  #begunToMs: number;
  /** Of an operation, not of a store: the ledger cannot be written. */
  #failure: { readonly error: unknown } | undefined;

  constructor(options: LoadOptions) {
    this.#options = options;
    const chooseItem = createZipfian(options.keys, options.random);
    this.#chooseKey = () => keyOf(chooseItem(), options.ledger.id);
    this.#begunToMs = options.clock.now();
  }

  /** Begins what the rate asks for since the last time. Throws when an earlier one threw. */
  beginDue(): void {
    if (this.#failure) throw this.#failure.error;
    const { clock, opsPerSecond } = this.#options;
    const periodMs = SECOND_MS / opsPerSecond;
    this.#begunToMs = Math.max(this.#begunToMs, clock.now() - BACKLOG_MS);
    while (this.#begunToMs + periodMs <= clock.now() && this.#inFlight.size < IN_FLIGHT_MAX) {
      this.#begunToMs += periodMs;
      this.#begin();
    }
  }

  report(): void {
    this.#options.print(secondLine(this.#second, this.#options.clock.now()));
    this.#second = emptySecond();
  }

  async ended(): Promise<void> {
    await Promise.all(this.#inFlight);
  }

  #begin(): void {
    const operation = this.#operate();
    this.#inFlight.add(operation);
    const end = () => this.#inFlight.delete(operation);
    void operation.then(end, (error: unknown) => {
      this.#failure ??= { error };
      end();
    });
  }

  async #operate(): Promise<void> {
    const { client, random } = this.#options;
    const key = this.#chooseKey();
    const free = random() < READ_SHARE ? undefined : this.#freeKey(key);
    const startedAtMs = performance.now();
    const outcome = free === undefined ? await client.get(key) : await this.#write(free);
    const durationMs = performance.now() - startedAtMs;
    const type = free === undefined ? "read" : "write";
    countOperation(this.#second, { type, outcome, durationMs });
  }

  async #write(key: string): Promise<Outcome> {
    const { client, ledger, clock } = this.#options;
    this.#restingUntilMs.set(key, Number.POSITIVE_INFINITY);
    const stamp = ledger.attempt(key);
    const outcome = await client.put(key, stampedValue(stamp));
    if (outcome.state === "done") ledger.acknowledge(stamp);
    if (outcome.state === "unknown") this.#restingUntilMs.set(key, clock.now() + REST_MS);
    else this.#restingUntilMs.delete(key);
    return outcome;
  }

  /** One write per key at a time, so that its order is known. Undefined: none is found, so read. */
  #freeKey(wanted: string): string | undefined {
    const nowMs = this.#options.clock.now();
    let key = wanted;
    for (let turn = 0; turn < FREE_KEY_TRIES; turn += 1) {
      if (nowMs >= (this.#restingUntilMs.get(key) ?? 0)) return key;
      key = this.#chooseKey();
    }
    return undefined;
  }
}
