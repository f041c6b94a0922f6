// What stores say to PD and on their status port, and how the disk, the delay and PD's operators
// show.
import { expect, test } from "bun:test";
import { z } from "zod";
import { KV_PATHS } from "../../../subjects/tikv/stand-in/protocol.ts";
import { eventually } from "../../support/eventually.ts";
import { StoreCluster } from "./store-cluster.ts";

const voterSchema = z.object({ matched: z.number(), next_idx: z.number(), state: z.string() });
const regionMetaSchema = z.object({
  raft_status: z.looseObject({
    id: z.number(),
    last_index: z.number(),
    hard_state: z.looseObject({}),
    voters: z.record(z.string(), voterSchema),
  }),
  region_state: z.looseObject({ epoch: z.looseObject({}) }),
});

test("the status server answers as TiKV's does", async () => {
  await using cluster = await StoreCluster.start();
  const ask = async (path: string) => {
    const response = await cluster.status("tikv1", path);
    return [response.status, await response.text()];
  };
  expect(await ask("/status")).toEqual([200, ""]);
  expect(await ask("/engine_type")).toEqual([200, "raft-kv"]);
  expect(await ask("/region/99")).toEqual([404, "region(99) not found"]);
  expect(await ask("/ready")).toEqual([404, "path not found"]);
});

test("a region shows its Raft state, and its leader how far each voter is", async () => {
  await using cluster = await StoreCluster.start();
  await cluster.put("pear", "1");
  const leader = await cluster.leaderOf("pear");
  const metaOf = async (name: string) =>
    regionMetaSchema.parse(await (await cluster.status(name, "/region/20")).json());
  const { raft_status, region_state } = await eventually(async () => {
    const meta = await metaOf(leader);
    const states = Object.values(meta.raft_status.voters).map(({ state }) => state);
    return states.every((state) => state === "Replicate") && meta;
  }, "all voters have caught up");
  const { id, last_index: lastIndex } = raft_status;
  expect(region_state).toMatchObject({ id: 20, start_key: [109], end_key: [] });
  expect(region_state.epoch).toEqual({ conf_ver: 1, version: 1 });
  expect(raft_status).toMatchObject({ soft_state: { leader_id: id, raft_state: "Leader" } });
  expect(raft_status.hard_state).toMatchObject({ vote: id, commit: lastIndex });
  const level = { matched: lastIndex, next_idx: lastIndex + 1, state: "Replicate" };
  expect(raft_status.voters).toEqual({ "21": level, "22": level, "23": level });
  const [follower = ""] = cluster.others(leader);
  expect((await metaOf(follower)).raft_status).toMatchObject({ voters: {}, learners: {} });
});

test("metrics move with what they count", async () => {
  await using cluster = await StoreCluster.start();
  const leader = await cluster.leaderOf("apple");
  const before = await metrics(cluster, leader);
  await cluster.put("apple", "1");
  const after = await metrics(cluster, leader);
  const puts = 'tikv_grpc_msg_duration_seconds_count{type="raw_put",priority="unknown"}';
  const all = 'tikv_grpc_msg_duration_seconds_bucket{type="raw_put",priority="unknown",le="+Inf"}';
  expect(Number(after.get(puts)) - Number(before.get(puts))).toBe(1);
  expect(after.get(all)).toBe(after.get(puts));
  expect(after.get('tikv_raftstore_region_count{type="region"}')).toBe(2);
  expect(after.get("tikv_raftstore_leader_missing")).toBe(0);
  expect(after.get("process_resident_memory_bytes")).toBeGreaterThan(1_000_000);
});

test("metrics are compressed for whoever accepts that, and for nobody else", async () => {
  await using cluster = await StoreCluster.start();
  const encodingFor = async (accepted: string) => {
    const headers = { "Accept-Encoding": accepted };
    const response = await cluster.status("tikv1", "/metrics", { headers });
    expect(await response.text()).toContain("\ntikv_raftstore_leader_missing ");
    return response.headers.get("content-encoding");
  };
  expect(await encodingFor("gzip, br")).toBe("gzip");
  expect(await encodingFor("identity")).toBeNull();
});

test("a store without quorum counts its peers as leaderless", async () => {
  await using cluster = await StoreCluster.start();
  await cluster.end("tikv2", "SIGKILL");
  await cluster.end("tikv3", "SIGKILL");
  await eventually(
    async () => (await metrics(cluster, "tikv1")).get("tikv_raftstore_leader_missing") === 2,
    "both regions lack a leader",
  );
});

test("a full disk refuses writes, serves reads, and survives a restart of the store", async () => {
  await using cluster = await StoreCluster.start();
  await cluster.put("apple", "1");
  const leader = await cluster.leaderOf("apple");
  expect(await changeCapacity(cluster, leader, "8KiB")).toBe(200);
  expect(await cluster.tell(leader, "apple", "2")).toEqual({ type: "disk_full" });
  expect(await cluster.ask(leader, "apple")).toEqual({ type: "value", value: "1" });
  await cluster.end(leader, "SIGKILL");
  cluster.run(leader);
  const size = 'tikv_store_size_bytes{type="capacity"}';
  await eventually(async () => (await metrics(cluster, leader)).get(size) === 8192, "still small");
  expect(await changeCapacity(cluster, leader, "1GiB")).toBe(200);
  await cluster.put("apple", "3");
});

test("a write that waited until its client gave up is not done", async () => {
  await using cluster = await StoreCluster.start();
  await cluster.put("apple", "1");
  const leader = await cluster.leaderOf("apple");
  const late = { key: "apple", value: "2", expires_at_ms: Date.now() - 1 };
  expect(await cluster.send(leader, KV_PATHS.put, late)).toEqual({ type: "expired" });
  expect(await cluster.get("apple")).toBe("1");
  const inTime = { ...late, expires_at_ms: Date.now() + 60_000 };
  expect(await cluster.send(leader, KV_PATHS.put, inTime)).toEqual({ type: "written" });
});

test("only sizes of known names can be changed online", async () => {
  await using cluster = await StoreCluster.start();
  expect(await changeCapacity(cluster, "tikv1", "a lot")).toBe(500);
  const init = { method: "POST", body: '{"raftstore.store-max-batch-size":"1"}' };
  expect((await cluster.status("tikv1", "/config", init)).status).toBe(500);
  const garbage = { method: "POST", body: "{" };
  expect((await cluster.status("tikv1", "/config", garbage)).status).toBe(400);
});

test("delayed applies show in the histogram of writes, until they are switched off", async () => {
  await using cluster = await StoreCluster.start();
  const leader = await cluster.leaderOf("apple");
  const path = "/stand-in/failpoints/apply_delay_ms";
  const sum = 'tikv_grpc_msg_duration_seconds_sum{type="raw_put",priority="unknown"}';
  const secondsOfOnePut = async () => {
    const before = Number((await metrics(cluster, leader)).get(sum));
    expect(await cluster.tell(leader, "apple", "1")).toEqual({ type: "written" });
    return Number((await metrics(cluster, leader)).get(sum)) - before;
  };
  await cluster.status(leader, path, { method: "PUT", body: "300" });
  expect(await secondsOfOnePut()).toBeGreaterThan(0.29);
  await cluster.status(leader, path, { method: "DELETE" });
  expect((await cluster.status(leader, path)).status).toBe(404);
});

test("PD is told of new leaders at once, and its operators move them", async () => {
  await using cluster = await StoreCluster.start();
  const from = cluster.pd.leaders().get(10) ?? 0;
  const to = (from % 3) + 1;
  cluster.pd.operators.push({ region_id: 10, transfer_leader_to: to });
  await eventually(() => cluster.pd.leaders().get(10) === to, `region 10 moved to ${to}`);
});

test("PD is told of a peer that is down, and of the disk", async () => {
  await using cluster = await StoreCluster.start();
  await cluster.end("tikv3", "SIGKILL");
  await eventually(
    () =>
      cluster.pd.regionHeartbeats.some(({ regions }) =>
        regions.some(({ down_peers }) => down_peers.some(({ peer }) => peer.store_id > 0)),
      ),
    "a down peer is reported",
  );
  const last = cluster.pd.storeHeartbeats.at(-1);
  expect(last).toMatchObject({ capacity: 10 * 1024 ** 3, slow_score: 1, is_busy: false });
  expect(Number(last?.available) + Number(last?.used_size)).toBe(10 * 1024 ** 3);
});

async function metrics(cluster: StoreCluster, name: string): Promise<Map<string, number>> {
  const response = await cluster.status(name, "/metrics").catch(() => undefined);
  const lines = (await response?.text())?.split("\n") ?? [];
  return new Map(
    lines.map((line) => {
      const space = line.lastIndexOf(" ");
      return [line.slice(0, space), Number(line.slice(space + 1))];
    }),
  );
}

async function changeCapacity(cluster: StoreCluster, name: string, size: string): Promise<number> {
  const body = JSON.stringify({ "raftstore.capacity": size });
  return (await cluster.status(name, "/config", { method: "POST", body })).status;
}
