// Real faults on a running cluster of stand-ins: each trips its invariant, the repair is an action,
// and afterwards nothing is violated. One cluster for all; every test leaves it well.
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { readValue } from "../../src/domain/observation.ts";
import { systemClock as clock, seededRandom } from "../../src/infra/clock.ts";
import { tikv } from "../../subjects/tikv/definition.ts";
import { type LiveTikv, startLiveTikv } from "../support/live-tikv.ts";
import { OPERATOR } from "../support/watch-room.ts";

setDefaultTimeout(60_000);

let cluster: LiveTikv;

beforeAll(async () => {
  cluster = await startLiveTikv(20);
  await cluster.untilWell();
});

afterAll(async () => {
  await cluster[Symbol.asyncDispose]();
});

/** Injects a fault of the subject's own list; gives its targets. */
async function inject(name: string): Promise<readonly string[]> {
  const fault = tikv.faults.find((candidate) => candidate.name === name);
  if (!fault) throw new Error(`no fault ${name}`);
  const plan = fault.plan(await cluster.look(), seededRandom(7));
  const { signal } = new AbortController();
  await fault.inject(plan, { runtime: cluster.runtime, signal, clock });
  for (const { invariant, entity } of fault.expects(plan)) {
    await cluster.until(invariant, entity, "violated");
  }
  return plan.targets;
}

async function pdUrls(): Promise<string[]> {
  return (await cluster.look()).pdMembers.map(({ url }) => url);
}

async function storeIdOf(name: string): Promise<string> {
  const store = (await cluster.look()).stores.find((candidate) => candidate.name === name);
  const id = store && readValue(store.listed)?.id;
  if (id === undefined) throw new Error(`no id of ${name}`);
  return id;
}

test("a killed store is unreachable, then down by PD's word, and is started again", async () => {
  const [store = ""] = await inject("store_kill");
  const seen = (await cluster.violated()).filter((name) => name.startsWith("store_unreachable/"));
  expect(seen).toEqual([`store_unreachable/${store}`]);
  await cluster.until("store_down", store, "violated");
  await expect(cluster.act("resume_member", store)).rejects.toThrow("it is stopped, not paused");
  await cluster.act("start_member", store);
  expect(await cluster.act("start_member", store)).toBe("already in effect");
  await cluster.untilWell();
});

test("a fault of one member takes none that must stay, and no eviction of somebody", async () => {
  const planOf = async (name: string, seed = 7) => {
    const fault = tikv.faults.find((candidate) => candidate.name === name);
    return fault?.plan(await cluster.look(), seededRandom(seed)).targets[0] ?? "";
  };
  const [store = ""] = await inject("store_kill");
  for (const name of ["store_kill", "store_pause"]) {
    await expect(planOf(name)).rejects.toThrow("cannot be spared");
  }
  await cluster.act("start_member", store);
  await cluster.untilWell();
  const [evicted = ""] = await inject("evict_leader_left");
  const others = await Promise.all(
    [1, 2, 3, 4, 5].map((seed) => planOf("evict_leader_left", seed)),
  );
  expect(others).not.toContain(evicted);
  await cluster.act("remove_scheduler", "evict-leader-scheduler", { store: evicted });
  const [leader = ""] = await inject("pd_leader_kill");
  await cluster.until("pd_no_leader", "cluster", "holds");
  await expect(planOf("pd_leader_kill")).rejects.toThrow("cannot be spared");
  await cluster.act("start_member", leader);
  await cluster.untilWell();
});

test("of those who inject at the same moment one strikes, and the others see it", async () => {
  const env = { ...process.env, OPERATOR_HOME: cluster.home };
  const run = async (...words: readonly string[]) => {
    const child = Bun.spawn([...OPERATOR, "fault", ...words], { env, stderr: "pipe" });
    const [exitCode, said] = await Promise.all([child.exited, child.stderr.text()]);
    return exitCode === 0 ? "struck" : said;
  };
  const seeds = ["1", "5", "9"];
  const ran = await Promise.all(
    seeds.map((seed) => run("inject", "tikv", "store_kill", "--seed", seed)),
  );
  expect(ran.filter((said) => said === "struck")).toHaveLength(1);
  expect(ran.filter((said) => said.includes("cannot be spared"))).toHaveLength(2);
  expect(await run("recover", "tikv")).toBe("struck");
  await cluster.untilWell();
});

test("a paused store is unreachable, cannot be started, and is resumed", async () => {
  const [store = ""] = await inject("store_pause");
  await expect(cluster.act("start_member", store)).rejects.toThrow("it is paused, not stopped");
  await cluster.act("resume_member", store);
  await cluster.untilWell();
});

test("with two stores killed the peers of the third have no leader", async () => {
  const killed = await inject("two_stores_kill");
  const survivor = cluster.topology.members.find(
    ({ name, role }) => role === "tikv" && !killed.includes(name),
  );
  const name = survivor?.name ?? "";
  await cluster.until("peers_without_leader", name, "violated");
  await expect(cluster.act("restart_member", name)).rejects.toThrow("cannot be spared");
  for (const store of killed) await cluster.act("start_member", store);
  await cluster.untilWell();
});

test("a killed PD leader is down while another one leads", async () => {
  const [leader = ""] = await inject("pd_leader_kill");
  await cluster.until("pd_no_leader", "cluster", "holds");
  expect(await cluster.violated()).toContain(`pd_member_down/${leader}`);
  await cluster.act("start_member", leader);
  await cluster.untilWell();
});

test("with two PD members killed nobody leads PD, until one of them is back", async () => {
  await cluster.runtime.operate("pd1", "kill");
  await cluster.runtime.operate("pd2", "kill");
  await cluster.until("pd_no_leader", "cluster", "violated");
  await cluster.act("start_member", "pd1");
  await cluster.until("pd_no_leader", "cluster", "holds");
  await cluster.act("start_member", "pd2");
  await cluster.untilWell();
});

test("without any PD member the cluster cannot be seen; with one paused it can", async () => {
  await cluster.runtime.operate("pd1", "pause");
  await cluster.until("pd_member_down", "pd1", "violated");
  await cluster.until("cannot_see", "cluster", "holds");
  await cluster.runtime.operate("pd2", "pause");
  await cluster.runtime.operate("pd3", "pause");
  await cluster.until("cannot_see", "cluster", "violated");
  for (const name of ["pd1", "pd2", "pd3"]) await cluster.act("resume_member", name);
  await cluster.untilWell();
});

test("a left evict-leader scheduler is seen on its store alone, and taken out", async () => {
  const [store = ""] = await inject("evict_leader_left");
  const evictions = (await cluster.violated()).filter((name) => name.startsWith("evict_"));
  expect(evictions).toEqual([`evict_leader_left/${store}`]);
  await cluster.act("remove_scheduler", "evict-leader-scheduler", { store });
  await cluster.untilWell();
});

test("an eviction that came after the fault's own had ended is somebody's, and stays", async () => {
  const [store = ""] = await inject("evict_leader_left");
  const fault = tikv.faults.find(({ name }) => name === "evict_leader_left");
  const context = { runtime: cluster.runtime, signal: new AbortController().signal, clock };
  const details = { store_id: await storeIdOf(store), pd_urls: await pdUrls() };
  const plan = { fault: "evict_leader_left", targets: [store], details };
  expect(await fault?.heal(plan, { ...context, wasOver: true })).toEqual([
    `PD keeps leaders off ${store}: the fault's own eviction had ended`,
  ]);
  expect(await cluster.violated()).toContain(`evict_leader_left/${store}`);
  expect(await fault?.heal(plan, context)).toEqual([]);
  expect(await fault?.heal(plan, { ...context, wasOver: true })).toEqual([]);
  await cluster.untilWell();
});

test("without the balance scheduler leaders stay uneven, until it is back", async () => {
  const name = "balance-leader-scheduler";
  await cluster.callPd("DELETE", `/schedulers/${name}`);
  await cluster.until("schedulers_missing", name, "violated");
  await cluster.runtime.operate("tikv1", "restart");
  await cluster.until("leader_imbalance", "cluster", "violated");
  await expect(cluster.act("remove_scheduler", "balance-region-scheduler")).rejects.toThrow(
    "default",
  );
  await cluster.act("add_scheduler", name);
  await cluster.untilWell();
});

test("more replicas than declared are a drift, and regions miss peers", async () => {
  await cluster.callPd("POST", "/config", { "schedule.leader-schedule-limit": 5 });
  expect(await cluster.violated()).toEqual([]);
  await cluster.callPd("POST", "/config", { "replication.max-replicas": 5 });
  await cluster.until("replication_drifted", "max-replicas", "violated");
  await cluster.until("region_miss_peer", "cluster", "violated");
  await cluster.act("restore_replication", "cluster");
  await cluster.untilWell();
});

test("a store left Offline is called back", async () => {
  // PD lets none go that its replicas need; it is told so while they need less.
  await cluster.callPd("POST", "/config", { "replication.max-replicas": 2 });
  await cluster.callPd("POST", `/store/${await storeIdOf("tikv2")}/state?state=Offline`);
  await cluster.callPd("POST", "/config", { "replication.max-replicas": 3 });
  await cluster.until("store_offline", "tikv2", "violated");
  await cluster.callPd("POST", "/config", { "replication.max-replicas": 2 });
  await cluster.until("replication_drifted", "max-replicas", "violated");
  const meant = "2 stores stay for 2 replicas: tikv2 can leave";
  await expect(cluster.act("cancel_offline", "tikv2")).rejects.toThrow(meant);
  await cluster.callPd("POST", "/config", { "replication.max-replicas": 3 });
  await cluster.until("replication_drifted", "max-replicas", "holds");
  await cluster.act("cancel_offline", "tikv2");
  await cluster.untilWell();
});

test("a store whose disk is filled is low on space, and one that is half full is not", async () => {
  const gib = 1024 ** 3;
  await cluster.setFailpoint("tikv3", "used_bytes", 5 * gib);
  await cluster.until("low_space", "tikv3", "holds");
  await cluster.setFailpoint("tikv3", "used_bytes", 9 * gib);
  await cluster.until("low_space", "tikv3", "violated");
  await cluster.setFailpoint("tikv3", "used_bytes", null);
  await cluster.untilWell();
});

test("PD led by one member and its etcd by another are reunited by a restart", async () => {
  const leader = readValue((await cluster.look()).leadership)?.leader ?? "";
  await cluster.setFailpoint(leader, "leader-loop-hung", 1);
  await cluster.setFailpoint(leader, "etcd-leader-away", 1);
  await cluster.until("pd_leader_split", "cluster", "violated");
  await cluster.act("restart_member", leader);
  await cluster.untilWell();
});

test("PD's leadership is handed to the member that is asked for", async () => {
  const leader = readValue((await cluster.look()).leadership)?.leader;
  const target = leader === "pd3" ? "pd1" : "pd3";
  await cluster.act("transfer_pd_leader", target);
  await cluster.untilWell();
});
