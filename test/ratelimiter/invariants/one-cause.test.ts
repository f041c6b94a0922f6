// One cause is one violation: what it makes impossible to judge is unknown, and what follows from
// it is told with it.
import { expect, test } from "bun:test";
import { limiterInvariants } from "../../../subjects/ratelimiter/invariants/all.ts";
import type {
  LimiterObservation,
  RedisRefusal,
} from "../../../subjects/ratelimiter/observation.ts";
import {
  allIn,
  canaryOf,
  counterOf,
  failed,
  judgementsOf,
  nodeOf,
  partOf,
  read,
  type Seen,
  seenWith,
  stateOf,
} from "../../support/limiter-looks.ts";

const NODES = ["node1", "node2", "node3"];
const SILENT = { state: "silent", reason: "no full answer in 600 ms" } as const;

/** Nothing of Redis can be read, and no node decides anything. */
function withoutRedis(seen: Seen, liveness: LimiterObservation["redis"]["liveness"]): void {
  const gone = failed("no connection to Redis");
  const parts = { pingMs: gone, info: gone, clockOffsetMs: gone, settings: gone, clients: gone };
  Object.assign(seen.redis, { liveness, slow: gone, ...parts });
  Object.assign(seen, { counters: gone, overrides: gone });
  for (const node of seen.nodes) {
    Object.assign(node, { usage: gone, lease: gone });
    Object.assign(partOf(node.checks), { undecided: 3, samples: 0, trouble: "HTTP 503" });
  }
  for (const reading of seen.canary) Object.assign(reading, { allowedBy: [], deniedBy: [] });
}

test("of a well limiter nothing is violated and nothing unknown", () => {
  expect([allIn(seenWith(), "violated"), allIn(seenWith(), "unknown")]).toEqual([[], []]);
});

test("a dead Redis is one violation, and no node is blamed", () => {
  const seen = seenWith((draft) =>
    withoutRedis(draft, read({ state: "unreachable", reason: "connection refused" })),
  );
  expect(allIn(seen, "violated")).toEqual(["redis_unreachable/redis"]);
});

test("a paused Redis is slow, and nothing else", () => {
  const seen = seenWith((draft) => withoutRedis(draft, read(SILENT)));
  expect(allIn(seen, "violated")).toEqual(["redis_slow/redis"]);
});

test("what holds Redis up is told by what it says of itself: a script, or its start", () => {
  const refusalOf = (kind: RedisRefusal) => {
    const refusing = { state: "refusing", kind, reason: "it says so" } as const;
    const seen = seenWith((draft) => withoutRedis(draft, read(refusing)));
    return judgementsOf(seen, "redis_slow").map(({ state, evidence }) => [
      state,
      evidence?.refusal,
    ]);
  };
  expect(refusalOf("busy")).toEqual([["violated", "busy"]]);
  expect(refusalOf("loading")).toEqual([["violated", "loading"]]);
  expect(refusalOf("max_clients")).toEqual([["unknown", undefined]]);
});

test("a Redis that is out of memory is one violation, though every check is refused", () => {
  const seen = seenWith((draft) => {
    partOf(draft.redis.info).maxMemoryBytes = 500_000;
    partOf(draft.redis.settings).maxmemory = "500000";
    for (const node of draft.nodes) partOf(node.checks).undecided = 3;
    for (const reading of draft.canary) Object.assign(reading, { allowedBy: [], deniedBy: [] });
  });
  expect(allIn(seen, "violated")).toEqual(["memory_at_limit/redis"]);
});

test("a node that is killed leaves its own readings unknown", () => {
  const seen = seenWith((draft) => {
    const gone = failed("connection refused");
    const node = nodeOf(draft, "node3");
    const parts = { health: gone, settings: gone, limits: gone, usage: gone, lease: read(null) };
    Object.assign(node, { liveness: read({ state: "down", reason: "refused" }), ...parts });
    Object.assign(partOf(node.checks), { undecided: 3, samples: 0 });
  });
  expect(allIn(seen, "violated")).toEqual(["node_down/node3"]);
});

test("the silence of everybody is blindness, and says nothing about anyone", () => {
  const seen = seenWith((draft) => {
    withoutRedis(draft, read(SILENT));
    for (const { name } of draft.nodes) {
      const gone = { health: failed(), settings: failed(), limits: failed() };
      Object.assign(nodeOf(draft, name), { liveness: read(SILENT), ...gone });
    }
    for (const helper of [draft.proxy, draft.jobs]) {
      if (helper) Object.assign(helper, { liveness: read(SILENT), value: failed() });
    }
  });
  expect(allIn(seen, "violated")).toEqual(["cannot_see/limiter"]);
});

test("a part that cannot be read of somebody who answers is blindness, too", () => {
  const broken: readonly ((seen: Seen) => void)[] = [
    (seen) => {
      nodeOf(seen, "node2").health = failed("unusable answer");
    },
    (seen) => {
      seen.redis.settings = failed("NOPERM");
    },
    (seen) => {
      seen.counters = failed("took 900 ms");
    },
    ({ proxy }) => {
      if (proxy) proxy.value = failed("HTTP 401");
    },
  ];
  for (const change of broken) {
    expect(allIn(seenWith(change), "violated")).toEqual(["cannot_see/limiter"]);
  }
});

test("a node without its way to Redis cannot tell its limits, and is not unseen for that", () => {
  const seen = seenWith((draft) => {
    const node = nodeOf(draft, "node1");
    partOf(node.health).redis = { state: "unreachable", latencyMs: null, error: "closed" };
    Object.assign(partOf(node.checks), { undecided: 3, samples: 0 });
    node.limits = failed("HTTP 503");
  });
  expect(allIn(seen, "violated")).toEqual(["checks_undecided/node1"]);
});

test("a job that does harm is named by the harm, and has no ticket of its own", () => {
  const seen = seenWith((draft) => {
    draft.declared.jobs = ["memory-report"];
    canaryOf(draft, "canary.spent").allowedInWindow = 9;
  });
  expect(allIn(seen, "violated")).toEqual(["over_limit/canary.spent"]);
  const [, spent] = judgementsOf(seen, "over_limit");
  expect(JSON.stringify(spent?.evidence)).toContain("keyspace-report");
});

test("an excess at all nodes is over the limit, and no ghost of one of them", () => {
  const seen = seenWith((draft) => {
    const spent = canaryOf(draft, "canary.spent");
    Object.assign(spent, { allowedInWindow: 10, allowedInWindowBy: { node1: 4, node2: 0 } });
  });
  expect(allIn(seen, "violated")).toEqual(["over_limit/canary.spent"]);
});

test("a node on another schema is one violation, though it counts elsewhere", () => {
  const seen = seenWith((draft) => {
    const node = nodeOf(draft, "node2");
    partOf(node.settings).schema = 1;
    partOf(node.health).schema = 1;
    for (const key of ["steady", "hot"]) counterOf(draft, key).used = 0;
    canaryOf(draft, "canary.spent").allowedInWindow = 6;
  });
  expect(allIn(seen, "violated")).toEqual(["schema_differs/node2"]);
});

test("counters that are all forgotten at once have not drifted", () => {
  const seen = seenWith((draft) => {
    for (const counter of partOf(draft.counters).items) counter.used = 0;
  });
  expect(stateOf(seen, "counter_drift", "hot")).toBe("unknown");
  expect(allIn(seen, "violated")).toEqual([]);
});

test("counters that all hold what no node waited for any more have not drifted", () => {
  const seen = seenWith((draft) => {
    for (const counter of partOf(draft.counters).items) counter.used += 9;
  });
  expect(allIn(seen, "violated")).toEqual([]);
});

test("what changed many counters at once is no drift of one, until its window has passed", () => {
  const seenAfter = (shareOfWindow: number) =>
    seenWith((draft) => {
      const { endUs, lengthMs } = partOf(draft.counters);
      draft.upheavalUs = endUs - shareOfWindow * lengthMs * 1_000;
      counterOf(draft, "hot").used -= 3;
    });
  expect(stateOf(seenAfter(0.9), "counter_drift", "hot")).toBe("unknown");
  expect(stateOf(seenAfter(1), "counter_drift", "hot")).toBe("violated");
});

test("settings whose bound is reached are told by the bound", () => {
  const seen = seenWith((draft) => {
    partOf(draft.redis.settings).maxclients = "8";
    Object.assign(partOf(draft.redis.info), { maxClients: 8, connectedClients: 8 });
  });
  expect(allIn(seen, "violated")).toEqual(["clients_exhausted/redis"]);
});

test("entities are those that are declared, whatever is seen", () => {
  const well = seenWith();
  const blind = seenWith((draft) => {
    withoutRedis(draft, failed());
    for (const name of NODES) nodeOf(draft, name).liveness = failed();
  });
  for (const { name } of limiterInvariants) {
    const entitiesIn = (seen: LimiterObservation) =>
      judgementsOf(seen, name).map(({ entity }) => entity);
    expect(entitiesIn(blind)).toEqual(entitiesIn(well));
  }
});

test("of many counters that are wrong ten are named, for two tries of a repair", () => {
  const seen = seenWith((draft) => {
    const ahead = { ...counterOf(draft, "idle"), isDeclared: false, future: 3 };
    const items = Array.from({ length: 14 }, (_, index) => ({ ...ahead, key: `guest-${index}` }));
    partOf(draft.counters).items.push(...items);
  });
  const [verdict] = judgementsOf(seen, "counter_drift").filter(({ state }) => state === "violated");
  expect(verdict?.reason).toStartWith("guest-0 and 13 more: 3 units are dated ahead");
  expect(verdict?.evidence?.keys).toEqual(Array.from({ length: 10 }, (_, at) => `guest-${at}`));
});
