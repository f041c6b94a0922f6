// What actions refuse, and what they ask of PD: on documented answers. That they repair is shown on
// running stand-ins, in live-faults.test.ts.
import { expect, test } from "bun:test";
import type { ActionCall } from "../../src/domain/action.ts";
import { mapRead, type ObservedMember, readValue } from "../../src/domain/observation.ts";
import { systemClock as clock } from "../../src/infra/clock.ts";
import { harmOfInterrupting } from "../../subjects/tikv/actions/quorum.ts";
import { describeCluster } from "../../subjects/tikv/describe.ts";
import type { TikvObservation } from "../../subjects/tikv/observation.ts";
import { change, serveFakeTikv } from "../support/fake-tikv.ts";
import { actionOf, ONE, reasonOf } from "../support/tikv-actions.ts";
import { look, watchEndpoints } from "../support/tikv-looks.ts";

const API = "/pd/api/v1";
const context = { runtime: undefined, signal: new AbortController().signal, clock };

const REFUSED: readonly (readonly [action: string, call: ActionCall, reason: string])[] = [
  ["start_member", { target: ONE, args: {} }, "not run by operator"],
  ["restart_member", { target: "pd-0", args: {} }, "not run by operator"],
  ["remove_scheduler", { target: "balance-leader-scheduler", args: {} }, "one of the default"],
  ["remove_scheduler", { target: "evict-leader-scheduler", args: { store: "x" } }, "unknown store"],
  ["remove_scheduler", { target: "shuffle-leader-scheduler", args: { store: ONE } }, "no store"],
  ["add_scheduler", { target: "shuffle-leader-scheduler", args: {} }, "not a default scheduler"],
  ["add_scheduler", { target: "evict-leader-scheduler", args: {} }, "needs a store"],
  ["restore_replication", { target: "cluster", args: {} }, "no topology declares"],
  ["restore_replication", { target: "cluster", args: { max_replicas: 0 } }, "no topology declares"],
  ["transfer_pd_leader", { target: "pd-7", args: {} }, "unknown PD member"],
  ["cancel_offline", { target: "x", args: {} }, "unknown store"],
];

for (const [name, call, reason] of REFUSED) {
  test(`${name} of ${call.target} with ${JSON.stringify(call.args)} is refused`, async () => {
    await using cluster = serveFakeTikv();
    const watcher = watchEndpoints([cluster.pd[0].url]);
    const observation = await look(watcher);
    const check = actionOf(watcher, name).precondition(observation, call);
    expect(reasonOf(check)).toContain(reason);
  });
}

test("a store that can leave is not called back, whoever takes its place", async () => {
  await using cluster = serveFakeTikv();
  const watcher = watchEndpoints([cluster.pd[0].url]);
  const list = `${API}/stores`;
  change(cluster.pd[0], list, ['"state_name": "Up"', '"state_name": "Offline"']);
  const seen = await look(watcher);
  const { precondition } = actionOf(watcher, "cancel_offline");
  const call = { target: ONE, args: {} };
  expect(precondition(seen, call).isMet).toBe(true);
  const [joined] = seen.stores.flatMap(({ listed }) => readValue(listed) ?? []);
  if (!joined) throw new Error("no store is listed");
  const withOther = (stateName: string) => ({
    ...seen,
    undeclared: {
      ...seen.undeclared,
      stores: { state: "read" as const, value: [{ ...joined, stateName }], atMs: 0 },
    },
  });
  const meant = "3 stores stay for 3 replicas";
  expect(reasonOf(precondition(withOther("Up"), call))).toStartWith(meant);
  expect(precondition(withOther("Offline"), call).isMet).toBe(true);
  if (seen.replication.state === "failed") throw new Error("it is read");
  const value = { ...seen.replication.value, maxReplicas: 5 };
  const drifted = { ...withOther("Up"), replication: { ...seen.replication, value } };
  expect(reasonOf(precondition(drifted, call))).toStartWith(meant);
  const unread = { state: "failed" as const, reason: "no answer", atMs: 0 };
  const blind = { ...seen, undeclared: { ...seen.undeclared, stores: unread } };
  expect(precondition(blind, call)).toMatchObject({ isMet: false, isUnseen: true });
});

test("an eviction is taken from one store by its id, and what is gone is done", async () => {
  await using cluster = serveFakeTikv();
  cluster.answerPd(`${API}/schedulers`, '["evict-leader-scheduler"]');
  const list = `${API}/scheduler-config/evict-leader-scheduler/list`;
  cluster.answerPd(list, '{"store-id-ranges":{"1":[]}}');
  const watcher = watchEndpoints([cluster.pd[0].url]);
  const action = actionOf(watcher, "remove_scheduler");
  const call = { target: "evict-leader-scheduler", args: { store: ONE } };
  expect(reasonOf(action.postcondition(await look(watcher), call))).toContain("still there");
  const said = await action.run(call, context);
  expect(said).toStartWith("not there any more");
  expect(cluster.pd[0].asked).toContain(`${API}/schedulers/evict-leader-scheduler-1`);
  cluster.answerPd(list, '{"store-id-ranges":{"4":[]}}');
  expect(reasonOf(action.postcondition(await look(watcher), call))).toBe("met");
  expect(action.touches(call)).toEqual([ONE]);
});

test("an eviction is taken from those alone that were seen, whoever comes since", async () => {
  await using cluster = serveFakeTikv();
  cluster.answerPd(`${API}/schedulers`, '["evict-leader-scheduler"]');
  const list = `${API}/scheduler-config/evict-leader-scheduler/list`;
  cluster.answerPd(list, '{"store-id-ranges":{"1":[]}}');
  const watcher = watchEndpoints([cluster.pd[0].url]);
  await look(watcher);
  cluster.answerPd(list, '{"store-id-ranges":{"1":[],"4":[]}}');
  const call = { target: "evict-leader-scheduler", args: {} };
  await actionOf(watcher, "remove_scheduler").run(call, context);
  expect(cluster.pd[0].asked).toContain(`${API}/schedulers/evict-leader-scheduler-1`);
  expect(cluster.pd[0].asked).not.toContain(`${API}/schedulers/evict-leader-scheduler`);
});

test("an eviction that is taken out as a whole touches the stores that it was on", async () => {
  await using cluster = serveFakeTikv();
  cluster.answerPd(`${API}/schedulers`, '["evict-leader-scheduler"]');
  const list = `${API}/scheduler-config/evict-leader-scheduler/list`;
  const watcher = watchEndpoints([cluster.pd[0].url]);
  const { touches } = actionOf(watcher, "remove_scheduler");
  const touched = (target: string) => touches({ target, args: {} });
  expect(touched("evict-leader-scheduler")).toEqual([]);
  for (const [ids, names] of [
    ['"1":[]', [ONE]],
    ['"1":[],"4":[]', [ONE, ONE.replace("11:", "14:")]],
    ['"1":[],"99":[]', []],
  ] as const) {
    cluster.answerPd(list, `{"store-id-ranges":{${ids}}}`);
    await look(watcher);
    expect(touched("evict-leader-scheduler")).toEqual([...names]);
  }
  expect(touched("evict-leader-scheduler-1")).toEqual([ONE]);
  expect(touched("evict-leader-scheduler-99")).toEqual([]);
  expect(touched("shuffle-leader-scheduler")).toEqual([]);
});

test("a postcondition that cannot be seen is not met", async () => {
  await using cluster = serveFakeTikv();
  const watcher = watchEndpoints([cluster.pd[0].url]);
  await look(watcher);
  for (const path of ["/schedulers", "/stores", "/members", "/config/replicate"]) {
    cluster.answerPd(`${API}${path}`, "<html>");
  }
  const blind = await look(watcher);
  const calls: readonly (readonly [string, ActionCall])[] = [
    ["remove_scheduler", { target: "evict-leader-scheduler", args: {} }],
    ["add_scheduler", { target: "balance-leader-scheduler", args: {} }],
    ["cancel_offline", { target: ONE, args: {} }],
    ["restore_replication", { target: "cluster", args: { max_replicas: 3 } }],
  ];
  for (const [name, call] of calls) {
    expect(actionOf(watcher, name).postcondition(blind, call).isMet).toBe(false);
  }
});

test("PD's leadership is not handed to whom its peers do not hear", async () => {
  await using cluster = serveFakeTikv();
  const watcher = watchEndpoints(cluster.pd.map(({ url }) => url));
  const seen = await look(watcher);
  const { precondition } = actionOf(watcher, "transfer_pd_leader");
  const saidOf = (hasEtcdLeader: boolean) => {
    const pdMembers = seen.pdMembers.map((member) => ({
      ...member,
      metrics: mapRead(member.metrics, (metrics) => ({ ...metrics, hasEtcdLeader })),
    }));
    return reasonOf(precondition({ ...seen, pdMembers }, { target: "pd-1", args: {} }));
  };
  expect(saidOf(true)).toBe("met");
  expect(saidOf(false)).toBe("pd-1 answers, and its peers do not hear it");
});

test("a change goes to the next member when one fails, and a refusal is told", async () => {
  await using cluster = serveFakeTikv();
  const watcher = watchEndpoints(cluster.pd.map(({ url }) => url));
  await look(watcher);
  const action = actionOf(watcher, "transfer_pd_leader");
  const call = { target: "pd-1", args: {} };
  const path = `${API}/leader/transfer/pd-1`;
  cluster.pd[0].answers.set(path, { body: "[PD:apiutil:ErrRedirect]failed\n", status: 500 });
  cluster.pd[1].answers.set(path, { body: '"The transfer command is submitted."\n' });
  expect(await action.run(call, context)).toBe("The transfer command is submitted.");
  cluster.answerPd(path, '"[PD:core:ErrStoreRemoved]store 4 has been removed"', 410);
  await expect(action.run(call, context)).rejects.toThrow("410 [PD:core:ErrStoreRemoved]store 4");
});

/** pd1 to pd3 and tikv1 to tikv3, with these health words in that order. */
function observationWith(...health: readonly ObservedMember["health"][]): TikvObservation {
  const names = ["pd1", "pd2", "pd3", "tikv1", "tikv2", "tikv3"];
  const members = names.map((name, index) => ({
    name,
    role: name.startsWith("pd") ? "pd" : "tikv",
    health: health[index] ?? "up",
    detail: "",
  }));
  const unread = { state: "failed", reason: "not asked", atMs: 0 } as const;
  const nobody = { state: "read", value: [], atMs: 0 } as const;
  const replication = { maxReplicas: 3, locationLabels: "" };
  const led = { clusterId: "1", leader: "pd1", etcdLeader: "pd1" };
  const counted = { missPeer: 0, downPeer: 0, pendingPeer: 0, offlinePeer: 0 };
  return {
    subject: "tikv",
    startedAtMs: 0,
    endedAtMs: 0,
    members,
    declared: { isGiven: true, pdMembers: [], stores: [], schedulers: [], replication },
    pdMembers: [],
    stores: [],
    undeclared: { unlistedPds: nobody, pdMembers: nobody, stores: nobody },
    leadership: { state: "read", value: { ...led, source: "" }, atMs: 0 },
    pdHealth: unread,
    schedulers: unread,
    replication: { state: "read", value: replication, atMs: 0 },
    fewestVoters: { state: "read", value: null, atMs: 0 },
    regions: { state: "read", value: counted, atMs: 0 },
  };
}

test("a member is spared while another of its role is away, unless it is away itself", () => {
  const harm = (...health: readonly ObservedMember["health"][]) =>
    ["pd1", "tikv1"].map((name) => harmOfInterrupting(observationWith(...health), name));
  expect(harm()).toEqual([undefined, undefined]);
  expect(harm("up", "down", "up", "up", "up", "unknown")).toEqual([
    "pd1 still serves and cannot be spared: pd2 is down",
    "tikv1 still serves and cannot be spared: tikv3 is unknown",
  ]);
  expect(harm("down", "down", "up", "down", "up", "down")).toEqual([undefined, undefined]);
});

test("whom PD does not list, or its peers do not hear, is missing beside others", () => {
  const seen = observationWith();
  const unlistedPds = { state: "read", value: ["pd3"], atMs: 0 } as const;
  const two = { ...seen, undeclared: { ...seen.undeclared, unlistedPds } };
  expect(harmOfInterrupting(two, "pd2")).toContain("cannot be spared");
  const cutOff = {
    state: "read",
    value: [{ member: "pd3", type: "partition", text: "" }],
    atMs: 0,
  };
  const cut = { ...seen, disturbances: cutOff } as TikvObservation;
  const why = "pd2 still serves and cannot be spared: pd3 is cut off";
  expect(harmOfInterrupting(cut, "pd2")).toBe(why);
});

test("an observation is described in at most 4 KB, with what is down first", async () => {
  await using cluster = serveFakeTikv();
  const watcher = watchEndpoints([cluster.pd[0].url]);
  await look(watcher);
  change(cluster.pd[0], `${API}/stores`, ['"state_name": "Up"', '"state_name": "Down"']);
  const seen = await look(watcher);
  const text = describeCluster(seen);
  expect(text.split("\n")[4]).toBe(
    `${ONE} (tikv): down, PD says Down, PD's store 1, PD says Down, 66 % of its disk free`,
  );
  const [member] = seen.members;
  const many = Array.from({ length: 500 }, () => member).filter((one) => one !== undefined);
  const long = describeCluster({ ...seen, members: many });
  expect(long.length).toBeLessThan(4_096);
  expect(long).toMatch(/… and \d+ more$/);
});
