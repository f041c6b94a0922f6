// Who must not be missing together, as each subject says.
import { expect, test } from "bun:test";
import { limiterQuorums } from "../../subjects/ratelimiter/quorums.ts";
import type { RegionHealth } from "../../subjects/tikv/observation.ts";
import { tikvQuorums } from "../../subjects/tikv/quorums.ts";

interface Cluster {
  readonly stores: number;
  readonly replicas: number;
  readonly regions?: Partial<RegionHealth>;
}

/** How many stores may be missing. */
function spareOf({ stores, replicas, regions }: Cluster): number | undefined {
  const members = Array.from({ length: stores }, (_, index) => ({
    name: `tikv${index + 1}`,
    role: "tikv",
    health: "up" as const,
    detail: "",
  }));
  const counted = { missPeer: 0, downPeer: 0, pendingPeer: 0, offlinePeer: 0, ...regions };
  const replication = { maxReplicas: replicas, locationLabels: "" };
  const [, group] = tikvQuorums({
    members,
    declared: { isGiven: true, pdMembers: [], stores: [], schedulers: [], replication },
    replication: { state: "read", value: replication, atMs: 0 },
    regions: { state: "read", value: counted, atMs: 0 },
  });
  return group?.spare;
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

test("Redis and the proxy cannot be spared, one node of three and the jobs can", () => {
  const roles = { redis: "redis", proxy: "proxy", jobs: "jobs", n1: "limiter", n2: "limiter" };
  const members = Object.entries({ ...roles, n3: "limiter" }).map(([name, role]) => ({
    name,
    role,
    health: "up" as const,
    detail: "",
  }));
  const groups = limiterQuorums({ members }).map((group) => [...group.members, group.spare]);
  expect(groups).toEqual([
    ["redis", 0],
    ["proxy", 0],
    ["n1", "n2", "n3", 1],
  ]);
});

test("what Redis holds in memory is there until its process is known to have ended", () => {
  const members = [{ name: "redis", role: "redis", health: "down" as const, detail: "" }];
  const away = (state: "paused" | "stopped") =>
    ({
      state: "read",
      value: [{ name: "redis", state, reason: "", isDefinite: true }],
      atMs: 0,
    }) as const;
  const holding = [{}, { away: away("paused") }, { away: away("stopped") }].map(
    (seen) => limiterQuorums({ members, ...seen })[0]?.holding,
  );
  expect(holding).toEqual([["redis"], ["redis"], []]);
});
