import { expect, test } from "bun:test";
import { readValue } from "../../src/domain/observation.ts";
import { systemClock } from "../../src/infra/clock.ts";
import { createWatcher } from "../../subjects/tikv/observe/memory.ts";
import type { FakeAnswer } from "../support/fake-peer.ts";
import { change, pdPage, serveFakeTikv, storePage } from "../support/fake-tikv.ts";
import { allIn, look, movableClock, stateOf, watchEndpoints } from "../support/tikv-looks.ts";

const API = "/pd/api/v1";
const STORES = ["10.0.1.11:20160", "10.0.1.14:20160", "10.0.1.15:20160"];

test("one endpoint is enough to find the whole cluster, and all of it is well", async () => {
  await using cluster = serveFakeTikv();
  const clock = movableClock();
  const watcher = watchEndpoints([cluster.pd[1].url], clock);
  await look(watcher);
  clock.aheadMs = 1_000;
  const seen = await look(watcher);
  expect(seen.members.map(({ name, role, health }) => `${name} ${role} ${health}`)).toEqual([
    "pd-0 pd up",
    "pd-1 pd up",
    ...STORES.map((name) => `${name} tikv up`),
  ]);
  for (const { startedAtMs } of seen.members) expect(startedAtMs).toBeGreaterThan(1.7e12);
  expect(readValue(seen.leadership)).toMatchObject({ leader: "pd-0", etcdLeader: "pd-0" });
  expect([allIn(seen, "violated"), allIn(seen, "unknown")]).toEqual([[], []]);
});

test("ids beyond 2^53 keep every digit, and sizes are bytes", async () => {
  await using cluster = serveFakeTikv();
  change(cluster.pd[0], `${API}/stores`, ['"id": 4,', '"id": 9007199254740993,']);
  const seen = await look(watchEndpoints([cluster.pd[0].url]));
  expect(readValue(seen.leadership)?.clusterId).toBe("7468211234567890123");
  const listed = seen.stores[1] && readValue(seen.stores[1].listed);
  expect(listed?.id).toBe("9007199254740993");
  expect(listed?.availableBytes).toBe(Math.round(1.204 * 1024 ** 4));
  expect(() => JSON.stringify(seen)).not.toThrow();
});

const GARBAGE: readonly (readonly [what: string, answer: FakeAnswer])[] = [
  ["HTML", { body: "<html><body>502 Bad Gateway</body></html>" }],
  ["half a body", { body: '{"header":{"cluster_id":7468211234567890123},\n "members":[{"na' }],
  ["JSON of another form", { body: '{"count":"two","stores":{},"members":7}' }],
  ["an error", { body: '"[PD:cluster:ErrNotBootstrapped]TiKV cluster not up"', status: 500 }],
  ["100 MB", { body: " ".repeat(100 * 1024 * 1024) }],
  ["nothing at all", "hang"],
];

for (const [what, answer] of GARBAGE) {
  test(`after a member that answers ${what} the next one is asked`, async () => {
    await using cluster = serveFakeTikv();
    for (const path of ["/members", "/stores", "/schedulers", "/config/replicate"]) {
      cluster.pd[0].answers.set(`${API}${path}`, answer);
    }
    const seen = await look(watchEndpoints(cluster.pd.map(({ url }) => url)));
    expect(readValue(seen.leadership)?.source).toBe("PD's list of members");
    expect(readValue(seen.replication)?.maxReplicas).toBe(3);
    expect(readValue(seen.schedulers)?.names).toHaveLength(5);
    expect(seen.stores).toHaveLength(3);
  });
}

test("garbage from every member is unknown, and only blindness is violated", async () => {
  await using cluster = serveFakeTikv();
  const watcher = watchEndpoints([cluster.pd[0].url]);
  await look(watcher);
  for (const path of ["/members", "/stores", "/schedulers", "/config/replicate"]) {
    cluster.answerPd(`${API}${path}`, "<html>");
  }
  const seen = await look(watcher);
  expect(allIn(seen, "violated")).toEqual(["cannot_see/cluster"]);
  for (const store of STORES) {
    expect(stateOf(seen, "store_down", store)).toBe("unknown");
    expect(stateOf(seen, "low_space", store)).toBe("unknown");
  }
});

test("a metrics page that is cut, foreign or too large is unknown", async () => {
  for (const body of [storePage({ requests: 9 }).slice(0, -1), "<html>\n", " ".repeat(2 ** 25)]) {
    await using cluster = serveFakeTikv();
    cluster.stores[0].answers.set("/metrics", { body });
    const seen = await look(watchEndpoints([cluster.pd[0].url]));
    expect(stateOf(seen, "peers_without_leader", "10.0.1.11:20160")).toBe("unknown");
    expect(stateOf(seen, "store_unreachable", "10.0.1.11:20160")).toBe("holds");
    expect(stateOf(seen, "cannot_see", "cluster")).toBe("violated");
    const member = seen.members.find(({ name }) => name === "10.0.1.11:20160");
    expect(member).toMatchObject({ health: "up", startedAtMs: null });
  }
});

test("a store whose every answer is too large is not called silent", async () => {
  await using cluster = serveFakeTikv();
  const watcher = watchEndpoints([cluster.pd[0].url]);
  await look(watcher);
  for (const path of ["/metrics", "/status"]) {
    cluster.stores[0].answers.set(path, { body: " ".repeat(2 ** 25) });
  }
  const seen = await look(watcher);
  expect(stateOf(seen, "store_unreachable", "10.0.1.11:20160")).toBe("unknown");
});

test("a store that vanished from PD's list is still there, and down", async () => {
  await using cluster = serveFakeTikv();
  const watcher = watchEndpoints([cluster.pd[0].url]);
  await look(watcher);
  cluster.answerPd(`${API}/stores`, '{"count":0,"stores":[]}');
  const seen = await look(watcher);
  const stores = seen.members.filter(({ role }) => role === "tikv");
  expect(stores.map(({ name, health }) => `${name} ${health}`)).toEqual(
    STORES.map((name) => `${name} down`),
  );
  expect(stateOf(seen, "store_down", "10.0.1.14:20160")).toBe("violated");
});

test("a store that became a tombstone was taken out, and is not missed", async () => {
  await using cluster = serveFakeTikv();
  const watcher = watchEndpoints([cluster.pd[0].url]);
  await look(watcher);
  change(cluster.pd[0], `${API}/stores`, ['"state_name": "Up"', '"state_name": "Tombstone"']);
  const seen = await look(watcher);
  expect(seen.stores.map(({ name }) => name)).toEqual(STORES.slice(1));
});

test("a member that vanished from PD's list is still asked", async () => {
  await using cluster = serveFakeTikv();
  const watcher = watchEndpoints([cluster.pd[0].url]);
  const before = await look(watcher);
  const body = `{"header":{"cluster_id":1},"members":[],"leader":{"name":"pd-0"}}`;
  cluster.answerPd(`${API}/members`, body);
  const seen = await look(watcher);
  expect(before.pdMembers.map(({ name }) => name)).toEqual(["pd-0", "pd-1"]);
  expect(seen.pdMembers.map(({ name }) => name)).toEqual(["pd-0", "pd-1"]);
});

test("after a change of PD's leader, 0B is not low space but unknown", async () => {
  await using cluster = serveFakeTikv();
  change(cluster.pd[0], `${API}/stores`, ['"available": "1.204TiB"', '"available": "0B"']);
  change(cluster.pd[0], `${API}/stores`, ['"capacity": "1.818TiB"', '"capacity": "0B"']);
  const seen = await look(watchEndpoints([cluster.pd[0].url]));
  expect(stateOf(seen, "low_space", "10.0.1.11:20160")).toBe("unknown");
  expect(stateOf(seen, "low_space", "10.0.1.14:20160")).toBe("holds");
});

test("without a member that leads, the followers say that PD has no leader", async () => {
  await using cluster = serveFakeTikv();
  const watcher = watchEndpoints([cluster.pd[1].url]);
  await look(watcher);
  cluster.answerPd(`${API}/members`, "[PD:apiutil:ErrRedirectNoLeader]no leader\n", 503);
  cluster.pd[0].answers.set("/metrics", { body: pdPage(0) });
  expect(stateOf(await look(watcher), "pd_no_leader", "cluster")).toBe("violated");
  cluster.pd[0].answers.set("/metrics", { body: pdPage(1) });
  expect(stateOf(await look(watcher), "pd_no_leader", "cluster")).toBe("unknown");
});

test("of a member that cannot be reached from here, PD's own probe is believed", async () => {
  await using cluster = serveFakeTikv();
  const [{ url }] = cluster.pd;
  change(cluster.pd[0], `${API}/members`, [cluster.pd[1].url, "http://pd-1.invalid:2379"]);
  const watcher = watchEndpoints([url]);
  expect(stateOf(await look(watcher), "pd_member_down", "pd-1")).toBe("holds");
  const [healthy, ill] = ['"health":true}]', '"health":false}]'];
  change(cluster.pd[0], `${API}/health`, [healthy, ill]);
  expect(stateOf(await look(watcher), "pd_member_down", "pd-1")).toBe("violated");
  cluster.answerPd(`${API}/health`, "<html>");
  expect(stateOf(await look(watcher), "pd_member_down", "pd-1")).toBe("unknown");
});

test("evicted stores are read from a scheduler's config or from its name", async () => {
  await using cluster = serveFakeTikv();
  const watcher = watchEndpoints([cluster.pd[0].url]);
  cluster.answerPd(`${API}/schedulers`, '["evict-leader-scheduler"]');
  const config = `${API}/scheduler-config/evict-leader-scheduler/list`;
  cluster.answerPd(config, '{"store-id-ranges":{"4":[{"start-key":"","end-key":""}]},"batch":3}');
  expect(readValue((await look(watcher)).schedulers)?.evictedStoreIds).toEqual(["4"]);
  cluster.answerPd(config, "404 page not found\n", 404);
  expect(readValue((await look(watcher)).schedulers)?.evictedStoreIds).toBeNull();
  cluster.answerPd(`${API}/schedulers`, '["evict-leader-scheduler-5"]');
  expect(readValue((await look(watcher)).schedulers)?.evictedStoreIds).toEqual(["5"]);
});

test("a look asks each fact once and never for regions", async () => {
  await using cluster = serveFakeTikv();
  const watcher = watchEndpoints([cluster.pd[0].url]);
  await look(watcher);
  const peers = [...cluster.pd, ...cluster.stores];
  for (const { asked } of peers) asked.length = 0;
  await look(watcher);
  const asked = peers.flatMap((peer) => peer.asked).sort();
  expect(asked).toEqual([
    "/metrics",
    "/metrics",
    "/metrics",
    "/metrics",
    "/metrics",
    `${API}/config/replicate`,
    `${API}/config/rules`,
    `${API}/members`,
    `${API}/schedulers`,
    `${API}/stores?state=0&state=1&state=2`,
  ]);
});

test("nobody at the endpoint is a look that failed in every part, and blindness", async () => {
  const seen = await look(watchEndpoints(["http://127.0.0.1:1"]));
  expect(seen.members).toEqual([]);
  expect(allIn(seen, "violated")).toEqual(["cannot_see/cluster"]);
});

test("a look that comes early sees the slow requests of the second before, too", async () => {
  await using cluster = serveFakeTikv();
  const clock = movableClock();
  const watcher = watchEndpoints([cluster.pd[0].url], clock);
  const pages = [{ requests: 1 }, { requests: 201, slow: 100 }, { requests: 211, slow: 100 }];
  const states: unknown[] = [];
  for (const [index, page] of pages.entries()) {
    cluster.stores[0].answers.set("/metrics", { body: storePage(page) });
    clock.aheadMs = [0, 1_000, 1_250][index] ?? 0;
    states.push(stateOf(await look(watcher), "high_p99_latency", STORES[0] ?? ""));
  }
  expect(states).toEqual(["unknown", "violated", "violated"]);
});

test("what an open ticket says was declared outlives who had seen it", async () => {
  await using cluster = serveFakeTikv();
  const topology = {
    ...{ subject: "tikv", timeScale: 1, members: [] },
    endpoints: [cluster.pd[0].url],
  };
  const id = { cluster_id: "7468211234567890123" };
  const evidence = { declared_max_replicas: 5, declared_location_labels: "zone", ...id };
  const replication = { invariant: "replication_drifted", entity: "max-replicas", evidence };
  const missing = { invariant: "schedulers_missing", entity: "evict-slow-store-scheduler" };
  const unresolved = [replication, { ...missing, evidence: id }];
  const options = { topology, runtime: undefined, clock: systemClock };
  const told = await look(createWatcher({ ...options, unresolved }));
  expect(told.declared.replication).toEqual({ maxReplicas: 5, locationLabels: "zone" });
  expect(told.declared.schedulers).toContain(missing.entity);
  expect(stateOf(told, "replication_drifted", "max-replicas")).toBe("violated");
  const fresh = await look(createWatcher(options));
  expect(stateOf(fresh, "replication_drifted", "max-replicas")).toBe("holds");
  // Of another cluster, or of nobody knows which.
  for (const cluster_id of ["7468211234567890124", null]) {
    const foreign = unresolved.map((one) => ({
      ...one,
      evidence: { ...one.evidence, cluster_id },
    }));
    const other = await look(createWatcher({ ...options, unresolved: foreign }));
    expect(other.declared).toEqual(fresh.declared);
  }
});
