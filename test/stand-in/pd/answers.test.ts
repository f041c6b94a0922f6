// PD's answers, to the letter where the letter matters.
import { beforeAll, expect, test } from "bun:test";
import { bootstrap, type LoneMember, startLoneMember } from "./lone-member.ts";

let empty: LoneMember;
let full: LoneMember;
let regionIds: readonly number[];

beforeAll(async () => {
  empty = await startLoneMember();
  full = await startLoneMember();
  regionIds = await bootstrap(full);
});

test("before enough stores have joined, cluster routes say so as a JSON string", async () => {
  const text =
    '"[PD:cluster:ErrNotBootstrapped]TiKV cluster not bootstrapped, please start TiKV first"\n';
  for (const path of ["stores", "regions", "schedulers", "operators", "trend", "stats/region"]) {
    const answer = await empty.ask(`/pd/api/v1/${path}`);
    expect(answer).toEqual({ status: 500, contentType: "application/json; charset=UTF-8", text });
  }
});

test("the status of a cluster without stores is the zero of everything", async () => {
  const { text } = await empty.ask("/pd/api/v1/cluster/status");
  expect(text).toBe(
    '{\n  "raft_bootstrap_time": "0001-01-01T00:00:00Z",\n' +
      '  "is_initialized": false,\n  "replication_status": ""\n}\n',
  );
});

test("ping is empty, and the version has its version alone", async () => {
  expect(await full.ask("/pd/api/v1/ping")).toMatchObject({ status: 200, text: "" });
  expect((await full.ask("/pd/api/v1/version")).text).toBe(
    '{\n  "version": "v8.5.7",\n  "build_time": "",\n  "hash": "",\n  "branch": ""\n}\n',
  );
});

test("member and cluster ids are written whole, beyond 2^53", async () => {
  const { text } = await full.ask("/pd/api/v1/members");
  const ids = [...text.matchAll(/"(?:cluster|member)_id": (\d+)/g)].map(([, digits]) => digits);
  expect(ids).toHaveLength(4);
  for (const digits of ids) expect(BigInt(digits ?? 0)).toBeGreaterThan(2n ** 53n);
  expect(text).toContain(`"member_id": ${full.member.settings.self.memberId}`);
});

test("a store reads as PD writes it, with what is zero left out", async () => {
  const { text } = await full.ask("/pd/api/v1/store/1");
  const heartbeat = /"last_heartbeat": (\d+)/.exec(text)?.[1];
  expect(heartbeat).toHaveLength(19);
  const store = JSON.parse(text);
  expect(Object.keys(store.store)).toEqual([
    "id",
    "address",
    "version",
    "peer_address",
    "status_address",
    "git_hash",
    "start_timestamp",
    "deploy_path",
    "last_heartbeat",
    "node_state",
    "state_name",
  ]);
  expect(store.status).toMatchObject({
    capacity: "1.818TiB",
    available: "1.204TiB",
    used_size: "611.3GiB",
    leader_count: 6,
    leader_size: 576,
    region_count: 6,
    region_size: 576,
    slow_score: 1,
  });
  expect(store.status.uptime).toMatch(/^1m0\.\d+s$/);
  expect(store.status).not.toHaveProperty("is_busy");
});

test("an unknown store is a 404, and a name for an id a 400", async () => {
  const unknown = await full.ask("/pd/api/v1/store/99");
  expect(unknown).toMatchObject({
    status: 404,
    text: '"[PD:core:ErrStoreNotFound]store 99 not found"\n',
  });
  expect((await full.ask("/pd/api/v1/store/tikv1")).status).toBe(400);
});

test("stores are filtered by number, and checked by name", async () => {
  expect((await full.ask("/pd/api/v1/stores?state=Up")).status).toBe(500);
  const offline = await full.ask("/pd/api/v1/stores?state=1&state=2");
  expect(offline.text).toBe('{\n  "count": 0,\n  "stores": []\n}\n');
  expect(JSON.parse((await full.ask("/pd/api/v1/stores/check?state=UP")).text).count).toBe(3);
  expect((await full.ask("/pd/api/v1/stores/check?state=sleepy")).status).toBe(400);
});

test("a region is compact, as bytes", async () => {
  const [id = 0] = regionIds;
  const answer = await full.ask(`/pd/api/v1/region/id/${id}`);
  expect(answer.contentType).toBe("application/octet-stream");
  expect(answer.text).toBe(
    `{"id":${id},"start_key":"","end_key":"7573657231363636363636363636",` +
      '"epoch":{"conf_ver":1,"version":1},"peers":[' +
      `{"role_name":"Voter","id":${id + 1},"store_id":1},` +
      `{"role_name":"Voter","id":${id + 2},"store_id":2},` +
      `{"role_name":"Voter","id":${id + 3},"store_id":3}],` +
      `"leader":{"role_name":"Voter","id":${id + 1},"store_id":1},"cpu_usage":0,` +
      '"written_bytes":1048576,"read_bytes":0,"written_keys":912,"read_keys":0,' +
      '"approximate_size":96,"approximate_keys":812345}',
  );
});

test("an unknown region is a 200 of nothing", async () => {
  expect(await full.ask("/pd/api/v1/region/id/999")).toMatchObject({
    status: 200,
    text:
      '{"id":0,"start_key":"","end_key":"","leader":{"role_name":""},"cpu_usage":0,' +
      '"written_bytes":0,"read_bytes":0,"written_keys":0,"read_keys":0,' +
      '"approximate_size":0,"approximate_keys":0}',
  });
});

test("the regions cover the key space without a gap, and a key lies in one", async () => {
  const { regions } = JSON.parse((await full.ask("/pd/api/v1/regions/key?limit=99")).text);
  const starts = regions.map((region: { start_key: string }) => region.start_key);
  const ends = regions.map((region: { end_key: string }) => region.end_key);
  expect(["", ...ends]).toEqual([...starts, ""]);
  const found = JSON.parse((await full.ask("/pd/api/v1/region/key/user9999999999")).text);
  expect(found.id).toBe(regionIds.at(-1));
});

test("regions are ranked, counted by size, and know their neighbours", async () => {
  const read = async (path: string) => JSON.parse((await full.ask(`/pd/api/v1/${path}`)).text);
  const [first = 0, second = 0, third = 0] = regionIds;
  const ranked = await read("regions/writeflow?limit=2");
  expect(ranked).toMatchObject({ count: 2, regions: [{ written_bytes: 1_048_576 }, {}] });
  expect(await read("regions/check/hist-size?bound=10")).toEqual([
    { start: 90, end: 99, count: 6 },
  ]);
  expect(await read("regions/check/hist-keys")).toEqual([
    { start: 812_000, end: 812_999, count: 6 },
  ]);
  expect((await read(`regions/sibling/${second}`)).regions.map(idOf)).toEqual([first, third]);
  expect((await read(`regions/sibling/${first}`)).regions.map(idOf)).toEqual([second]);
  expect((await full.ask("/pd/api/v1/regions/check/beauty")).status).toBe(404);
});

test("counts stand beside null, and statistics have text keys", async () => {
  const count = await full.ask("/pd/api/v1/regions/count");
  expect(count.text).toBe('{\n  "count": 6,\n  "regions": null\n}\n');
  expect(JSON.parse((await full.ask("/pd/api/v1/stats/region")).text)).toMatchObject({
    count: 6,
    storage_size: 576,
    store_leader_count: { "1": 6 },
    store_peer_count: { "1": 6, "2": 6, "3": 6 },
  });
  const counted = JSON.parse((await full.ask("/pd/api/v1/stats/region?count")).text);
  expect(counted).toMatchObject({ count: 6, store_leader_count: null, store_peer_keys: null });
});

test("the trend has exact bytes", async () => {
  const trend = JSON.parse((await full.ask("/pd/api/v1/trend")).text);
  expect(trend.stores[0]).toMatchObject({
    capacity: 1_999_307_276_288,
    hot_read_region_flows: null,
  });
  expect(trend.history.start).toBe(-62_135_596_800);
});

test("a time that is not initialised is the greatest 64-bit number", async () => {
  const { text } = await full.ask("/pd/api/v1/min-resolved-ts");
  expect(text).toContain('"min_resolved_ts": 18446744073709551615,');
});

test("paths and methods that nobody has are Go's 404 and 405", async () => {
  const unknown = await full.ask("/pd/api/v1/nothing");
  expect(unknown).toMatchObject({ status: 404, text: "404 page not found\n" });
  expect(await full.ask("/pd/api/v1/stores", { method: "POST" })).toMatchObject({ status: 405 });
});

test("metrics are PD's by name", async () => {
  const { text } = await full.ask("/metrics");
  for (const line of [
    'pd_cluster_status{engine="tikv",store="1",type="store_up_count"} 1',
    'pd_cluster_status{engine="tikv",store="1",type="leader_count"} 6',
    'pd_regions_status{type="miss-peer-region-count"} 0',
    'pd_regions_status{type="empty-region-count"} 0',
    'pd_scheduler_store_status{address="10.0.1.11:20160",store="1",type="leader_count"} 6',
    'service_member_role{service="PD"} 1',
    "etcd_server_is_leader 1",
    "etcd_server_has_leader 1",
  ]) {
    expect(text).toContain(`\n${line}\n`);
  }
});

test("a member that finds its own leader key of an earlier life is no leader yet", async () => {
  const lone = await startLoneMember();
  await bootstrap(lone);
  lone.member.office = undefined;
  for (const path of ["members", "stores"]) {
    expect(await lone.ask(`/pd/api/v1/${path}`)).toMatchObject({
      status: 500,
      text: "[PD:apiutil:ErrRedirectToNotLeader]redirect to not leader\n",
    });
  }
});

function idOf({ id }: { readonly id: number }): number {
  return id;
}
