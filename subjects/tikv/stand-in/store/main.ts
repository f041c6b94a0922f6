// A stand-in store: answers like a TiKV node on its status port, keeps regions with two other stores
// by Raft, and serves keys. It is not TiKV; its speed says nothing of TiKV's.
import { mkdirSync } from "node:fs";
import { messageOf } from "../../../../src/domain/errors.ts";
import type { StandInOptions } from "../../../../src/domain/subject.ts";
import { createLog } from "../pd/log.ts";
import { type JoinReply, type JoinRequest, joinReplySchema, PD_PATHS } from "../protocol.ts";
import { loadPlacement, openCluster, savePlacement } from "./cluster.ts";
import { openConfig } from "./config.ts";
import { runRegionHeartbeats, runStoreHeartbeats } from "./heartbeats.ts";
import { answerKeyValue } from "./kv-server.ts";
import { createPdClient, type PdClient } from "./pd-client.ts";
import { STORE_VERSION, settingsOf } from "./settings.ts";
import { answerStatus } from "./status-server.ts";
import { createStore, ledRegions, type Store, type StoreCluster } from "./store.ts";

const JOIN_RETRY_MS = 500;
const HAND_OVER_MS = 1_000;
const HAND_OVER_POLL_MS = 20;

/** Runs until the signal aborts; resolves with 0. Rejects when its disk cannot be written. */
export async function runStoreStandIn(options: StandInOptions): Promise<number> {
  const settings = settingsOf(options);
  const { clock, signal } = options;
  mkdirSync(settings.dataDir, { recursive: true });
  const log = createLog(clock, options.log);
  const store = createStore({ settings, clock, log, config: openConfig(settings) });
  await using _status = serve(store, { port: settings.ports.status, answer: answerStatus });
  await using _keyValue = serve(store, { port: settings.ports.client, answer: answerKeyValue });
  log.info("starting a stand-in store", { addr: settings.address, version: STORE_VERSION });
  const pd = createPdClient({ urls: settings.pdUrls, signal });
  const placement = await findPlacement(store, { pd, signal });
  if (placement === undefined) return 0;
  const cluster = openCluster(store, { placement, random: options.random });
  using host = cluster.host;
  store.cluster = cluster;
  log.info("TiKV is ready to serve", { store_id: cluster.storeId });
  const beat = { cluster, pd, signal };
  await Promise.race([
    Promise.all([
      join(store, beat),
      runStoreHeartbeats(store, beat),
      runRegionHeartbeats(store, beat),
    ]),
    host.failed,
  ]);
  await handOver(store, cluster);
  log.info("stopped");
  return 0;
}

interface JoinOptions {
  readonly pd: PdClient;
  readonly signal: AbortSignal;
}

/** As it was kept, or as PD gives it once enough stores are there. Undefined when told to stop. */
async function findPlacement(store: Store, options: JoinOptions): Promise<JoinReply | undefined> {
  const kept = loadPlacement(store.settings);
  if (kept !== undefined) return kept;
  for (;;) {
    const placement = await join(store, options);
    if (placement === undefined) return undefined;
    if (placement.regions.length > 0) {
      savePlacement(store.settings, placement);
      return placement;
    }
    await store.clock.sleep(JOIN_RETRY_MS, options.signal);
  }
}

/** Tries for ever, because nothing else helps a store without PD; undefined when told to stop. */
async function join(store: Store, options: JoinOptions): Promise<JoinReply | undefined> {
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

/** Gives its leaderships away, so that a planned stop costs no election. Bounded. */
async function handOver(store: Store, cluster: StoreCluster): Promise<void> {
  const dueAtMs = store.clock.now() + HAND_OVER_MS;
  while (ledRegions(store).length > 0 && store.clock.now() < dueAtMs) {
    for (const { node } of ledRegions(store)) {
      const [nearest] = node.peers().toSorted((left, right) => left.silentMs - right.silentMs);
      if (nearest) node.transferLeadership(nearest.nodeId);
    }
    await store.clock.sleep(HAND_OVER_POLL_MS);
  }
  store.log.info("handed leaderships over", {
    store_id: cluster.storeId,
    left: ledRegions(store).length,
  });
}

function serve(
  store: Store,
  options: {
    readonly port: number;
    readonly answer: (store: Store, request: Request) => Promise<Response>;
  },
): AsyncDisposable {
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: options.port,
    fetch: (request) => options.answer(store, request),
    error: (error) => {
      store.log.warn("failed to answer a request", { err: messageOf(error) });
      return new Response(messageOf(error), { status: 500 });
    },
  });
  return { [Symbol.asyncDispose]: () => server.stop(true) };
}
