// Three PD members as processes, some of them killed: what is answered, and what survives.
import { afterEach, beforeEach, expect, setDefaultTimeout, test } from "bun:test";
import { eventually } from "../../support/eventually.ts";
import { bootstrapOver, otherPds, PD_NAMES, PdCluster } from "./pd-cluster.ts";

let cluster: PdCluster;

setDefaultTimeout(60_000);

beforeEach(async () => {
  cluster = await PdCluster.start();
});

afterEach(async () => {
  await cluster[Symbol.asyncDispose]();
});

test("the PD leader killed, another takes over, and meanwhile the answers are PD's", async () => {
  const killed = await cluster.leader();
  const [follower = ""] = otherPds(killed);
  await bootstrapOver(cluster, follower);
  await cluster.end(killed, "SIGKILL");
  expect(await cluster.ask(follower, "/pd/api/v1/members")).toEqual({
    status: 500,
    text: "[PD:apiutil:ErrRedirect]redirect failed\n",
  });
  const health = await cluster.ask(follower, "/pd/api/v1/health");
  expect(healthIn(health.text)).toEqual(new Map(PD_NAMES.map((name) => [name, name !== killed])));
  const noLeader = "[PD:apiutil:ErrRedirectNoLeader]redirect finds no leader\n";
  await eventually(
    async () => (await cluster.ask(follower, "/pd/api/v1/members")).text === noLeader,
    "the dead leader's lease is over, and there is no leader",
  );
  expect(await cluster.leader()).not.toBe(killed);
  const { stores } = JSON.parse((await cluster.ask(follower, "/pd/api/v1/stores")).text);
  expect(stores.map((store: Store) => store.status.capacity)).toEqual(["0B", "0B", "0B"]);
  cluster.run(killed);
  await eventually(() => isServed(killed), `${killed} answers again`);
});

test("with two of three killed /health answers, and the rest is 503", async () => {
  const leader = await cluster.leader();
  const [survivor = "", other = ""] = otherPds(leader);
  await cluster.end(leader, "SIGKILL");
  await cluster.end(other, "SIGKILL");
  const noLeader = {
    status: 503,
    text: "[PD:apiutil:ErrRedirectNoLeader]redirect finds no leader\n",
  };
  await eventually(
    async () => (await cluster.ask(survivor, "/pd/api/v1/stores")).status === 503,
    "the survivor knows that there is no leader",
  );
  for (const path of ["members", "leader", "cluster", "stores", "schedulers", "config/replicate"]) {
    expect(await cluster.ask(survivor, `/pd/api/v1/${path}`)).toEqual(noLeader);
  }
  for (const path of ["ping", "version", "status", "health"]) {
    expect((await cluster.ask(survivor, `/pd/api/v1/${path}`)).status).toBe(200);
  }
  expect(await cluster.ask(survivor, "/pd/api/v1/config")).toMatchObject({ status: 500 });
  const { text } = await cluster.ask(survivor, "/pd/api/v1/health");
  expect(healthIn(text)).toEqual(new Map(PD_NAMES.map((name) => [name, name === survivor])));
  cluster.run(other);
  expect(await cluster.leader()).not.toBe(leader);
});

test("a leader that is left alone by both others steps down with its lease", async () => {
  const leader = await cluster.leader();
  for (const name of otherPds(leader)) await cluster.end(name, "SIGKILL");
  await eventually(
    async () => (await cluster.ask(leader, "/pd/api/v1/members")).status === 503,
    "the old leader leads no more",
  );
});

test("all killed and started again, everything that was acknowledged is there", async () => {
  const [name] = PD_NAMES;
  await bootstrapOver(cluster, name);
  await cluster.post(name, "/pd/api/v1/config", { "replication.max-replicas": 1 });
  await cluster.post(name, "/pd/api/v1/schedulers", {
    name: "evict-leader-scheduler",
    store_id: 2,
  });
  const before = await describe(name);
  for (const member of PD_NAMES) await cluster.end(member, "SIGKILL");
  for (const member of PD_NAMES) cluster.run(member);
  await cluster.leader();
  expect(await describe(name)).toEqual(before);
  expect(before.schedulers).toContain("evict-leader-scheduler");
});

test("SIGTERM ends a member with 0, and a leader's lease with it", async () => {
  const leader = await cluster.leader();
  expect(await cluster.end(leader, "SIGTERM")).toBe(0);
  expect(await cluster.leader()).not.toBe(leader);
});

interface Store {
  readonly status: { readonly capacity: string };
}

/** What must be the same before and after. */
async function describe(name: string) {
  const read = async (path: string) =>
    JSON.parse((await cluster.ask(name, `/pd/api/v1/${path}`)).text);
  const { stores } = await read("stores");
  const { regions } = await read("regions");
  return {
    cluster: (await cluster.ask(name, "/pd/api/v1/cluster")).text,
    status: await read("cluster/status"),
    stores: stores.map(({ store }: { store: { id: number; address: string } }) => store.address),
    regions: regions.map((region: { id: number; start_key: string }) => region.start_key),
    schedulers: (await read("schedulers")).sort(),
  };
}

function healthIn(text: string): ReadonlyMap<string, boolean> {
  const rows: readonly { name: string; health: boolean }[] = JSON.parse(text);
  return new Map(rows.map(({ name, health }) => [name, health]));
}

async function isServed(name: string): Promise<boolean> {
  const answer = await cluster.ask(name, "/pd/api/v1/leader").catch(() => undefined);
  return answer?.status === 200;
}
