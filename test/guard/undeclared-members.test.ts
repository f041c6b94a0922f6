// A topology stays as it is; whom PD lists beside it holds copies and votes all the same.
import { expect, test } from "bun:test";
import { readValue } from "../../src/domain/observation.ts";
import type { MemberPlan } from "../../src/domain/subject.ts";
import { systemClock } from "../../src/infra/clock.ts";
import { harmOfInterrupting } from "../../subjects/tikv/actions/quorum.ts";
import type { TikvObservation } from "../../subjects/tikv/observation.ts";
import { createWatcher } from "../../subjects/tikv/observe/memory.ts";
import { tikvQuorums } from "../../subjects/tikv/quorums.ts";
import { change, type FakeTikv, serveFakeTikv } from "../support/fake-tikv.ts";
import { look } from "../support/tikv-looks.ts";

const API = "/pd/api/v1";
const FOURTH = "10.0.1.19:20160";

/** Its second PD member and its stores' addresses are known by name, as in a container network. */
function watchDeclared({ pd, stores }: FakeTikv) {
  const member = (name: string, role: string, url: string): MemberPlan => {
    const { hostname: host, port } = new URL(url);
    const ports = { client: Number(port), status: Number(port) };
    return { name, role, host, ports, isStandIn: false, settings: {} };
  };
  const members = [
    ...pd.map(({ url }, index) => member(`pd-${index}`, "pd", url)),
    ...stores.map(({ url }, index) => member(`10.0.1.1${[1, 4, 5][index]}`, "tikv", url)),
  ];
  const topology = { subject: "tikv", timeScale: 1, members, endpoints: [] };
  return createWatcher({ topology, runtime: undefined, clock: systemClock });
}

/** PD lists one more, like the first in everything else. */
function addStore({ pd }: FakeTikv, state: string): void {
  const body = textAt(pd[0], `${API}/stores`);
  const [first = ""] = /\{\s*"store": [\s\S]*?"uptime": "[^"]*"\s*\}\s*\}/.exec(body) ?? [];
  const fourth = first
    .replace('"id": 1,', '"id": 9,')
    .replaceAll("10.0.1.11:20160", FOURTH)
    .replace('"state_name": "Up"', `"state_name": "${state}"`);
  for (const peer of pd) change(peer, `${API}/stores`, [first, `${fourth},\n${first}`]);
}

function textAt(peer: FakeTikv["pd"][number], path: string): string {
  const answer = peer.answers.get(path);
  if (answer === undefined || answer === "hang") throw new Error(`no answer at ${path}`);
  return answer.body;
}

function storesOf(seen: TikvObservation) {
  const [, group] = tikvQuorums(seen);
  return group;
}

test("a store that nobody declared and PD does not hear is one that is away", async () => {
  await using cluster = serveFakeTikv();
  const watcher = watchDeclared(cluster);
  const well = storesOf(await look(watcher));
  expect([well?.members.length, well?.spare]).toEqual([3, 1]);
  addStore(cluster, "Down");
  const seen = await look(watcher);
  expect([storesOf(seen)?.members.at(-1), storesOf(seen)?.spare]).toEqual([FOURTH, 1]);
  expect(harmOfInterrupting(seen, "10.0.1.14")).toContain(`${FOURTH} is away`);
});

for (const state of ["Up", "Tombstone"]) {
  test(`a store that nobody declared and that is ${state} takes nothing away`, async () => {
    await using cluster = serveFakeTikv();
    addStore(cluster, state);
    const seen = await look(watchDeclared(cluster));
    expect([storesOf(seen)?.members.length, storesOf(seen)?.spare]).toEqual([3, 1]);
    expect(harmOfInterrupting(seen, "10.0.1.14")).toBe(undefined);
  });
}

test("a voter of PD that nobody declared is away unless PD itself reaches it", async () => {
  await using cluster = serveFakeTikv();
  const watcher = watchDeclared(cluster);
  const listed = '"client_urls":["http://10.0.1.9:2379"]';
  const third = `{"name":"pd-9","member_id":3,${listed}}`;
  const never = '{"member_id":4,"peer_urls":["http://10.0.1.8:2380"]}';
  for (const peer of cluster.pd) {
    change(peer, `${API}/members`, ['"members":[', `"members":[${third},${never},`]);
    change(peer, `${API}/health`, ["[{", `[{"name":"pd-9",${listed},"health":true},{`]);
  }
  const [group] = tikvQuorums(await look(watcher));
  expect(group?.members).toEqual(["pd-0", "pd-1", "one that was never up"]);
});

test("a declared PD member whom PD does not list is named", async () => {
  await using cluster = serveFakeTikv();
  const watcher = watchDeclared(cluster);
  const unlisted = async () => readValue((await look(watcher)).undeclared.unlistedPds);
  expect(await unlisted()).toEqual([]);
  for (const peer of cluster.pd) change(peer, `${API}/members`, ['"name":"pd-1"', '"name":"x"']);
  expect(await unlisted()).toEqual(["pd-1"]);
});

test("while PD does not say who its members are none is spared", async () => {
  await using cluster = serveFakeTikv();
  const watcher = watchDeclared(cluster);
  cluster.answerPd(`${API}/members`, "", 500);
  cluster.answerPd(`${API}/stores`, "", 500);
  expect(tikvQuorums(await look(watcher)).map(({ spare }) => spare)).toEqual([0, 0]);
});

const RULE = { group_id: "a", id: "1", start_key: "74", end_key: "75", role: "voter", count: 3 };

const OVERRIDING = { id: "2", index: 1, override: true };
const WORDY = {
  ...{ index: 4, override: false, version: 2, create_timestamp: 1700000000, is_witness: false },
  ...{ label_constraints: [{ key: "zone", op: "in", values: ["a"] }] },
  ...{ location_labels: ["zone"], isolation_level: "zone" },
};

const RULES: readonly (readonly [string, readonly object[], number])[] = [
  ["a range with one voter", [{ ...RULE, count: 1 }], 0],
  ["a leader alone", [{ ...RULE, role: "leader", count: 1 }], 0],
  [
    "two voters and a learner",
    [
      { ...RULE, count: 2 },
      { ...RULE, id: "2", role: "learner" },
    ],
    0,
  ],
  [
    "two voters and a witness",
    [
      { ...RULE, count: 2 },
      { ...RULE, id: "2", count: 1, is_witness: true },
    ],
    0,
  ],
  [
    "a leader and two followers of one group",
    [
      { ...RULE, role: "leader", count: 1 },
      { ...RULE, id: "2", role: "follower", count: 2 },
    ],
    1,
  ],
  ["learners alone", [{ ...RULE, role: "learner", count: 1 }], 1],
  ["one that overrides those before it", [RULE, { ...RULE, ...OVERRIDING, count: 1 }], 0],
  [
    "one before that is overridden",
    [
      { ...RULE, count: 1 },
      { ...RULE, ...OVERRIDING },
    ],
    0,
  ],
  ["one that overrides with as many", [RULE, { ...RULE, ...OVERRIDING }], 1],
  ["all that PD says of a rule", [{ ...RULE, ...WORDY }], 1],
  ["a field that nobody knows", [{ ...RULE, exempt: true }], 0],
];

for (const [what, rules, spare] of RULES) {
  test(`placement rules say how many voters a range has: ${what}`, async () => {
    await using cluster = serveFakeTikv();
    const whole = { ...RULE, group_id: "pd", start_key: "", end_key: "" };
    cluster.answerPd(`${API}/config/rules`, JSON.stringify([whole, ...rules]));
    expect(storesOf(await look(watchDeclared(cluster)))?.spare).toBe(spare);
  });
}

test("rules that are switched off count for nothing, and unread ones spare nobody", async () => {
  await using cluster = serveFakeTikv();
  const watcher = watchDeclared(cluster);
  cluster.answerPd(`${API}/config/rules`, '"placement rules feature is disabled"', 412);
  expect(storesOf(await look(watcher))).toMatchObject({ spare: 0 });
  for (const peer of cluster.pd) {
    change(peer, `${API}/config/replicate`, [
      '"enable-placement-rules": "true"',
      '"enable-placement-rules": "false"',
    ]);
  }
  expect(storesOf(await look(watcher))).toMatchObject({ spare: 1 });
});

interface Unread {
  readonly what: string;
  readonly path: string;
  readonly from: string;
  readonly to: string;
  /** Of PD's members, and of the stores. */
  readonly spare: readonly [number, number];
}

const UNREAD: readonly Unread[] = [
  {
    what: "who leads etcd",
    path: `${API}/members`,
    from: '"etcd_leader"',
    to: '"was_leader"',
    spare: [0, 1],
  },
  {
    what: "how many regions miss a peer",
    path: "/metrics",
    from: 'type="miss-peer',
    to: 'type="x',
    spare: [0, 0],
  },
];

for (const { what, path, from, to, spare } of UNREAD) {
  test(`what cannot be read spares nobody: ${what}`, async () => {
    await using cluster = serveFakeTikv();
    const watcher = watchDeclared(cluster);
    expect(tikvQuorums(await look(watcher))[1]?.spare).toBe(1);
    change(cluster.pd[0], path, [from, to]);
    expect(tikvQuorums(await look(watcher)).map((group) => group.spare)).toEqual([...spare]);
  });
}

test("a store that answers says whether its peers have leaders, or none is spared", async () => {
  await using cluster = serveFakeTikv();
  change(cluster.stores[1], "/metrics", ["tikv_raftstore_leader_missing", "tikv_other"]);
  expect(storesOf(await look(watchDeclared(cluster)))?.spare).toBe(0);
});

test("a PD member that answers says whether it has a leader, or it is cut off", async () => {
  await using cluster = serveFakeTikv();
  change(cluster.pd[1], "/metrics", ["etcd_server_has_leader", "other"]);
  expect(tikvQuorums(await look(watchDeclared(cluster)))[0]?.cutOff).toEqual(["pd-1"]);
});
