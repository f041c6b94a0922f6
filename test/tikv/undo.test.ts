// The ways back of TiKV's actions, on a running cluster of stand-ins, and what an agent makes of
// them. One cluster for all.
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { readValue } from "../../src/domain/observation.ts";
import type { NamedCall } from "../../src/domain/undo.ts";
import { openWorld, type World } from "../agent/world.ts";
import { type LiveTikv, startLiveTikv } from "../support/live-tikv.ts";
import { call, concludeCall, says } from "../support/scripted-model.ts";

setDefaultTimeout(60_000);

const EVICTION = "evict-leader-scheduler";
let cluster: LiveTikv;

beforeAll(async () => {
  cluster = await startLiveTikv(20);
  await cluster.untilWell();
});

afterAll(async () => {
  await cluster[Symbol.asyncDispose]();
});

/** A session that does this alone, and gives up. */
async function tryInVain({ action, target, args }: NamedCall): Promise<World> {
  const deed = call("act", { action, target, args, reason: "to try" });
  const world = openWorld({
    script: [says(deed), says(concludeCall("cannot_fix"))],
    openSubject: async () => cluster.subject,
  });
  await world.openTicket();
  await world.run();
  return world;
}

async function evicted(): Promise<readonly string[]> {
  const { stores, schedulers } = await cluster.look();
  const ids = readValue(schedulers)?.evictedStoreIds ?? [];
  const idOf = (store: (typeof stores)[number]) => readValue(store.listed)?.id ?? "";
  return stores.filter((store) => ids.includes(idOf(store))).map(({ name }) => name);
}

function actionOf(name: string) {
  const action = cluster.subject.actions.find((candidate) => candidate.name === name);
  if (!action) throw new Error(`no action ${name}`);
  return action;
}

test("an eviction that an agent began in vain does not outlast its session", async () => {
  const args = { store: "tikv1" };
  using world = await tryInVain({ action: "add_scheduler", target: EVICTION, args });
  const [step] = await world.store.journalOf((await world.session()).id);
  expect(step).toMatchObject({ state: "undone" });
  expect(step?.undo).toEqual({
    type: "call",
    call: { action: "remove_scheduler", target: EVICTION, args },
  });
  expect(await evicted()).toEqual([]);
  await cluster.untilWell();
});

test("an eviction that was left behind does not come back with an undo", async () => {
  await cluster.act("add_scheduler", EVICTION, { store: "tikv2" });
  using world = await tryInVain({ action: "remove_scheduler", target: EVICTION, args: {} });
  expect((await world.ticket()).note).toMatch(/still there: step 1 .*violated before it and holds/);
  expect(await evicted()).toEqual([]);
  await cluster.untilWell();
});

test("an eviction that is taken out can be put back for all stores that it was on", async () => {
  await cluster.act("add_scheduler", EVICTION, { store: "tikv1,tikv3" });
  const removal = { target: EVICTION, args: {} };
  const undo = actionOf("remove_scheduler").undo.plan(await cluster.look(), removal);
  await cluster.act("remove_scheduler", EVICTION);
  expect(await evicted()).toEqual([]);
  if (undo.type !== "call") throw new Error(undo.reason);
  await cluster.act(undo.call.action, undo.call.target, undo.call.args);
  expect(await evicted()).toEqual(["tikv1", "tikv3"]);
  await cluster.act("remove_scheduler", EVICTION, { store: "tikv3" });
  expect(await evicted()).toEqual(["tikv1"]);
  await cluster.act("remove_scheduler", EVICTION);
  await cluster.untilWell();
});

test("what is declared has no way back, and other schedulers are not to be had again", async () => {
  const seen = await cluster.look();
  const planOf = (action: string, target: string) =>
    actionOf(action).undo.plan(seen, { target, args: {} }).type;
  expect(planOf("start_member", "tikv1")).toBe("unneeded");
  expect(planOf("resume_member", "tikv1")).toBe("unneeded");
  expect(planOf("add_scheduler", "balance-leader-scheduler")).toBe("unneeded");
  expect(planOf("restore_replication", "cluster")).toBe("unneeded");
  expect(planOf("transfer_pd_leader", "pd2")).toBe("unneeded");
  expect(planOf("remove_scheduler", "shuffle-leader-scheduler")).toBe("none");
  expect(planOf("restart_member", "tikv1")).toBe("none");
  expect(planOf("cancel_offline", "tikv1")).toBe("none");
});

test("a restart is known by when its member started, whoever looks", async () => {
  const restart = { call: { target: "tikv3", args: {} }, sinceMs: Date.now() };
  const { tookEffect } = actionOf("restart_member");
  expect(tookEffect?.(await cluster.look(), restart)).toMatchObject({ isMet: false });
  await cluster.runtime.operate("tikv3", "kill");
  expect(tookEffect?.(await cluster.look(), restart)).toMatchObject({ isUnseen: true });
  await cluster.runtime.operate("tikv3", "start");
  await cluster.untilWell();
  expect(tookEffect?.(await cluster.look(), restart)).toEqual({ isMet: true });
});
