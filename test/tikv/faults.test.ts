// Faults as plans: whom they choose. That they bite, and last, is shown in live-faults.test.ts.
import { expect, test } from "bun:test";
import type { Fault } from "../../src/domain/fault.ts";
import type { MemberState, Runtime } from "../../src/domain/runtime.ts";
import { systemClock as clock, seededRandom } from "../../src/infra/clock.ts";
import { tikvFaults } from "../../subjects/tikv/faults/all.ts";
import { tikvInvariants } from "../../subjects/tikv/invariants/all.ts";
import type { TikvObservation } from "../../subjects/tikv/observation.ts";
import { serveFakeTikv } from "../support/fake-tikv.ts";
import { look, watchEndpoints, withThirdPd } from "../support/tikv-looks.ts";

const { signal } = new AbortController();

function faultNamed(name: string): Fault<TikvObservation> {
  const fault = tikvFaults.find((candidate) => candidate.name === name);
  if (!fault) throw new Error(`no fault ${name}`);
  return fault;
}

test("a plan follows from observation and seed, and expects known invariants", async () => {
  await using cluster = serveFakeTikv();
  const seen = withThirdPd(await look(watchEndpoints([cluster.pd[0].url])));
  const names = tikvInvariants(1).map(({ name }) => name);
  const chosen = new Set<string>();
  for (const fault of tikvFaults) {
    for (const seed of [1, 2, 3, 4, 5, 6]) {
      const plan = fault.plan(seen, seededRandom(seed));
      expect(fault.plan(seen, seededRandom(seed))).toEqual(plan);
      expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
      const expected = fault.expects(plan);
      expect(expected.map(({ entity }) => entity)).toEqual([...plan.targets]);
      expect(names).toContain(expected[0]?.invariant ?? "");
      if (fault.name === "store_kill") chosen.add(plan.targets.join());
    }
  }
  expect(chosen.size).toBeGreaterThan(1);
});

test("two stores are two different ones, and no last one is struck", async () => {
  await using cluster = serveFakeTikv();
  const watcher = watchEndpoints([cluster.pd[0].url]);
  const { targets } = faultNamed("two_stores_kill").plan(await look(watcher), () => 0);
  expect(new Set(targets).size).toBe(2);
  await cluster.stores[0][Symbol.asyncDispose]();
  await cluster.stores[1][Symbol.asyncDispose]();
  const seen = await look(watcher);
  for (const name of ["store_kill", "store_pause", "partition", "memory_squeezed"]) {
    expect(() => faultNamed(name).plan(seen, () => 0)).toThrow(
      "10.0.1.15:20160 still serves and cannot be spared",
    );
  }
  expect(() => faultNamed("two_stores_kill").plan(seen, () => 0)).toThrow("it needs 2 living");
});

test("a fault that does not bite is an error, and one without a runtime too", async () => {
  await using cluster = serveFakeTikv();
  const seen = await look(watchEndpoints([cluster.pd[0].url]));
  const fault = faultNamed("store_kill");
  const plan = fault.plan(seen, () => 0);
  const stubborn = { runtime: runtimeWhere("running"), signal, clock };
  await expect(fault.inject(plan, stubborn)).rejects.toThrow("is running, not stopped");
  const none = { runtime: undefined, signal, clock };
  await expect(fault.inject(plan, none)).rejects.toThrow("only members that operator runs");
});

test("an eviction that PD took and does not list did not bite", async () => {
  await using cluster = serveFakeTikv();
  const seen = await look(watchEndpoints([cluster.pd[0].url]));
  const fault = faultNamed("evict_leader_left");
  const plan = fault.plan(seen, () => 0);
  const context = { runtime: undefined, signal, clock };
  const injecting = fault.inject(plan, context);
  await expect(injecting).rejects.toThrow("the scheduler is not there");
  await expect(fault.heal({ ...plan, details: {} }, context)).rejects.toThrow("names no store");
});

/** Every member is in this state, whatever is done to it. */
function runtimeWhere(state: MemberState): Runtime {
  const statusOf = (name: string) => ({
    name,
    role: "tikv",
    state,
    isStandIn: true,
    pid: 1,
    startedAtMs: 0,
    ports: {},
    lastExit: null,
  });
  return {
    name: "local",
    topology: { subject: "tikv", timeScale: 1, members: [], endpoints: [] },
    members: async () => [],
    logs: async () => "",
    operate: async (name) => statusOf(name),
  };
}
