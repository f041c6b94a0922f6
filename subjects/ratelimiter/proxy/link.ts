// One node's way to Redis:
//
//   node ──▶ <host>:<port> ──▶ Flow ──▶ Redis
//                          ◀── Flow ◀──
//
// Both flows ask the link for its effect whenever bytes pass, so that a toxic strikes connections
// that are open already.
import type { Socket, TCPSocketListener } from "bun";
import type { Clock } from "../../../src/domain/clock.ts";
import { messageOf, OperatorError } from "../../../src/domain/errors.ts";
import type { Address } from "../address.ts";
import type { Link, Toxic } from "./answers.ts";
import { type Effect, effectOf } from "./effect.ts";
import { Flow } from "./flow.ts";

export interface LinkOptions {
  readonly node: string;
  /** Where the node connects to. */
  readonly listen: Address;
  readonly redis: Address;
  readonly toxics: Readonly<Record<string, Toxic>>;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: (line: string) => void;
}

/** One connection: `up` is what the node sends, `down` what Redis answers. */
interface Pair {
  readonly client: Socket<ClientSide>;
  readonly up: Flow;
  isClientOpen: boolean;
  /** Undefined before it is open and after it is closed. */
  redis: Socket<Pair> | undefined;
  down: Flow | undefined;
}

interface ClientSide {
  pair: Pair | undefined;
}

interface Effects {
  readonly up: Effect;
  readonly down: Effect;
}

export class ProxyLink implements Disposable {
  readonly #options: LinkOptions;
  /** Each until both of its ends are closed. */
  readonly #pairs = new Set<Pair>();
  readonly #listener: TCPSocketListener<ClientSide>;
  #toxics: Readonly<Record<string, Toxic>>;
  #effects: Effects;

  /** Throws code "runtime" when the port is taken. */
  constructor(options: LinkOptions) {
    this.#options = options;
    this.#toxics = options.toxics;
    this.#effects = effectsOf(options.toxics);
    this.#listener = this.#listen();
  }

  get node(): string {
    return this.#options.node;
  }

  get toxics(): Readonly<Record<string, Toxic>> {
    return this.#toxics;
  }

  /** In place of all before; in force at once. */
  setToxics(toxics: Readonly<Record<string, Toxic>>): void {
    this.#toxics = toxics;
    this.#effects = effectsOf(toxics);
    for (const pair of this.#pairs) {
      if (this.#effects.down.isCut) pair.client.terminate();
      pair.up.pump();
      pair.down?.pump();
    }
  }

  describe(): Link {
    const toxics = Object.entries(this.#toxics).map(([name, toxic]) => ({ name, toxic }));
    const { node, listen } = this.#options;
    const connections = [...this.#pairs].filter(({ isClientOpen }) => isClientOpen).length;
    return { node, port: listen.port, connections, toxics };
  }

  [Symbol.dispose](): void {
    this.#listener.stop(true);
    for (const { redis } of this.#pairs) redis?.terminate();
  }

  #listen(): TCPSocketListener<ClientSide> {
    const { node, listen } = this.#options;
    const { host: hostname, port } = listen;
    try {
      return Bun.listen<ClientSide>({
        hostname,
        port,
        data: { pair: undefined },
        socket: {
          open: (client) => this.#open(client),
          data: ({ data }, bytes) => data.pair?.up.take(bytes),
          drain: ({ data }) => data.pair?.down?.unblock(),
          close: ({ data }) => this.#closeClient(data.pair),
          error: ({ data }) => this.#closeClient(data.pair),
        },
      });
    } catch (cause) {
      throw new OperatorError(
        "runtime",
        `listening for ${node} on port ${port}: ${messageOf(cause)}`,
      );
    }
  }

  #open(client: Socket<ClientSide>): void {
    if (this.#effects.down.isCut) return void client.terminate();
    const pair: Pair = {
      client,
      up: this.#flowFrom(client, () => this.#effects.up),
      isClientOpen: true,
      redis: undefined,
      down: undefined,
    };
    client.data = { pair };
    this.#pairs.add(pair);
    void this.#connect(pair);
  }

  /** A Redis that cannot be reached is a connection that is closed. */
  async #connect(pair: Pair): Promise<void> {
    const { node, redis, log } = this.#options;
    try {
      await Bun.connect<Pair>({
        hostname: redis.host,
        port: redis.port,
        data: pair,
        socket: {
          open: (opened) => this.#join(opened),
          data: ({ data }, bytes) => data.down?.take(bytes),
          drain: ({ data }) => data.up.unblock(),
          close: ({ data }) => this.#closeRedis(data),
          error: ({ data }) => this.#closeRedis(data),
        },
      });
    } catch (error) {
      log(`connecting ${node} to redis: ${messageOf(error)}`);
      pair.client.terminate();
    }
  }

  #join(redis: Socket<Pair>): void {
    const pair = redis.data;
    // Reset before it is taken, Redis would count a client that it turned away.
    if (!this.#pairs.has(pair)) return void redis.end();
    pair.redis = redis;
    pair.down = this.#flowFrom(redis, () => this.#effects.down);
    pair.down.aimAt(pair.client);
    pair.up.aimAt(redis);
  }

  #flowFrom(source: Socket<unknown>, effect: () => Effect): Flow {
    const { clock, random } = this.#options;
    return new Flow({ effect, clock, random, source });
  }

  /** What the node has sent still goes out; what Redis answers has nobody to read it. */
  #closeClient(pair: Pair | undefined): void {
    if (!pair) return;
    pair.isClientOpen = false;
    pair.down?.stop();
    pair.up.finish();
    if (!pair.redis) this.#pairs.delete(pair);
  }

  #closeRedis(pair: Pair): void {
    pair.redis = undefined;
    pair.up.stop();
    pair.down?.finish();
    if (!pair.isClientOpen) this.#pairs.delete(pair);
  }
}

/** Only what Redis answers is late. */
function effectsOf(toxics: LinkOptions["toxics"]): Effects {
  const down = effectOf(toxics);
  return { up: { ...down, latencyMs: 0, jitterMs: 0 }, down };
}
