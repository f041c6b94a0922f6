// A stand-in store: answers like a TiKV node on its status port, keeps regions with two other
// stores by Raft, and serves keys. It is not TiKV; its speed says nothing of TiKV's.
import { mkdirSync } from "node:fs";
import { messageOf } from "../../../../src/domain/errors.ts";
import type { MemberOptions } from "../../../../src/domain/subject.ts";
import { endWithDisk } from "../disk-failure.ts";
import { createLog, type Log } from "../log.ts";
import { openCluster } from "./cluster.ts";
import { openConfig } from "./config.ts";
import { type HeartbeatOptions, runRegionHeartbeats, runStoreHeartbeats } from "./heartbeats.ts";
import { findPlacement, joinPd } from "./join.ts";
import { answerKeyValue } from "./kv-server.ts";
import { createPdClient } from "./pd-client.ts";
import { STORE_VERSION, settingsOf } from "./settings.ts";
import { answerStatus } from "./status-server.ts";
import { createStore, ledRegions, type Store, type StoreCluster } from "./store.ts";

const HAND_OVER_MS = 1_000;
const HAND_OVER_POLL_MS = 20;

/** Until the signal aborts, then 0; 1 when its disk cannot be written. Rejects on a taken port. */
export function runStoreStandIn(options: MemberOptions): Promise<number> {
  const log = createLog(options.clock, options.log);
  return endWithDisk(log, () => runStore(options, log));
}

async function runStore(options: MemberOptions, log: Log): Promise<number> {
  const settings = settingsOf(options);
  const { clock, signal } = options;
  mkdirSync(settings.dataDir, { recursive: true });
  const store = createStore({ settings, clock, log, config: openConfig(settings) });
  await using _status = serve(store, { port: settings.ports.status, answer: answerStatus });
  await using _keyValue = serve(store, { port: settings.ports.client, answer: answerKeyValue });
  log.info("starting a stand-in store", { addr: settings.address, version: STORE_VERSION });
  const pd = createPdClient({
    urls: settings.pdUrls,
    deadlineMs: settings.timings.pdDeadlineMs,
    signal,
  });
  const placement = await findPlacement(store, { pd, signal });
  if (placement === undefined) return 0;
  const cluster = openCluster(store, { placement, random: options.random });
  using _host = cluster.host;
  store.cluster = cluster;
  log.info("TiKV is ready to serve", { store_id: cluster.storeId });
  await takePart(store, { cluster, pd, signal });
  await handOver(store, cluster);
  log.info("stopped");
  return 0;
}

/** Regions are served by the Raft host meanwhile. Rejects when that one cannot write. */
async function takePart(store: Store, options: HeartbeatOptions): Promise<void> {
  const loops = [
    joinPd(store, options),
    runStoreHeartbeats(store, options),
    runRegionHeartbeats(store, options),
  ];
  await Promise.race([Promise.all(loops), options.cluster.host.failed]);
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
    hostname: store.settings.listenOn,
    port: options.port,
    // Bun 1.4.4 shares a port outside of development: two members would take turns.
    reusePort: false,
    fetch: (request) => options.answer(store, request),
    error: (error) => {
      store.log.warn("failed to answer a request", { err: messageOf(error) });
      return new Response(messageOf(error), { status: 500 });
    },
  });
  return { [Symbol.asyncDispose]: () => server.stop(true) };
}
