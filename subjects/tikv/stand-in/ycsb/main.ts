// go-ycsb by its own command line, for images of ours: `go-ycsb run tikv -p tikv.pd=…`.
// Its operations go to stand-in stores, which speak no gRPC; what it prints has go-ycsb's form.
import { z } from "zod";
import { OperatorError } from "../../../../src/domain/errors.ts";
import type { RunProgramOptions } from "../../../../src/domain/subject.ts";
import { request } from "../../../../src/infra/http.ts";
import { createStoreClient, type StoreClient } from "../../workload/client.ts";
import { Figures } from "./figures.ts";

/** What is read of its properties; the others are taken and change nothing. */
interface Properties {
  readonly pd: string;
  readonly records: number;
  readonly threads: number;
  /** Operations per second of all threads. */
  readonly target: number;
  readonly insertShare: number;
  readonly intervalMs: number;
}

const STORES = z.object({
  stores: z.array(z.object({ store: z.object({ address: z.string() }) })),
});
const ASK_MS = 5_000;
const ANSWER_BYTES_MAX = 1024 * 1024;
const VALUE = "x".repeat(100);
const KEY_DIGITS = 19;
const SECOND_MS = 1_000;
const US_IN_MS = 1_000;

/** Until the signal aborts; then it prints its figures once more. */
export async function runYcsbStandIn(options: RunProgramOptions): Promise<number> {
  const { clock, signal, log } = options;
  const properties = readProperties(options.words);
  const client = createStoreClient({ addresses: await findStores(properties, signal), clock });
  const bench = new Bench({ ...options, properties, client });
  log("**********************************************");
  const printed = printEach(properties.intervalMs, { bench, clock, signal, log });
  await Promise.all(Array.from({ length: properties.threads }, () => bench.runThread()));
  await printed;
  log("**********************************************");
  log("Run finished");
  for (const line of bench.lines()) log(line);
  return 0;
}

async function printEach(
  intervalMs: number,
  {
    bench,
    clock,
    signal,
    log,
  }: Pick<RunProgramOptions, "clock" | "signal" | "log"> & { readonly bench: Bench },
): Promise<void> {
  for (;;) {
    await clock.sleep(intervalMs, signal);
    if (signal.aborted) return;
    for (const line of bench.lines()) log(line);
  }
}

interface BenchOptions extends RunProgramOptions {
  readonly properties: Properties;
  readonly client: StoreClient;
}

/** Holds the figures of one run. */
class Bench {
  readonly #options: BenchOptions;
  readonly #startedAtUs = nowUs();
  readonly #figures = new Map<string, Figures>();
  #inserted: number;

  constructor(options: BenchOptions) {
    this.#options = options;
    this.#inserted = options.properties.records;
  }

  /** One operation after the other, at its share of the rate. */
  async runThread(): Promise<void> {
    const { properties, clock, signal, random } = this.#options;
    const periodMs = (SECOND_MS * properties.threads) / properties.target;
    let dueAtMs = clock.now() + random() * periodMs;
    while (!signal.aborted) {
      await clock.sleep(Math.max(0, dueAtMs - clock.now()), signal);
      if (signal.aborted) return;
      dueAtMs += periodMs;
      await (random() < properties.insertShare ? this.#insert() : this.#read());
    }
  }

  /** In the order of their names. */
  lines(): readonly string[] {
    const named = [...this.#figures].toSorted(([left], [right]) => (left < right ? -1 : 1));
    return named.map(([, figures]) => figures.line(nowUs()));
  }

  async #insert(): Promise<void> {
    this.#inserted += 1;
    const key = keyOf(this.#inserted);
    await this.#measured("INSERT", () => this.#options.client.put(key, VALUE));
  }

  async #read(): Promise<void> {
    const item = Math.floor(this.#options.random() * this.#inserted);
    await this.#measured("READ", () => this.#options.client.get(keyOf(item)));
  }

  async #measured(operation: string, work: () => ReturnType<StoreClient["get"]>): Promise<void> {
    const beganAtUs = nowUs();
    const { state } = await work();
    const latencyUs = nowUs() - beganAtUs;
    const names = state === "done" ? [operation, "TOTAL"] : [`${operation}_ERROR`];
    for (const name of names) {
      const figures = this.#figures.get(name) ?? new Figures(name, this.#startedAtUs);
      this.#figures.set(name, figures);
      figures.measure(latencyUs);
    }
  }
}

function nowUs(): number {
  return performance.now() * US_IN_MS;
}

/** As go-ycsb's hashed order spreads them. */
function keyOf(item: number): string {
  const spread = Bun.hash.wyhash(String(item)) % 10n ** BigInt(KEY_DIGITS);
  return `user${String(spread).padStart(KEY_DIGITS, "0")}`;
}

/** Throws code "usage" for another command than `run tikv -p name=value …`. */
function readProperties(words: readonly string[]): Properties {
  const [command, database, ...pairs] = words;
  const values = new Map(pairs.filter((word) => word !== "-p").map(splitPair));
  if (command !== "run" || database !== "tikv") {
    throw new OperatorError("usage", `stand in for go-ycsb ${words.join(" ")}: only run tikv`);
  }
  const numberOf = (name: string, otherwise: number) => Number(values.get(name) ?? otherwise);
  return {
    pd: values.get("tikv.pd") ?? "127.0.0.1:2379",
    records: numberOf("recordcount", 1_000),
    threads: numberOf("threadcount", 1),
    target: numberOf("target", 100),
    insertShare: numberOf("insertproportion", 0),
    intervalMs: numberOf("measurement.interval", 10) * SECOND_MS,
  };
}

function splitPair(word: string): readonly [string, string] {
  const at = word.indexOf("=");
  return [word.slice(0, at), word.slice(at + 1)];
}

async function findStores({ pd }: Properties, signal: AbortSignal): Promise<readonly string[]> {
  const answer = await request({
    url: `http://${pd}/pd/api/v1/stores`,
    deadlineMs: ASK_MS,
    bodyBytesMax: ANSWER_BYTES_MAX,
    signal,
  });
  if (answer.state === "failed") {
    throw new OperatorError("runtime", `asking ${pd} for its stores: ${answer.reason}`);
  }
  return STORES.parse(JSON.parse(answer.text)).stores.map(({ store }) => store.address);
}
