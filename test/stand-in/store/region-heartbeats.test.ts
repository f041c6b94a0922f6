// When the leader of a region tells PD of it, other than at its interval: seen by a scripted PD.
import { expect, test } from "bun:test";
import type { Clock } from "../../../src/domain/clock.ts";
import { createLog } from "../../../subjects/tikv/stand-in/log.ts";
import {
  type RegionHeartbeat,
  regionHeartbeatSchema,
} from "../../../subjects/tikv/stand-in/protocol.ts";
import type { RaftNode } from "../../../subjects/tikv/stand-in/raft/consensus.ts";
import { RaftHost } from "../../../subjects/tikv/stand-in/raft/host.ts";
import { openConfig } from "../../../subjects/tikv/stand-in/store/config.ts";
import { runRegionHeartbeats } from "../../../subjects/tikv/stand-in/store/heartbeats.ts";
import type { PdClient } from "../../../subjects/tikv/stand-in/store/pd-client.ts";
import { openRegionMachine } from "../../../subjects/tikv/stand-in/store/region-machine.ts";
import { settingsOf } from "../../../subjects/tikv/stand-in/store/settings.ts";
import {
  createStore,
  type Store,
  type StoreCluster,
  type StoreRegion,
} from "../../../subjects/tikv/stand-in/store/store.ts";
import { hurriedClock } from "../../support/hurried-clock.ts";

const MEMBER = {
  name: "tikv1",
  role: "tikv",
  isStandIn: true,
  ports: { client: 20160, status: 20180 },
  settings: {},
};
const PLAN = {
  member: MEMBER,
  topology: { subject: "tikv", timeScale: 1, members: [MEMBER], endpoints: [] },
  dataDir: "/nowhere",
  random: () => 0,
  log: () => undefined,
};
const LEADING: Omit<RaftNode, "peers"> = {
  groupId: 10,
  nodeId: "1",
  role: () => "leader",
  leaderId: () => "1",
  term: () => 7,
  canRead: () => true,
  propose: () => Promise.resolve({ state: "uncertain", reason: "not asked here" }),
  transferLeadership: () => false,
  progress: () => ({ votedFor: "1", lastIndex: 0, committedIndex: 0 }),
};

/** What real TiKV takes between two heartbeats of a region, and the scale 1 of the stand-in. */
const INTERVAL_MS = 60_000;

test("a peer that has caught up is told at once, not at the next interval", async () => {
  const clock = hurriedClock();
  const stopping = new AbortController();
  const lag = { entries: 5_000 };
  const heard: { readonly atMs: number; readonly pending: readonly number[] }[] = [];
  const pd = scriptedPd(({ regions }) => {
    const pending = regions.flatMap((region) => region.pending_peers.map((peer) => peer.store_id));
    heard.push({ atMs: clock.now(), pending });
    lag.entries = 0;
    if (heard.length === 2) stopping.abort();
  });
  const startMs = clock.now();
  using scene = storeThatLeads(clock, lag);
  await runRegionHeartbeats(scene.store, { ...scene, pd, signal: stopping.signal });
  expect(heard.map(({ pending }) => pending)).toEqual([[2], []]);
  expect(heard.at(-1)?.atMs).toBeLessThan(startMs + INTERVAL_MS);
});

test("a region in which nothing changes is told once in an interval", async () => {
  const clock = hurriedClock();
  const stopping = new AbortController();
  const heardAtMs: number[] = [];
  const pd = scriptedPd(() => {
    heardAtMs.push(clock.now());
    if (heardAtMs.length === 3) stopping.abort();
  });
  using scene = storeThatLeads(clock, { entries: 5_000 });
  await runRegionHeartbeats(scene.store, { ...scene, pd, signal: stopping.signal });
  const [first = 0, ...later] = heardAtMs;
  expect(later.map((atMs) => atMs - first)).toEqual([INTERVAL_MS, 2 * INTERVAL_MS]);
});

function scriptedPd(onHeartbeat: (heartbeat: RegionHeartbeat) => void): PdClient {
  return {
    post: async ({ body, reply }) => {
      onHeartbeat(regionHeartbeatSchema.parse(body));
      return { state: "answered", value: reply.parse({ operators: [] }) };
    },
  };
}

interface Scene extends Disposable {
  readonly store: Store;
  readonly cluster: StoreCluster;
}

/** Store 1, the leader of region 10, whose peer on store 2 lags by as much as `lag` says. */
function storeThatLeads(clock: Clock, lag: { readonly entries: number }): Scene {
  const settings = settingsOf({ ...PLAN, clock, signal: new AbortController().signal });
  const log = createLog(clock, () => undefined);
  const store = createStore({ settings, clock, log, config: openConfig(settings) });
  const host = new RaftHost({
    databaseFile: ":memory:",
    nodeId: "1",
    urlOf: () => undefined,
    timings: settings.timings.raft,
    clock,
    random: () => 0,
  });
  const peers = [1, 2].map((storeId) => ({ id: 10 + storeId, store_id: storeId }));
  const peer = { nodeId: "2", silentMs: 0 };
  const region: StoreRegion = {
    region: { id: 10, start_key: "", end_key: "", peers },
    node: { ...LEADING, peers: () => [{ ...peer, lag: lag.entries }] },
    machine: openRegionMachine(host.database, 10),
    traffic: { readBytes: 0, readKeys: 0, writtenBytes: 0, writtenKeys: 0 },
  };
  const cluster = { storeId: 1, host, addresses: new Map(), regions: [region] };
  store.cluster = cluster;
  return { store, cluster, [Symbol.dispose]: () => host[Symbol.dispose]() };
}
