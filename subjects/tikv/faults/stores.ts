// Stores killed or paused. Nothing starts them again by itself.
import {
  type Blow,
  bringBackFrom,
  livingStores,
  pickSome,
  sparedMembers,
  strikeMembers,
  type TikvFault,
} from "./struck.ts";

export const storeKill = storeFault({
  name: "store_kill",
  describes: "One store's process is killed. Its data stays; its leaders are elected elsewhere.",
  count: 1,
  blow: { operation: "kill", leaves: "stopped" },
});

export const storePause = storeFault({
  name: "store_pause",
  describes: "One store's process is paused: it accepts connections and answers nothing.",
  count: 1,
  blow: { operation: "pause", leaves: "paused" },
});

export const twoStoresKill = storeFault({
  name: "two_stores_kill",
  describes: "Two stores are killed at once: with three replicas, writes stop until one is back.",
  count: 2,
  blow: { operation: "kill", leaves: "stopped" },
});

interface StoreFault {
  readonly name: string;
  readonly describes: string;
  /** How many stores it strikes. */
  readonly count: number;
  readonly blow: Pick<Blow, "operation" | "leaves">;
}

function storeFault({ name, describes, count, blow }: StoreFault): TikvFault {
  return {
    name,
    describes,
    plan(observation, random) {
      const living = livingStores(observation);
      // Of several the majority is meant to be lost.
      const from = count > 1 ? living : sparedMembers(living, { fault: name, observation });
      return { fault: name, targets: pickSome(from, { count, random }), details: {} };
    },
    inject: (plan, context) => strikeMembers(plan, { ...blow, context }),
    heal: (plan, context) => bringBackFrom(plan, { ...blow, context }),
    expects: ({ targets }) => targets.map((entity) => ({ invariant: "store_unreachable", entity })),
  };
}
