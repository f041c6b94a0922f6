// The way around for connections between the member and its peers, where the kernel cannot delay:
//
//   member ──▶ our port ──(delay)──▶ Delayed ──▶ peer      peer ──▶ our port ──▶ Delayed ──▶ member
//          ◀──────────── Delayed ◀──                            ◀── Delayed ◀──(delay)──
//
// What the member sends is late, as with netem; what it hears is not. Opening takes as long.
import type { Socket, TCPSocketListener } from "bun";
import type { Clock } from "../../../../domain/clock.ts";
import { Delayed } from "./delayed.ts";
import type { Delay } from "./write-queues.ts";

export interface Target {
  readonly ip: string;
  readonly port: number;
}

export interface DetourOptions extends Delay {
  readonly clock: Clock;
  /** Yields [0, 1). */
  readonly random: () => number;
}

/** One of our ports. */
export interface WayIn {
  /** Who opens the connections that come in. */
  readonly from: "member" | "peer";
  /** By the caller's port; undefined when it cannot be told: then the connection is broken. */
  readonly targetOf: (callerPort: number) => Target | undefined;
}

interface Pair {
  readonly way: WayIn;
  /** Nothing is read from it before the other side is open. */
  readonly caller: Socket<CallerSide>;
  isCallerOpen: boolean;
  there: Delayed | undefined;
  back: Delayed | undefined;
}

interface CallerSide {
  pair: Pair | undefined;
}

export class Detour implements Disposable {
  readonly #options: DetourOptions;
  readonly #listeners: TCPSocketListener<CallerSide>[] = [];

  constructor(options: DetourOptions) {
    this.#options = options;
  }

  /** The port that connections are to be led to. */
  open(way: WayIn): number {
    const listener = Bun.listen<CallerSide>({
      hostname: "0.0.0.0",
      port: 0,
      data: { pair: undefined },
      socket: {
        open: (caller) => void this.#take(caller, way),
        data: ({ data }, bytes) => data.pair?.there?.take(bytes),
        drain: ({ data }) => data.pair?.back?.unblock(),
        close: ({ data }) => closeCaller(data.pair),
        error: ({ data }) => closeCaller(data.pair),
      },
    });
    this.#listeners.push(listener);
    return listener.port;
  }

  /** Whether this is one of our ports. */
  owns(port: number): boolean {
    return this.#listeners.some((listener) => listener.port === port);
  }

  [Symbol.dispose](): void {
    for (const listener of this.#listeners) listener.stop(true);
  }

  async #take(caller: Socket<CallerSide>, way: WayIn): Promise<void> {
    const target = way.targetOf(caller.remotePort);
    if (!target) return void caller.terminate();
    caller.pause();
    const pair: Pair = { way, caller, isCallerOpen: true, there: undefined, back: undefined };
    caller.data = { pair };
    await this.#options.clock.sleep(this.#delayMs());
    if (pair.isCallerOpen) await this.#call(pair, target);
  }

  /** A peer that cannot be reached is a connection that is broken. */
  async #call(pair: Pair, { ip, port }: Target): Promise<void> {
    try {
      await Bun.connect<Pair>({
        hostname: ip,
        port,
        data: pair,
        socket: {
          open: (callee) => this.#join(callee),
          data: ({ data }, bytes) => data.back?.take(bytes),
          drain: ({ data }) => data.there?.unblock(),
          close: ({ data }) => closeCallee(data),
          error: ({ data }) => closeCallee(data),
        },
      });
    } catch {
      pair.caller.terminate();
    }
  }

  #join(callee: Socket<Pair>): void {
    const pair = callee.data;
    if (!pair.isCallerOpen) return void callee.terminate();
    const isFromMember = pair.way.from === "member";
    pair.there = this.#flow({ source: pair.caller, target: callee, isLate: isFromMember });
    pair.back = this.#flow({ source: callee, target: pair.caller, isLate: !isFromMember });
    pair.caller.resume();
  }

  #flow(ends: {
    readonly source: Socket<unknown>;
    readonly target: Socket<unknown>;
    readonly isLate: boolean;
  }): Delayed {
    const delayMs = ends.isLate ? () => this.#delayMs() : () => 0;
    return new Delayed({ ...ends, delayMs, now: () => this.#options.clock.elapsed() });
  }

  /** Uniform around the delay, as netem's is unless told otherwise. */
  #delayMs(): number {
    const { delayMs, jitterMs, random } = this.#options;
    return Math.max(0, delayMs + jitterMs * (2 * random() - 1));
  }
}

/** What it has answered still goes out. */
function closeCallee(pair: Pair): void {
  pair.there?.stop();
  pair.back?.finish();
}

/** What it has sent still goes out; what is answered has nobody to read it. */
function closeCaller(pair: Pair | undefined): void {
  if (!pair) return;
  pair.isCallerOpen = false;
  pair.back?.stop();
  pair.there?.finish();
}
