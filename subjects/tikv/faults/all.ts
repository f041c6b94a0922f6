// Every fault of the TiKV subject, as `operator fault list` shows them.
import { containerFaults } from "./containers.ts";
import { evictLeaderLeft } from "./evict-leader-left.ts";
import { pdLeaderKill } from "./pd-leader-kill.ts";
import { storeKill, storePause, twoStoresKill } from "./stores.ts";
import type { TikvFault } from "./struck.ts";

/** None heals by itself: without a repair each stays as it was injected. */
export const tikvFaults: readonly TikvFault[] = [
  storeKill,
  storePause,
  pdLeaderKill,
  evictLeaderLeft,
  twoStoresKill,
  ...containerFaults,
];
