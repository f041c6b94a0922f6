// What restore_replication gives up, and on whose word: on documented answers.
import { expect, test } from "bun:test";
import { mapRead, readValue } from "../../src/domain/observation.ts";
import { tikvRunbooks } from "../../subjects/tikv/runbooks/all.ts";
import { change, serveFakeTikv } from "../support/fake-tikv.ts";
import { DONE, followRunbook, lookWith } from "../support/follow-runbook.ts";
import { actionOf, ONE, reasonOf } from "../support/tikv-actions.ts";
import { look, stateOf, watchEndpoints } from "../support/tikv-looks.ts";

const LOOK = "operator monitor --subject tikv --once --json";
const CONFIG = "/pd/api/v1/config/replicate";
const DRIFT = { invariant: "replication_drifted", reason: "it is so" };

test("labels that drifted say nothing of the count, nor the count of them", async () => {
  await using cluster = serveFakeTikv();
  const watcher = watchEndpoints([cluster.pd[0].url]);
  const seen = async () => {
    const current = await look(watcher);
    return ["max-replicas", "location-labels"].map((setting) =>
      stateOf(current, DRIFT.invariant, setting),
    );
  };
  expect(await seen()).toEqual(["holds", "holds"]);
  change(cluster.pd[0], CONFIG, ['"zone,host"', '"zone,rack,host"']);
  expect(await seen()).toEqual(["holds", "violated"]);
  change(cluster.pd[0], CONFIG, ['"max-replicas": 3', '"max-replicas": 2']);
  expect(await seen()).toEqual(["violated", "violated"]);
  change(cluster.pd[0], CONFIG, ['"zone,rack,host"', '"zone,host"']);
  expect(await seen()).toEqual(["violated", "holds"]);
});

test("where nothing is declared replication is put back, but never to fewer", async () => {
  await using cluster = serveFakeTikv();
  const watcher = watchEndpoints([cluster.pd[0].url]);
  const { undo } = actionOf(watcher, "restore_replication");
  const planFor = async (wanted: number) =>
    undo.plan(await look(watcher), { target: "cluster", args: { max_replicas: wanted } });
  const args = { max_replicas: 3, location_labels: "zone,host" };
  expect(await planFor(1)).toEqual({
    type: "call",
    call: { action: "restore_replication", target: "cluster", args },
  });
  expect(await planFor(5)).toMatchObject({ type: "none" });
});

test("where nothing is declared the caller's word gives up no copies", async () => {
  await using cluster = serveFakeTikv();
  const watcher = watchEndpoints([cluster.pd[0].url]);
  const { precondition } = actionOf(watcher, "restore_replication");
  const seen = await look(watcher);
  const said = [1, 2, 3, 99].map((count) =>
    reasonOf(precondition(seen, { target: "cluster", args: { max_replicas: count } })),
  );
  const fewer = "PD would give up copies: it has been told 3";
  expect(said).toEqual([fewer, fewer, "met", expect.stringMatching(/^there are \d+ stores$/)]);
});

test("copies beyond what is declared are not given up while a store is missing", async () => {
  await using cluster = serveFakeTikv();
  const watcher = watchEndpoints([cluster.pd[0].url]);
  const { precondition } = actionOf(watcher, "restore_replication");
  const call = { target: "cluster", args: {} };
  const seen = await look(watcher);
  const declaring = { ...seen.declared, isGiven: true };
  const [first, ...others] = seen.members.filter(({ role }) => role === "tikv");
  const [other] = seen.stores.flatMap(({ listed }) => readValue(listed) ?? []);
  if (!first || !other || seen.replication.state === "failed") throw new Error("it is read");
  const { value } = seen.replication;
  let joined = "Up";
  let own = "Up";
  const saidOf = (maxReplicas: number, health: "up" | "down") => {
    const members = [
      { ...first, health },
      ...others.map((one) => ({ ...one, health: "up" as const })),
    ];
    const replication = { ...seen.replication, value: { ...value, maxReplicas } };
    const stores = { state: "read" as const, value: [{ ...other, stateName: joined }], atMs: 0 };
    const undeclared = { ...seen.undeclared, stores };
    const sightings = seen.stores.map((store) => ({
      ...store,
      listed: mapRead(store.listed, (entry) => entry && { ...entry, stateName: own }),
    }));
    const parts = { members, replication, undeclared, stores: sightings };
    const looked = { ...seen, ...parts, declared: declaring };
    return reasonOf(precondition(looked, call));
  };
  const refusal = `PD would give up copies of 5, and ${first.name} is down`;
  expect([saidOf(5, "down"), saidOf(5, "up"), saidOf(1, "down")]).toEqual([refusal, "met", "met"]);
  joined = "Disconnected";
  const unheard = `PD would give up copies of 5, and ${ONE} is Disconnected`;
  expect([saidOf(5, "up"), saidOf(1, "up")]).toEqual([unheard, "met"]);
  own = "Offline";
  expect(saidOf(5, "up")).toEqual(`PD would give up copies of 5, and ${ONE} is Offline`);
});

test("labels that isolate copies more than declared stay, and the count is put back", async () => {
  await using cluster = serveFakeTikv();
  const watcher = watchEndpoints([cluster.pd[0].url]);
  const { precondition, postcondition } = actionOf(watcher, "restore_replication");
  const call = { target: "cluster", args: {} };
  const seen = await look(watcher);
  if (seen.replication.state === "failed") throw new Error("it is read");
  const { replication } = seen;
  const saidOf = (found: string, maxReplicas: number, locationLabels: string) => {
    const declared = {
      ...{ ...seen.declared, isGiven: true },
      replication: { maxReplicas: 3, locationLabels },
    };
    const value = { maxReplicas, locationLabels: found };
    const looked = { ...seen, declared, replication: { ...replication, value } };
    const [before, after] = [precondition(looked, call), postcondition(looked, call)];
    return [reasonOf(before), after.isMet];
  };
  expect(saidOf("zone,host", 3, "")).toEqual(["met", true]);
  expect(saidOf("zone,host", 1, "")).toEqual(["met", false]);
  expect(saidOf("", 3, "zone,host")).toEqual(["met", false]);
  expect(saidOf("zone,host", 3, "host,zone")).toEqual(["met", false]);
});

test("how many copies there are to be, and where, is what the ticket's evidence says", () => {
  const { args, evidenced } = actionOf(watchEndpoints([]), "restore_replication");
  expect(Object.keys(evidenced ?? {})).toEqual(Object.keys(args));
  expect(Object.values(evidenced ?? {})).toEqual([
    "declared_max_replicas",
    "declared_location_labels",
  ]);
});

test("where nothing is declared the caller's word takes no isolation away", async () => {
  await using cluster = serveFakeTikv();
  const watcher = watchEndpoints([cluster.pd[0].url]);
  const { precondition, undo } = actionOf(watcher, "restore_replication");
  const seen = await look(watcher);
  const callFor = (labels: string | undefined) => ({
    target: "cluster",
    args: { max_replicas: 3, ...(labels !== undefined && { location_labels: labels }) },
  });
  const said = ["zone,host", "host", "zone,rack,host", "", undefined].map((labels) =>
    reasonOf(precondition(seen, callFor(labels))),
  );
  const less = 'PD would isolate copies less: its location-labels are "zone,host"';
  expect(said).toEqual(["met", less, "met", "met", "met"]);
  expect(undo.plan(seen, callFor("zone,rack,host"))).toMatchObject({ type: "none" });
});

test("labels that isolate copies more than declared are left to a person, the count is not", () => {
  const taken = ["location-labels", "max-replicas"].map((entity) => {
    const evidence = {
      ...{ max_replicas: 1, location_labels: "zone" },
      ...{ declared_max_replicas: 3, declared_location_labels: "" },
    };
    const look = lookWith({ [`replication_drifted/${entity}`]: evidence });
    const world = { [LOOK]: look, restore_replication: DONE };
    const ticket = { ...{ id: 1, subject: "tikv", entity, evidence }, ...DRIFT };
    return followRunbook({ runbooks: tikvRunbooks, ticket, world });
  });
  expect(taken[0]?.at(-1)).toBe("conclude cannot_fix");
  expect(taken[0]?.join()).not.toContain("restore_replication");
  expect(taken[1]?.slice(1, 3)).toEqual([
    'restore_replication cluster {"max_replicas":3}',
    "conclude fixed",
  ]);
});
