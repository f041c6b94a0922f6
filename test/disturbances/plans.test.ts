// Whom the faults of containers strike, and with what. That they bite is shown in test/docker.
import { expect, test } from "bun:test";
import type { Fault } from "../../src/domain/fault.ts";
import type { Observation } from "../../src/domain/observation.ts";
import { seededRandom } from "../../src/infra/clock.ts";
import { ratelimiter } from "../../subjects/ratelimiter/definition.ts";
import { limiterInvariants } from "../../subjects/ratelimiter/invariants/all.ts";
import { tikv } from "../../subjects/tikv/definition.ts";
import { tikvInvariants } from "../../subjects/tikv/invariants/all.ts";
import { serveFakeTikv } from "../support/fake-tikv.ts";
import { failed, nodeOf, read, seenWith } from "../support/limiter-looks.ts";
import { look, watchEndpoints, withThirdPd } from "../support/tikv-looks.ts";

const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8];

function faultsOf(faults: readonly Fault[]): readonly Fault[] {
  return faults.filter(({ runtime }) => runtime === "docker");
}

function checkPlans(fault: Fault, seen: Observation): ReadonlySet<string> {
  const struck = SEEDS.map((seed) => {
    const plan = fault.plan(seen, seededRandom(seed));
    expect(fault.plan(seen, seededRandom(seed))).toEqual(plan);
    expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
    const [target = ""] = plan.targets;
    expect(seen.members.map(({ name }) => name)).toContain(target);
    expect(JSON.stringify(plan.details)).not.toContain(`"${target}"`);
    expect(fault.expects(plan).map(({ entity }) => entity)).toEqual([target]);
    return target;
  });
  return new Set(struck);
}

test("TiKV: one store or PD follower by observation and seed, no peer of its own", async () => {
  await using cluster = serveFakeTikv();
  const seen = withThirdPd(await look(watchEndpoints([cluster.pd[0].url])));
  const stores = seen.stores.map(({ name }) => name);
  for (const fault of faultsOf(tikv.faults)) {
    const struck = checkPlans(fault, seen);
    if (fault.name === "pd_partition") expect(struck).toEqual(new Set(["pd-1", "pd-2"]));
    else
      expect([struck.size > 1, new Set([...struck, ...stores])]).toEqual([true, new Set(stores)]);
  }
});

test("the limiter: one node that answers, or Redis while it does", () => {
  const seen = seenWith((draft) => {
    nodeOf(draft, "node1").liveness = read({ state: "down", reason: "connection refused" });
  });
  for (const fault of faultsOf(ratelimiter.faults)) {
    const struck = checkPlans(fault, seen);
    const isOfRedis = fault.name === "disk_full" || fault.name === "memory_squeezed";
    expect(struck).toEqual(new Set(isOfRedis ? ["redis"] : ["node2", "node3"]));
  }
});

test("where nobody is well there is nobody to strike", async () => {
  const gone = seenWith((draft) => {
    draft.redis.liveness = failed();
    for (const node of draft.nodes) node.liveness = failed();
  });
  for (const fault of faultsOf(ratelimiter.faults)) {
    expect(() => fault.plan(gone, () => 0)).toThrow("nothing well that it could strike");
  }
  await using cluster = serveFakeTikv();
  for (const store of cluster.stores) await store[Symbol.asyncDispose]();
  cluster.answerPd("/pd/api/v1/members", "<html>");
  const seen = await look(watchEndpoints([cluster.pd[0].url]));
  for (const fault of faultsOf(tikv.faults)) expect(() => fault.plan(seen, () => 0)).toThrow();
});

test("each expects an invariant of its subject", () => {
  const names = [...tikvInvariants(1), ...limiterInvariants].map(({ name }) => name);
  for (const fault of faultsOf([...tikv.faults, ...ratelimiter.faults])) {
    const plan = { fault: fault.name, targets: ["one"], details: {} };
    for (const { invariant } of fault.expects(plan)) expect(names).toContain(invariant);
  }
});
