// A helper's work: holds one disturbance in force. What it makes in the network namespace or on the
// volume stays there, also when it is killed, until it is lifted.
import type { Clock } from "../../../../domain/clock.ts";
import { messageOf, unreachable } from "../../../../domain/errors.ts";
import { type FilledChain, lossChains, partitionChains } from "../chains.ts";
import { type Held, type HoldOrder, IN_FORCE } from "../order.ts";
import { fillVolume } from "./ballast.ts";
import { prepareLatency } from "./latency.ts";
import { lookForPeers } from "./peers.ts";
import { writeChains } from "./write-chains.ts";
import { boundBandwidth } from "./write-queues.ts";

export interface HelperWorld {
  readonly clock: Clock;
  /** Yields [0, 1). */
  readonly random: () => number;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
}

/** Peers that come back have another address; so have ports that a member opens later. */
const LOOK_EVERY_MS = 1_000;

/** Resolves when the signal aborts. Rejects when it cannot be brought into force. */
export async function hold(order: HoldOrder, world: HelperWorld): Promise<void> {
  const { disturbance } = order;
  switch (disturbance.type) {
    case "partition":
      return holdChains(order, world, (peers) => partitionChains(disturbance.direction, peers));
    case "loss":
      return holdChains(order, world, (peers) => lossChains(disturbance.percent, peers));
    case "latency":
      return holdLatency(disturbance, order.hosts, world);
    case "bandwidth":
      await boundBandwidth(disturbance.kbitPerSecond);
      return keepUp(world, async () => undefined);
    case "disk":
      await fillVolume(disturbance.freeBytes);
      return keepUp(world, async () => undefined);
    default:
      return unreachable(disturbance);
  }
}

async function holdLatency(
  disturbance: Extract<Held, { type: "latency" }>,
  hosts: HoldOrder["hosts"],
  world: HelperWorld,
): Promise<void> {
  const look = lookForPeers(hosts, world.clock);
  await keepUp(world, await prepareLatency({ ...world, disturbance, look }));
}

async function holdChains(
  { hosts }: HoldOrder,
  world: HelperWorld,
  chainsFor: (peers: readonly string[]) => readonly FilledChain[],
): Promise<void> {
  const look = lookForPeers(hosts, world.clock);
  let before: string | undefined;
  await keepUp(world, async () => {
    const peers = await look();
    if (before === peers.join()) return;
    await writeChains(chainsFor(peers));
    before = peers.join();
  });
}

/** What fails later is said, and tried again. */
async function keepUp(
  { clock, signal, say }: HelperWorld,
  bringAbout: () => Promise<void>,
): Promise<void> {
  await bringAbout();
  say(IN_FORCE);
  await clock.sleep(LOOK_EVERY_MS, signal);
  while (!signal.aborted) {
    await bringAbout().catch((error: unknown) => say(messageOf(error)));
    await clock.sleep(LOOK_EVERY_MS, signal);
  }
}
