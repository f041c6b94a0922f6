// Latency: by netem where the kernel has it, otherwise by a way around through this process.
import type { Clock } from "../../../../domain/clock.ts";
import { messageOf } from "../../../../domain/errors.ts";
import type { Held } from "../order.ts";
import type { PeerLook } from "./peers.ts";
import { WaysAround } from "./ways-around.ts";
import { choosePeers, delayPeers, liftDelay } from "./write-queues.ts";

export interface LatencyOptions {
  readonly disturbance: Extract<Held, { type: "latency" }>;
  readonly look: PeerLook;
  readonly clock: Clock;
  readonly random: () => number;
  readonly say: (line: string) => void;
}

/** What brings it about for the peers as they are then; to be called again as time goes on. */
export async function prepareLatency(options: LatencyOptions): Promise<() => Promise<void>> {
  const { disturbance, look, say } = options;
  let struck: readonly string[] = [];
  try {
    await delayPeers(disturbance);
    struck = await look();
    await choosePeers(struck);
  } catch (error) {
    await liftDelay();
    say(`delaying by a way around: ${messageOf(error)}`);
    const ways = new WaysAround({ ...options, ...disturbance });
    return async () => ways.lead(await look());
  }
  return async () => {
    const peers = await look();
    if (peers.join() === struck.join()) return;
    await choosePeers(peers);
    struck = peers;
  };
}
