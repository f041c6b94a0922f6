// Who must not be missing together, as each subject says.
import { expect, test } from "bun:test";
import type { QuorumGroup } from "../../src/domain/observation.ts";
import { systemClock } from "../../src/infra/clock.ts";
import { limiterQuorums } from "../../subjects/ratelimiter/quorums.ts";
import type { RegionHealth, TikvObservation } from "../../subjects/tikv/observation.ts";
import { tikvQuorums } from "../../subjects/tikv/quorums.ts";
import { change, serveFakeTikv, storePage } from "../support/fake-tikv.ts";
import { nodeOf, type Seen, seenWith } from "../support/limiter-looks.ts";
import { look, watchEndpoints } from "../support/tikv-looks.ts";

interface Cluster {
  readonly stores: number;
  readonly replicas: number;
  readonly regions?: Partial<RegionHealth> | "unread";
  /** What a topology declares, where that is another. */
  readonly declaredReplicas?: number;
  readonly away?: number;
}

const NOBODY = { state: "read", value: [], atMs: 0 } as const;
const NONE = { state: "read", value: null, atMs: 0 } as const;
const UNASKED = { state: "failed", reason: "not asked for", atMs: 0 } as const;

/** How many stores may be missing. */
function spareOf(cluster: Cluster): number | undefined {
  return storesOf(cluster)?.spare;
}

function storesOf(cluster: Cluster): QuorumGroup | undefined {
  const { stores, replicas, regions, declaredReplicas = replicas, away = 0 } = cluster;
  const members = Array.from({ length: stores }, (_, index) => ({
    name: `tikv${index + 1}`,
    role: "tikv",
    health: index < away ? ("down" as const) : ("up" as const),
    detail: "",
  }));
  const none = { missPeer: 0, downPeer: 0, pendingPeer: 0, offlinePeer: 0 };
  const counted =
    regions === "unread"
      ? ({ state: "failed", reason: "no leader", atMs: 0 } as const)
      : ({ state: "read", value: { ...none, ...regions }, atMs: 0 } as const);
  const ofReplicas = (maxReplicas: number) => ({ maxReplicas, locationLabels: "" });
  const declared = { isGiven: true, pdMembers: [], stores: [], schedulers: [] };
  const [, group] = tikvQuorums({
    ...{
      members,
      pdMembers: [],
      stores: [],
      fewestVoters: NONE,
      pdHealth: UNASKED,
      leadership: UNASKED,
    },
    undeclared: { unlistedPds: NOBODY, pdMembers: NOBODY, stores: NOBODY },
    declared: { ...declared, replication: ofReplicas(declaredReplicas) },
    replication: { state: "read", value: ofReplicas(replicas), atMs: 0 },
    regions: counted,
  });
  return group;
}

test("of a region's copies a minority may be missing, however many stores there are", () => {
  expect(spareOf({ stores: 3, replicas: 3 })).toBe(1);
  expect(spareOf({ stores: 9, replicas: 3 })).toBe(1);
  expect(spareOf({ stores: 5, replicas: 5 })).toBe(2);
  expect(spareOf({ stores: 3, replicas: 5 })).toBe(1);
  expect(spareOf({ stores: 3, replicas: 1 })).toBe(0);
});

test("while a copy is missing or behind no store can be spared", () => {
  for (const kind of ["missPeer", "downPeer", "pendingPeer"] as const) {
    expect(spareOf({ stores: 3, replicas: 3, regions: { [kind]: 1 } })).toBe(0);
  }
  expect(spareOf({ stores: 3, replicas: 3, regions: { offlinePeer: 1 } })).toBe(1);
});

test("how many copies are declared is said, whatever PD was told since", () => {
  expect(storesOf({ stores: 5, replicas: 3, declaredReplicas: 5 })?.copies).toBe(5);
});

test("copies that PD was told to make are not there yet", () => {
  expect(spareOf({ stores: 5, replicas: 5, declaredReplicas: 3 })).toBe(1);
  expect(spareOf({ stores: 5, replicas: 1, declaredReplicas: 3 })).toBe(0);
});

test("beside a store that is away no other is spared while copies are missing", () => {
  expect(spareOf({ stores: 5, replicas: 5, away: 1 })).toBe(2);
  expect(spareOf({ stores: 5, replicas: 5, away: 1, regions: { missPeer: 9 } })).toBe(1);
});

test("while PD cannot say whether copies are missing no store can be spared", () => {
  expect(spareOf({ stores: 3, replicas: 3, regions: "unread" })).toBe(0);
  expect(spareOf({ stores: 3, replicas: 3, regions: "unread", away: 1 })).toBe(0);
});

function holding(usedMemoryBytes: number | string, maxmemory?: string) {
  const info = {
    ...{ version: "7.0.0", uptimeS: 1, runId: "a", role: "master", maxMemoryBytes: 0 },
    ...{ memoryPolicy: "noeviction", evictedKeys: 0, connectedClients: 1, maxClients: 9 },
    ...{ rejectedConnections: 0, keys: 1, lastSaveOk: true, lastAofWriteOk: true },
  };
  const reading =
    typeof usedMemoryBytes === "string"
      ? ({ state: "failed", reason: usedMemoryBytes, atMs: 0 } as const)
      : ({ state: "read", value: { ...info, usedMemoryBytes }, atMs: 0 } as const);
  const declared = { redisSettings: maxmemory === undefined ? null : { maxmemory } };
  const settings = { state: "read", value: {}, atMs: 0 } as const;
  return { declared, redis: { info: reading, settings }, nodes: [] };
}

test("Redis and the proxy cannot be spared, one node of three and the jobs can", () => {
  const roles = { redis: "redis", proxy: "proxy", jobs: "jobs", n1: "limiter", n2: "limiter" };
  const members = Object.entries({ ...roles, n3: "limiter" }).map(([name, role]) => ({
    name,
    role,
    health: "up" as const,
    detail: "",
  }));
  const groups = limiterQuorums({ members, ...holding(1) }).map((group) => [
    ...group.members,
    group.spare,
  ]);
  expect(groups).toEqual([
    ["redis", 0],
    ["proxy", 0],
    ["n1", "n2", "n3", 1],
  ]);
});

test("a node that decides nothing counts for nothing, however well it answers", () => {
  const cutOff = (change: (seen: Seen) => void) =>
    limiterQuorums(seenWith(change)).map((group) => group.cutOff);
  const checksOf = (seen: Seen, name: string, checks: object) =>
    Object.assign(nodeOf(seen, name), { checks: { state: "read", atMs: 0, value: checks } });
  const failed = { state: "failed", reason: "no answer", atMs: 0 };
  expect(cutOff(() => {})).toEqual([[], [], []]);
  const found = [
    (seen: Seen) => void checksOf(seen, "node1", { asked: 3, undecided: 3 }),
    (seen: Seen) => void checksOf(seen, "node2", { asked: 3, undecided: 2 }),
    // Nobody asked: then its own word counts.
    (seen: Seen) => void checksOf(seen, "node3", { asked: 0, undecided: 0 }),
    (seen: Seen) => void Object.assign(nodeOf(seen, "node1"), { checks: failed, health: failed }),
    (seen: Seen) => {
      const struck = { member: "node2", type: "partition", text: "" };
      Object.assign(seen, { disturbances: { state: "read", value: [struck], atMs: 0 } });
    },
  ].map((change) => cutOff(change)[2]);
  expect(found).toEqual([["node1"], [], [], ["node1"], ["node2"]]);
});

test("what Redis holds in memory is there until its process is known to have ended", () => {
  const members = [{ name: "redis", role: "redis", health: "down" as const, detail: "" }];
  const away = (state: "paused" | "stopped") =>
    ({
      state: "read",
      value: [{ name: "redis", state, reason: "", isDefinite: true }],
      atMs: 0,
    }) as const;
  const found = [{}, { away: away("paused") }, { away: away("stopped") }].map(
    (seen) => limiterQuorums({ members, ...holding(1), ...seen })[0]?.holding,
  );
  expect(found).toEqual([["redis"], ["redis"], []]);
});

test("how much Redis holds is said, that it cannot be read, and how much it may be", () => {
  const members = [{ name: "redis", role: "redis", health: "up" as const, detail: "" }];
  const groups = [holding(7), holding("no answer", "64")].map(
    (seen) => limiterQuorums({ members, ...seen })[0],
  );
  expect(groups.map((group) => [group?.heldBytes, group?.boundBytes])).toEqual([
    [7, 0],
    [null, 64],
  ]);
});

test("who answers us counts for nothing while PD or its peers do not hear of it", async () => {
  await using cluster = serveFakeTikv();
  const watcher = watchEndpoints([cluster.pd[0].url]);
  const well = await look(watcher);
  const cutOff = (seen: TikvObservation) => tikvQuorums(seen)[0]?.cutOff;
  expect([cutOff(well), tikvQuorums(well)[1]?.spare]).toEqual([[], 1]);
  change(cluster.pd[0], "/pd/api/v1/stores", [
    '"state_name": "Up"',
    '"state_name": "Disconnected"',
  ]);
  change(cluster.pd[1], "/metrics", ["etcd_server_has_leader 1", "etcd_server_has_leader 0"]);
  const seen = await look(watcher);
  const [pd, store] = ["pd-1", seen.stores[0]?.name ?? ""];
  expect(seen.members.filter(({ health }) => health !== "up")).toEqual([]);
  expect(cutOff(seen)).toEqual([pd, store]);
  const found = ["partition", "cpu"].map((type) => ({ member: `${type}ed`, type, text: "" }));
  const disturbances = { state: "read", value: found, atMs: 0 };
  expect(cutOff(Object.assign(seen, { disturbances }))).toEqual(["partitioned", pd, store]);
});

test("a store that is Offline counts for as long as PD hears of it", async () => {
  await using cluster = serveFakeTikv();
  const watcher = watchEndpoints([cluster.pd[0].url]);
  const path = "/pd/api/v1/stores";
  change(cluster.pd[0], path, ['"state_name": "Up"', '"state_name": "Offline"']);
  const written = "2026-11-22T19:33:05.123456789Z";
  const now = new Date(systemClock.now()).toISOString();
  change(cluster.pd[0], path, [written, now]);
  const heard = tikvQuorums(await look(watcher))[1]?.cutOff;
  change(cluster.pd[0], path, [now, "2020-01-01T00:00:00Z"]);
  const unheard = tikvQuorums(await look(watcher))[1]?.cutOff;
  expect([heard?.length, unheard?.length]).toEqual([0, 1]);
});

test("while peers know no leader no store can be spared", async () => {
  await using cluster = serveFakeTikv();
  cluster.stores[0].answers.set("/metrics", {
    body: storePage({ requests: 1, leaderMissing: 2 }),
  });
  const seen = await look(watchEndpoints([cluster.pd[0].url]));
  expect(tikvQuorums(seen)[1]?.spare).toBe(0);
});
