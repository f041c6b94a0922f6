// What runs in a helper container: one order, in the network namespace of a member or beside its
// volume. It never sees the engine.
import { OperatorError, unreachable } from "../../../../domain/errors.ts";
import { CHAINS } from "../chains.ts";
import { HELPER_GROUP, type HeldType, type Order, parseOrder } from "../order.ts";
import { emptyVolume } from "./ballast.ts";
import { type HelperWorld, hold } from "./hold.ts";
import { removeChains } from "./write-chains.ts";
import { liftBandwidth, liftDelay } from "./write-queues.ts";

/**
 * Resolves when what is to be lifted is lifted; what is to be held is so when the signal aborts.
 * Rejects with code "usage" elsewhere than in a helper: there it would strike this machine itself.
 */
export async function runOrder(text: string, world: HelperWorld): Promise<void> {
  const order: Order = parseOrder(text);
  if (process.getgid?.() !== HELPER_GROUP) {
    throw new OperatorError("usage", "orders to disturb are for helper containers alone");
  }
  if (order.do === "hold") await hold(order, world);
  await lift(order.do === "hold" ? order.disturbance.type : order.type);
}

/** Whatever there is of it, from whichever attempt. */
async function lift(type: HeldType): Promise<void> {
  switch (type) {
    case "partition":
    case "loss":
      return removeChains(CHAINS[type]);
    case "latency":
      await liftDelay();
      return removeChains(CHAINS[type]);
    case "bandwidth":
      return liftBandwidth();
    case "disk":
      return emptyVolume();
    default:
      return unreachable(type);
  }
}
