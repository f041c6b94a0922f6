// A client of the stores: finds each key's leader by asking and by the hints of who is not it, and
// tells what certainly did not happen from what may have.

import type { Clock } from "../../../src/domain/clock.ts";
import { messageOf, unreachable } from "../../../src/domain/errors.ts";
import { KV_PATHS, type KvReply, kvReplySchema, type PutRequest } from "../stand-in/protocol.ts";

export type Outcome =
  | { readonly state: "done"; readonly value: string | null }
  /** It did not happen, and will not. */
  | { readonly state: "refused"; readonly reason: string }
  /** It may have happened, or happen later. */
  | { readonly state: "unknown"; readonly reason: string };

export interface StoreClient {
  /** Both take at most about `REQUEST_MS`, and never reject. */
  get(key: string): Promise<Outcome>;
  put(key: string, value: string): Promise<Outcome>;
}

interface Request {
  readonly key: string;
  readonly path: string;
  readonly body: string;
  readonly dueAtMs: number;
}

type Attempt =
  | { readonly state: "answered"; readonly reply: KvReply }
  | { readonly state: "refused" }
  | { readonly state: "broken"; readonly reason: string };

export const REQUEST_MS = 1_000;
const RETRY_MS = 25;
/** A store that did not answer is asked by one request in this time, the others pass it over. */
const SUSPECT_MS = 1_000;

export interface StoreClientOptions {
  /** host:port of each store. */
  readonly addresses: readonly string[];
  /** From the address by which stores name a store to the one by which it is reached from here. */
  readonly reach?: (address: string) => string;
  readonly clock: Clock;
}

export function createStoreClient(options: StoreClientOptions): StoreClient {
  const { clock } = options;
  const tools = { clock, routes: new Routes(options) };
  return {
    get: (key) => {
      const dueAtMs = clock.now() + REQUEST_MS;
      return perform({ key, path: KV_PATHS.get, body: JSON.stringify({ key }), dueAtMs }, tools);
    },
    put: (key, value) => {
      const dueAtMs = clock.now() + REQUEST_MS;
      const body: PutRequest = { key, value, expires_at_ms: dueAtMs };
      return perform({ key, path: KV_PATHS.put, body: JSON.stringify(body), dueAtMs }, tools);
    },
  };
}

/** Asks on until the time is over, for as long as the answers say that nothing was done. */
async function perform(
  request: Request,
  { routes, clock }: { readonly routes: Routes; readonly clock: Clock },
): Promise<Outcome> {
  for (;;) {
    const leftMs = request.dueAtMs - clock.now();
    if (leftMs <= 0) return { state: "refused", reason: "no leader was found in time" };
    const address = routes.choose(request.key);
    const attempt = await post(`http://${address}${request.path}`, request.body, leftMs);
    const outcome = routes.learn({ key: request.key, address, attempt });
    if (outcome !== undefined) return outcome;
    if (!routes.hasNewHint(request.key, address)) await clock.sleep(RETRY_MS);
  }
}

/** Who leads each key, as far as is known, and which stores are better left alone. */
class Routes {
  readonly #addresses: readonly string[];
  readonly #reach: (address: string) => string;
  readonly #clock: Clock;
  readonly #leaders = new Map<string, string>();
  readonly #suspectUntilMs = new Map<string, number>();
  #turn = 0;

  constructor(options: StoreClientOptions) {
    this.#addresses = options.addresses;
    this.#reach = options.reach ?? ((address) => address);
    this.#clock = options.clock;
  }

  /** The known leader, else one store after the other. */
  choose(key: string): string {
    const leader = this.#leaders.get(key);
    if (leader !== undefined && !this.#isSuspect(leader)) return leader;
    this.#turn += 1;
    const inTurn = this.#addresses.map(
      (_, index) => this.#addresses[(this.#turn + index) % this.#addresses.length] ?? "",
    );
    const chosen = inTurn.find((address) => !this.#isSuspect(address)) ?? inTurn[0] ?? "";
    // Whoever is asked although it was suspect is asked by this request alone.
    if (this.#suspectUntilMs.has(chosen)) this.#suspect(chosen);
    return chosen;
  }

  hasNewHint(key: string, asked: string): boolean {
    const leader = this.#leaders.get(key);
    return leader !== undefined && leader !== asked && !this.#isSuspect(leader);
  }

  /** Undefined when another store should be asked. */
  learn(of: {
    readonly key: string;
    readonly address: string;
    readonly attempt: Attempt;
  }): Outcome | undefined {
    const { key, address, attempt } = of;
    this.#leaders.delete(key);
    if (attempt.state !== "answered") {
      this.#suspect(address);
      return attempt.state === "refused" ? undefined : unknown(attempt.reason);
    }
    this.#suspectUntilMs.delete(address);
    const { reply } = attempt;
    switch (reply.type) {
      case "value":
        this.#leaders.set(key, address);
        return { state: "done", value: reply.value };
      case "written":
        this.#leaders.set(key, address);
        return { state: "done", value: null };
      case "not_leader":
        if (reply.leader !== null) this.#leaders.set(key, this.#reach(reply.leader));
        return undefined;
      case "disk_full":
        this.#leaders.set(key, address);
        return { state: "refused", reason: "disk full" };
      case "expired":
        return { state: "refused", reason: "the store came to it too late" };
      case "uncertain":
        return unknown(reply.reason);
      default:
        return unreachable(reply);
    }
  }

  #isSuspect(address: string): boolean {
    return this.#clock.now() < (this.#suspectUntilMs.get(address) ?? 0);
  }

  #suspect(address: string): void {
    this.#suspectUntilMs.set(address, this.#clock.now() + SUSPECT_MS);
  }
}

async function post(url: string, body: string, deadlineMs: number): Promise<Attempt> {
  try {
    const signal = AbortSignal.timeout(deadlineMs);
    const response = await fetch(url, { method: "POST", body, signal });
    return { state: "answered", reply: kvReplySchema.parse(await response.json()) };
  } catch (error) {
    // Only a refused connection proves that nothing was delivered.
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "ConnectionRefused" || code === "ECONNREFUSED") return { state: "refused" };
    return { state: "broken", reason: messageOf(error) };
  }
}

function unknown(reason: string): Outcome {
  return { state: "unknown", reason };
}
