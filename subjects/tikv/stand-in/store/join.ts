// How a store finds its place: PD is asked once, the answer is kept, and later starts need no PD.
import { type JoinReply, type JoinRequest, joinReplySchema, PD_PATHS } from "../protocol.ts";
import { loadPlacement, savePlacement } from "./cluster.ts";
import type { PdClient } from "./pd-client.ts";
import { STORE_VERSION } from "./settings.ts";
import type { Store } from "./store.ts";

export interface JoinOptions {
  readonly pd: PdClient;
  readonly signal: AbortSignal;
}

const JOIN_RETRY_MS = 500;

/** As it was kept, or as PD gives it once enough stores are there. Undefined when told to stop. */
export async function findPlacement(
  store: Store,
  options: JoinOptions,
): Promise<JoinReply | undefined> {
  const kept = loadPlacement(store.settings);
  if (kept !== undefined) return kept;
  for (;;) {
    const placement = await joinPd(store, options);
    if (placement === undefined) return undefined;
    if (placement.regions.length > 0) {
      savePlacement(store.settings, placement);
      return placement;
    }
    await store.clock.sleep(JOIN_RETRY_MS, options.signal);
  }
}

/** Tries for ever, because nothing else helps a store without PD; undefined when told to stop. */
export async function joinPd(store: Store, options: JoinOptions): Promise<JoinReply | undefined> {
  let isLogged = false;
  while (!options.signal.aborted) {
    const body = joinRequest(store);
    const answer = await options.pd.post({ path: PD_PATHS.join, body, reply: joinReplySchema });
    if (answer.state === "answered") return answer.value;
    if (!isLogged) store.log.warn("failed to join PD, will retry", { err: answer.reason });
    isLogged = true;
    await store.clock.sleep(JOIN_RETRY_MS, options.signal);
  }
  return undefined;
}

function joinRequest({ settings, startedAtMs }: Store): JoinRequest {
  return {
    address: settings.address,
    status_address: settings.statusAddress,
    labels: [...settings.labels],
    version: STORE_VERSION,
    start_timestamp: Math.floor(startedAtMs / 1000),
  };
}
