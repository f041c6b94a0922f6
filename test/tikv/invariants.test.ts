// Each invariant at its bound: the answer that breaks it, and the near miss that does not. The real
// faults that trip them are in live-faults.test.ts.
import { expect, test } from "bun:test";
import type { TikvObservation } from "../../subjects/tikv/observation.ts";
import { type FakePeer, silence } from "../support/fake-peer.ts";
import { change, type FakeTikv, pdPage, serveFakeTikv, storePage } from "../support/fake-tikv.ts";
import {
  allIn,
  judgementsOf,
  look,
  movableClock,
  stateOf,
  watchEndpoints,
} from "../support/tikv-looks.ts";

const API = "/pd/api/v1";
const ONE = "10.0.1.11:20160";
const LIST = `${API}/stores`;

/** What a cluster that was well looks like one second after the change. */
async function seenAfter(
  breakIt: (cluster: FakeTikv) => void | Promise<void>,
): Promise<TikvObservation> {
  await using cluster = serveFakeTikv();
  const clock = movableClock();
  const watcher = watchEndpoints(
    cluster.pd.map(({ url }) => url),
    clock,
  );
  await look(watcher);
  await breakIt(cluster);
  clock.aheadMs = 1_000;
  return await look(watcher, 500);
}

function loseEtcdLeader(member: FakePeer): void {
  change(member, "/metrics", ["etcd_server_has_leader 1", "etcd_server_has_leader 0"]);
}

type Change = (cluster: FakeTikv) => void | Promise<void>;

const CASES: readonly {
  readonly invariant: string;
  readonly entity: string;
  readonly broken: Change;
  readonly nearMiss: Change;
}[] = [
  {
    invariant: "store_unreachable",
    entity: ONE,
    broken: ({ stores }) => stores[0][Symbol.asyncDispose](),
    nearMiss: ({ stores }) => void stores[0].answers.set("/metrics", { body: "", status: 500 }),
  },
  {
    invariant: "store_unreachable",
    entity: ONE,
    broken: ({ stores }) => silence(stores[0]),
    nearMiss: ({ stores }) => silence(stores[1]),
  },
  {
    invariant: "pd_member_down",
    entity: "pd-1",
    broken: ({ pd }) => silence(pd[1]),
    nearMiss: ({ pd }) => void pd[1].answers.set("/metrics", "hang"),
  },
  {
    invariant: "store_down",
    entity: ONE,
    broken: ({ pd }) => change(pd[0], LIST, ['"state_name": "Up"', '"state_name": "Disconnected"']),
    nearMiss: ({ pd }) => change(pd[0], LIST, ['"state_name": "Up"', '"state_name": "Offline"']),
  },
  {
    invariant: "store_offline",
    entity: ONE,
    broken: ({ pd }) => change(pd[0], LIST, ['"state_name": "Up"', '"state_name": "Offline"']),
    nearMiss: ({ pd }) => change(pd[0], LIST, ['"state_name": "Up"', '"state_name": "Down"']),
  },
  {
    invariant: "low_space",
    entity: ONE,
    broken: ({ pd }) => change(pd[0], LIST, ['"1.204TiB"', '"0.36TiB"']),
    nearMiss: ({ pd }) => change(pd[0], LIST, ['"1.204TiB"', '"0.37TiB"']),
  },
  {
    invariant: "low_space",
    entity: ONE,
    broken: ({ pd }) => {
      change(pd[0], LIST, ['"1.204TiB"', '"7.9GiB"']);
      change(pd[0], LIST, ['"region_count": 12640', '"region_count": 99']);
    },
    // A small store with more than 8 GiB left is not low.
    nearMiss: ({ pd }) => {
      change(pd[0], LIST, ['"1.204TiB"', '"8.1GiB"']);
      change(pd[0], LIST, ['"region_count": 12640', '"region_count": 99']);
    },
  },
  {
    invariant: "pd_no_leader",
    entity: "cluster",
    broken: ({ pd }) => {
      for (const { answers } of pd) answers.set(`${API}/members`, { body: "no", status: 503 });
      pd[0].answers.set("/metrics", { body: pdPage(0) });
    },
    nearMiss: ({ pd }) => void pd[0].answers.set(`${API}/members`, { body: "no", status: 503 }),
  },
  {
    invariant: "pd_leader_split",
    entity: "cluster",
    broken: ({ pd }) =>
      change(pd[0], `${API}/members`, [
        '"etcd_leader":{"name":"pd-0"',
        '"etcd_leader":{"name":"pd-1"',
      ]),
    nearMiss: ({ answerPd }) =>
      answerPd(
        `${API}/members`,
        `{"header":{"cluster_id":1},"members":[],"leader":{"name":"pd-1"},
          "etcd_leader":{"name":"pd-1"}}`,
      ),
  },
  {
    invariant: "pd_member_cut_off",
    entity: "pd-1",
    broken: ({ pd }) => loseEtcdLeader(pd[1]),
    nearMiss: ({ pd }) => loseEtcdLeader(pd[0]),
  },
  {
    invariant: "pd_member_cut_off",
    entity: "pd-1",
    broken: ({ pd }) => change(pd[0], `${API}/members`, ['"name":"pd-1"', '"name":"pd-9"']),
    nearMiss: ({ pd }) => change(pd[0], `${API}/members`, ['"name":"pd-0"', '"name":"pd-9"']),
  },
  {
    invariant: "region_miss_peer",
    entity: "cluster",
    broken: ({ pd }) =>
      change(pd[0], "/metrics", ['"miss-peer-region-count"} 0', '"miss-peer-region-count"} 1']),
    nearMiss: ({ pd }) =>
      change(pd[0], "/metrics", ['"extra-peer-region-count"} 0', '"extra-peer-region-count"} 1']),
  },
  {
    invariant: "region_down_peer",
    entity: "cluster",
    broken: ({ pd }) =>
      change(pd[0], "/metrics", ['"down-peer-region-count"} 0', '"down-peer-region-count"} 7']),
    nearMiss: ({ pd }) =>
      change(pd[0], "/metrics", [
        '"pending-peer-region-count"} 0',
        '"pending-peer-region-count"} 7',
      ]),
  },
  {
    invariant: "peers_without_leader",
    entity: ONE,
    broken: ({ stores }) =>
      void stores[0].answers.set("/metrics", {
        body: storePage({ requests: 1, leaderMissing: 2 }),
      }),
    nearMiss: ({ stores }) =>
      void stores[0].answers.set("/metrics", {
        body: storePage({ requests: 1, leaderMissing: 0 }),
      }),
  },
  {
    invariant: "high_p99_latency",
    entity: ONE,
    broken: ({ stores }) =>
      void stores[0].answers.set("/metrics", { body: storePage({ requests: 2_000, slow: 11 }) }),
    nearMiss: ({ stores }) =>
      void stores[0].answers.set("/metrics", { body: storePage({ requests: 2_000, slow: 9 }) }),
  },
  {
    invariant: "leader_imbalance",
    entity: "cluster",
    broken: ({ pd }) => change(pd[0], LIST, ['"leader_count": 4213', '"leader_count": 1500']),
    nearMiss: ({ pd }) => {
      change(pd[0], LIST, ['"leader_count": 4213', '"leader_count": 2107']);
      change(pd[0], LIST, ['"leader_weight": 1', '"leader_weight": 0.5']);
    },
  },
  {
    invariant: "evict_leader_left",
    entity: ONE,
    broken: ({ answerPd }) => answerPd(`${API}/schedulers`, '["evict-leader-scheduler-1"]'),
    nearMiss: ({ answerPd }) => answerPd(`${API}/schedulers`, '["evict-leader-scheduler-4"]'),
  },
  {
    invariant: "schedulers_missing",
    entity: "balance-leader-scheduler",
    broken: ({ answerPd }) => answerPd(`${API}/schedulers`, '["balance-region-scheduler"]'),
    nearMiss: ({ answerPd }) => answerPd(`${API}/schedulers`, '["balance-leader-scheduler"]'),
  },
  {
    invariant: "replication_drifted",
    entity: "max-replicas",
    broken: ({ pd }) =>
      change(pd[0], `${API}/config/replicate`, ['"max-replicas": 3', '"max-replicas": 1']),
    nearMiss: ({ pd }) =>
      change(pd[0], `${API}/config/replicate`, [
        '"isolation-level": ""',
        '"isolation-level": "zone"',
      ]),
  },
  {
    invariant: "cannot_see",
    entity: "cluster",
    broken: ({ answerPd }) => answerPd(`${API}/schedulers`, "<html>"),
    nearMiss: ({ pd }) => void pd[0].answers.set(`${API}/schedulers`, { body: "<html>" }),
  },
];

for (const [index, { invariant, entity, broken, nearMiss }] of CASES.entries()) {
  test(`${index + 1}: ${invariant} is violated by its fault and by no near miss`, async () => {
    expect(stateOf(await seenAfter(broken), invariant, entity)).toBe("violated");
    expect(stateOf(await seenAfter(nearMiss), invariant, entity)).toBe("holds");
  });
}

test("the silence of everybody is blindness, and says nothing about anyone", async () => {
  const seen = await seenAfter(({ pd, stores }) => {
    for (const peer of [...pd, ...stores]) silence(peer);
  });
  expect(allIn(seen, "violated")).toEqual(["cannot_see/cluster"]);
});

test("PD members of which none knows a leader are not cut off from one", async () => {
  const seen = await seenAfter(({ pd }) => pd.forEach(loseEtcdLeader));
  expect(stateOf(seen, "pd_member_cut_off", "pd-1")).toBe("unknown");
});

test("a store that PD does not hear has one ticket for it, and none for its peers", async () => {
  const seen = await seenAfter(({ pd, stores }) => {
    change(pd[0], LIST, ['"state_name": "Up"', '"state_name": "Disconnected"']);
    stores[0].answers.set("/metrics", { body: storePage({ requests: 1, leaderMissing: 2 }) });
  });
  expect(stateOf(seen, "store_down", ONE)).toBe("violated");
  expect(stateOf(seen, "peers_without_leader", ONE)).toBe("unknown");
});

test("members that all refuse are down, each of them", async () => {
  const seen = await seenAfter(async ({ pd, stores }) => {
    await Promise.all([...pd, ...stores].map((peer) => peer[Symbol.asyncDispose]()));
  });
  expect(allIn(seen, "violated")).toEqual([
    ...[11, 14, 15].map((end) => `store_unreachable/10.0.1.${end}:20160`),
    "pd_member_down/pd-0",
    "pd_member_down/pd-1",
    "cannot_see/cluster",
  ]);
});

test("leaders are not called uneven while a store is away or evicted", async () => {
  const uneven = ['"leader_count": 4213', '"leader_count": 0'] as const;
  const away = await seenAfter(({ pd }) => {
    change(pd[0], LIST, uneven);
    change(pd[0], LIST, ['"state_name": "Up"', '"state_name": "Disconnected"']);
  });
  const evicted = await seenAfter(({ pd, answerPd }) => {
    change(pd[0], LIST, uneven);
    answerPd(`${API}/schedulers`, '["evict-leader-scheduler-1"]');
  });
  expect(stateOf(away, "leader_imbalance", "cluster")).toBe("unknown");
  expect(stateOf(evicted, "leader_imbalance", "cluster")).toBe("unknown");
  const [eviction] = judgementsOf(evicted, "evict_leader_left");
  expect(eviction).toMatchObject({ reason: expect.stringContaining(` off ${ONE} (PD's store 1)`) });
});

test("no latency is told across a restart, nor from few slow requests", async () => {
  const restarted = await seenAfter(({ stores }) => {
    const body = storePage({ requests: 2_000, slow: 900, startedAt: 1_795_200_009 });
    stores[0].answers.set("/metrics", { body });
  });
  const few = await seenAfter(({ stores }) => {
    stores[0].answers.set("/metrics", { body: storePage({ requests: 1_010, slow: 10 }) });
  });
  expect(stateOf(restarted, "high_p99_latency", ONE)).toBe("unknown");
  expect(stateOf(few, "high_p99_latency", ONE)).toBe("unknown");
  expect(stateOf(await seenAfter(() => {}), "high_p99_latency", ONE)).toBe("holds");
});

test("a TiFlash store lives without TiKV's metrics and without leaders", async () => {
  const seen = await seenAfter(({ pd, stores }) => {
    change(pd[0], LIST, ['{"key": "zone", "value": "z1"}', '{"key":"engine","value":"tiflash"}']);
    change(pd[0], LIST, ['"leader_count": 4213', '"leader_count": 0']);
    stores[0].answers.set("/metrics", { body: "tiflash_proxy_process_start_time_seconds 1\n" });
  });
  expect(allIn(seen, "violated")).toEqual([]);
  expect(stateOf(seen, "store_unreachable", ONE)).toBe("holds");
});

test("entities are those that are declared, whatever the answers say", async () => {
  const well = await seenAfter(() => {});
  const blind = await seenAfter(({ answerPd }) => {
    for (const path of ["/members", "/stores", "/schedulers"]) answerPd(`${API}${path}`, "{}");
  });
  for (const name of ["store_down", "evict_leader_left", "schedulers_missing", "low_space"]) {
    const namedIn = (seen: TikvObservation) => judgementsOf(seen, name).map((one) => one.entity);
    expect(namedIn(blind)).toEqual([...namedIn(well)]);
  }
});
