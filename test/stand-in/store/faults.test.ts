// What stores do when some of them are killed or stopped: real processes, real signals.
import { expect, test } from "bun:test";
import { z } from "zod";
import { eventually } from "../../support/eventually.ts";
import { StoreCluster } from "./store-cluster.ts";

const metaSchema = z.object({ raft_apply: z.object({ applied_index: z.number() }) });

test("a killed leader is replaced, nothing acknowledged is lost, and it catches up", async () => {
  await using cluster = await StoreCluster.start();
  await cluster.put("apple", "1");
  const killed = await cluster.leaderOf("apple");
  await cluster.end(killed, "SIGKILL");
  expect(await cluster.get("apple")).toBe("1");
  await cluster.put("apple", "2");
  cluster.run(killed);
  await untilLevel(cluster, killed);
  const [survivor = "", other = ""] = cluster.others(killed);
  await cluster.end(survivor, "SIGKILL");
  expect(await cluster.get("apple")).toBe("2");
  expect(await cluster.leaderOf("apple")).toBeOneOf([killed, other]);
});

test("a stopped leader is replaced, and reads nothing stale when it goes on", async () => {
  await using cluster = await StoreCluster.start();
  await cluster.put("apple", "1");
  const stopped = await cluster.leaderOf("apple");
  cluster.pause(stopped);
  await cluster.put("apple", "2");
  const asked = cluster.ask(stopped, "apple");
  cluster.resume(stopped);
  expect(await asked).not.toEqual({ type: "value", value: "1" });
  await untilLevel(cluster, stopped);
  expect(await cluster.get("apple")).toBe("2");
});

test("two of three killed: writes fail clearly, and go on when one returns", async () => {
  await using cluster = await StoreCluster.start();
  await cluster.put("apple", "1");
  const left = await cluster.leaderOf("apple");
  for (const name of cluster.others(left)) await cluster.end(name, "SIGKILL");
  const failed = await cluster.tell(left, "apple", "2");
  expect(failed?.type).toBe("uncertain");
  await eventually(
    async () => (await cluster.tell(left, "apple", "3"))?.type === "not_leader",
    "the one that is left steps down",
  );
  expect((await cluster.ask(left, "apple"))?.type).toBe("not_leader");
  const [back = ""] = cluster.others(left);
  cluster.run(back);
  await cluster.put("banana", "4");
  // What was uncertain may have happened; what was refused has not.
  expect(await cluster.get("apple")).toBeOneOf(["1", "2"]);
});

test("all killed at once and started again, without PD: all acknowledged is there", async () => {
  await using cluster = await StoreCluster.start();
  const keys = Array.from({ length: 40 }, (_, index) => `${index % 2 ? "a" : "z"}${index}`);
  for (const key of keys) await cluster.put(key, `value of ${key}`);
  await Promise.all(["tikv1", "tikv2", "tikv3"].map((name) => cluster.end(name, "SIGKILL")));
  await cluster.pd[Symbol.asyncDispose]();
  for (const name of ["tikv1", "tikv2", "tikv3"]) cluster.run(name);
  for (const key of keys) expect(await cluster.get(key)).toBe(`value of ${key}`);
});

test("a store that is told to stop hands its leaderships over and ends with 0", async () => {
  await using cluster = await StoreCluster.start();
  const leader = await cluster.leaderOf("apple");
  expect(await cluster.end(leader, "SIGTERM")).toBe(0);
  await cluster.put("apple", "1");
  const log = await Bun.file(`${cluster.home}/${leader}.log`).text();
  expect(log).toContain('["handed leaderships over"]');
  expect(log).toContain("[left=0]");
});

/** Until it has applied as much of the first region as the others. */
async function untilLevel(cluster: StoreCluster, name: string): Promise<void> {
  await eventually(async () => {
    const all = [name, ...cluster.others(name)].map((each) => appliedIndex(cluster, each));
    const [own, ...others] = await Promise.all(all);
    return others.every((index) => index === own);
  }, `${name} has caught up`);
}

async function appliedIndex(cluster: StoreCluster, name: string): Promise<number> {
  const response = await cluster.status(name, "/region/10").catch(() => undefined);
  if (!response?.ok) return -1;
  return metaSchema.parse(await response.json()).raft_apply.applied_index;
}
