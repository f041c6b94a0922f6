// Three PD members as processes, all alive: who answers for whom, and who leads.
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { eventually } from "../../support/eventually.ts";
import { bootstrapOver, otherPds, PdCluster } from "./pd-cluster.ts";

let cluster: PdCluster;

setDefaultTimeout(60_000);

beforeAll(async () => {
  cluster = await PdCluster.start();
});

afterAll(async () => {
  await cluster[Symbol.asyncDispose]();
});

test("a request that was forwarded once is not forwarded again", async () => {
  const [follower = ""] = otherPds(await cluster.leader());
  const headers = { "PD-Redirector": "pd9" };
  expect(await cluster.ask(follower, "/pd/api/v1/members", { headers })).toEqual({
    status: 500,
    text: "[PD:apiutil:ErrRedirectToNotLeader]redirect to not leader\n",
  });
});

test("a follower asked to answer by itself knows regions, and no cluster", async () => {
  const [follower = ""] = otherPds(await cluster.leader());
  await bootstrapOver(cluster, follower);
  const headers = { "PD-Allow-follower-handle": "true" };
  const answer = await cluster.ask(follower, "/pd/api/v1/stores", { headers });
  expect(answer).toMatchObject({ status: 500 });
  expect(answer.text).toContain("ErrNotBootstrapped");
  const led = await cluster.ask(follower, "/pd/api/v1/regions");
  await eventually(async () => {
    const own = await cluster.ask(follower, "/pd/api/v1/regions", { headers });
    return own.status === 200 && own.text === led.text;
  }, "the follower has the regions, too");
  const check = "/pd/api/v1/regions/check/miss-peer";
  expect(await cluster.ask(follower, check, { headers })).toMatchObject({ status: 500 });
});

test("a transferred leadership is PD's as well as etcd's", async () => {
  const [next = ""] = otherPds(await cluster.leader());
  expect(await cluster.post(next, `/pd/api/v1/leader/transfer/${next}`, {})).toEqual({
    status: 200,
    text: '"The transfer command is submitted."\n',
  });
  await eventually(async () => (await cluster.leader()) === next, `${next} leads`);
  expect(await cluster.leaders()).toEqual({ pd: next, etcd: next });
  expect((await cluster.post(next, "/pd/api/v1/leader/transfer/pd9", {})).status).toBe(500);
});

test("etcd's leadership can be kept off a member, and PD's goes with it", async () => {
  const leader = await cluster.leader();
  const failpoint = "/stand-in/failpoints/etcd-leader-away";
  await cluster.ask(leader, failpoint, { method: "PUT" });
  const next = await eventually(async () => {
    const { pd, etcd } = await cluster.leaders();
    return pd !== undefined && pd !== leader && pd === etcd && pd;
  }, `${leader} leads nothing`);
  expect(otherPds(leader)).toContain(next);
  const removed = await cluster.ask(leader, failpoint, { method: "DELETE" });
  expect(JSON.parse(removed.text)).toEqual([]);
  expect(
    await cluster.ask(leader, "/stand-in/failpoints/no-such", { method: "PUT" }),
  ).toMatchObject({ status: 404 });
});

test("a hung PD leader keeps its lease, though etcd leads elsewhere, until restarted", async () => {
  const hung = await cluster.leader();
  await bootstrapOver(cluster, hung);
  const [next = ""] = otherPds(hung);
  await cluster.ask(hung, "/stand-in/failpoints/leader-loop-hung", { method: "PUT" });
  await cluster.post(hung, `/pd/api/v1/leader/transfer/${next}`, {});
  await eventually(async () => (await cluster.leaders()).etcd === next, `${next} leads etcd`);
  const renewed = await renewals(hung);
  await eventually(async () => (await renewals(hung)) > renewed + 2, "the lease is renewed");
  expect(await cluster.leaders()).toEqual({ pd: hung, etcd: next });
  // It still serves, and still writes.
  const change = { "schedule.leader-schedule-limit": 7 };
  expect((await cluster.post(next, "/pd/api/v1/config", change)).status).toBe(200);
  await cluster.end(hung, "SIGKILL");
  cluster.run(hung);
  const leader = await cluster.leader();
  expect(await cluster.leaders()).toEqual({ pd: leader, etcd: leader });
});

/** How far etcd's log has come, as every renewal is written there. */
async function renewals(name: string): Promise<number> {
  const { text } = await cluster.ask(name, "/metrics");
  return Number(/pd_server_etcd_state\{type="appliedIndex"\} (\d+)/.exec(text)?.[1]);
}
