// The invariants of nodes, limits, counters and of what clients are told, each at its bound.
import { testBounds } from "../../support/limiter-bounds.ts";
import {
  canaryOf,
  counterOf,
  failed,
  grantsOf,
  nodeOf,
  partOf,
  read,
  type Seen,
} from "../../support/limiter-looks.ts";

const STRANGER = { ttlMs: null };
const ONE = "node1";

testBounds([
  {
    invariant: "check_latency_high",
    entity: ONE,
    broken: (seen) => {
      Object.assign(partOf(nodeOf(seen, ONE).checks), { medianMs: 101, medianNowMs: 101 });
    },
    nearMiss: (seen) => {
      Object.assign(partOf(nodeOf(seen, ONE).checks), { medianMs: 101, medianNowMs: 100 });
      partOf(nodeOf(seen, ONE).checks).worstMs = 400;
    },
    unseen: (seen) => {
      Object.assign(partOf(nodeOf(seen, ONE).checks), { medianMs: 101, medianNowMs: 101 });
      seen.redis.pingMs = read(180);
    },
  },
  {
    invariant: "checks_undecided",
    entity: ONE,
    broken: (seen) => {
      partOf(nodeOf(seen, ONE).checks).undecided = 1;
    },
    nearMiss: (seen) => {
      partOf(nodeOf(seen, "node2").checks).undecided = 3;
    },
    unseen: (seen) => {
      partOf(nodeOf(seen, ONE).checks).undecided = 1;
      partOf(seen.redis.info).lastSaveOk = false;
    },
  },
  {
    invariant: "over_limit",
    entity: "canary.spent",
    broken: (seen) => {
      canaryOf(seen, "canary.spent").allowedInWindow = 4;
    },
    nearMiss: (seen) => {
      canaryOf(seen, "canary.spent").allowedInWindow = 3;
    },
    unseen: (seen) => {
      canaryOf(seen, "canary.spent").deniedBy = [];
    },
  },
  {
    invariant: "ghost_allowing",
    entity: "canary.blocked",
    broken: (seen) => {
      canaryOf(seen, "canary.blocked").allowedBy = [ONE];
    },
    nearMiss: (seen) => {
      canaryOf(seen, "canary.blocked").deniedBy = [ONE];
    },
    unseen: (seen) => {
      canaryOf(seen, "canary.blocked").deniedBy = [];
    },
  },
  {
    invariant: "ghost_allowing",
    entity: "canary.spent",
    broken: (seen) => {
      canaryOf(seen, "canary.spent").allowedInWindowBy = { [ONE]: 4 };
    },
    nearMiss: (seen) => {
      canaryOf(seen, "canary.spent").allowedInWindowBy = { [ONE]: 3, node2: 3 };
    },
    unseen: (seen) => {
      canaryOf(seen, "canary.spent").deniedBy = [];
    },
  },
  {
    invariant: "ghost_denying",
    entity: "canary.open",
    broken: (seen) => {
      canaryOf(seen, "canary.open").deniedBy = [ONE];
    },
    nearMiss: (seen) => {
      canaryOf(seen, "canary.open").allowedBy = [ONE];
    },
    unseen: (seen) => {
      canaryOf(seen, "canary.open").deniedBy = [ONE];
      canaryOf(seen, "canary.open").allowedInWindow = 501;
    },
  },
  {
    invariant: "counter_drift",
    entity: "steady",
    broken: (seen) => {
      counterOf(seen, "steady").future = 1;
    },
    nearMiss: (seen) => {
      counterOf(seen, "steady").usedNow += 40;
    },
    unseen: (seen) => {
      nodeOf(seen, "node2").usage = failed();
    },
  },
  {
    invariant: "counter_drift",
    entity: "steady",
    broken: (seen) => {
      counterOf(seen, "steady").used += 3;
    },
    nearMiss: (seen) => {
      counterOf(seen, "steady").used += 2;
    },
    unseen: (seen) => {
      partOf(nodeOf(seen, ONE).usage).sinceUs = Number.MAX_SAFE_INTEGER;
    },
  },
  {
    invariant: "counter_drift",
    entity: "hot",
    broken: (seen) => {
      counterOf(seen, "hot").used -= 3;
    },
    nearMiss: (seen) => {
      counterOf(seen, "hot").used -= 2;
    },
    unseen: (seen) => {
      partOf(nodeOf(seen, ONE).health).schema = 1;
    },
  },
  {
    invariant: "counter_drift",
    entity: "other keys",
    broken: (seen) => {
      counterOf(seen, "guest:7").used += 3;
    },
    nearMiss: (seen) => {
      grantsOf(seen, { node: ONE, key: "guest:7" }).uncertain += 40;
    },
    unseen: (seen) => {
      partOf(seen.redis.info).uptimeS = 5;
    },
  },
  {
    invariant: "counter_drift",
    entity: "hot",
    broken: (seen) => {
      counterOf(seen, "hot").used -= 3;
    },
    nearMiss: (seen) => {
      partOf(nodeOf(seen, ONE).usage).resets.push("hot");
    },
    unseen: (seen) => {
      partOf(nodeOf(seen, ONE).usage).resets.push("hot");
      counterOf(seen, "hot").used -= 3;
    },
  },
  {
    invariant: "limit_drift",
    entity: "hot",
    broken: (seen) => override(seen, { key: "hot", isBounded: false }),
    nearMiss: (seen) => override(seen, { key: "hot", isBounded: true }),
    unseen: (seen) => {
      seen.overrides = failed();
    },
  },
  {
    invariant: "limit_drift",
    entity: "hot",
    broken: (seen) => ruleAt(seen, { node: ONE, key: "hot", limit: 201 }),
    nearMiss: (seen) => ruleAt(seen, { node: ONE, key: "steady", limit: 201 }),
    unseen: (seen) => {
      seen.overrides = failed();
    },
  },
  {
    invariant: "limit_drift",
    entity: "other keys",
    broken: (seen) => override(seen, { key: "guest:7", isBounded: false }),
    nearMiss: (seen) => override(seen, { key: "steady", isBounded: false }),
    unseen: (seen) => {
      seen.overrides = failed();
    },
  },
  {
    invariant: "immortal_counter",
    entity: "idle",
    broken: (seen) => {
      counterOf(seen, "idle").ttlMs = null;
    },
    nearMiss: (seen) => Object.assign(counterOf(seen, "idle"), { exists: false, ttlMs: null }),
    unseen: (seen) => {
      seen.counters = failed();
    },
  },
  {
    invariant: "key_leak",
    entity: "redis",
    broken: (seen) => strangers(seen, 10),
    nearMiss: (seen) => strangers(seen, 9),
    unseen: (seen) => {
      seen.counters = failed();
    },
  },
  {
    invariant: "fail_open_in_force",
    entity: ONE,
    broken: (seen) => {
      partOf(nodeOf(seen, ONE).settings).failMode = "open";
    },
    nearMiss: (seen) => {
      partOf(nodeOf(seen, "node3").settings).failMode = "open";
    },
    unseen: (seen) => unseenNode(seen, ONE),
  },
  {
    invariant: "schema_differs",
    entity: ONE,
    broken: (seen) => {
      partOf(nodeOf(seen, ONE).settings).schema = 1;
    },
    nearMiss: (seen) => {
      nodeOf(seen, ONE).settings = failed();
    },
    unseen: (seen) => unseenNode(seen, ONE),
  },
  {
    invariant: "clock_skew",
    entity: ONE,
    broken: (seen) => skew(seen, { offsetMs: -1_011, errorMs: 10 }),
    nearMiss: (seen) => skew(seen, { offsetMs: -1_010, errorMs: 10 }),
    unseen: (seen) => {
      seen.redis.clockOffsetMs = failed();
    },
  },
]);

function override(seen: Seen, { key, isBounded }: { key: string; isBounded: boolean }): void {
  const ends = isBounded
    ? { untilMs: 9e12, ttlMs: 9_000, endsInMs: 9_000 }
    : { untilMs: null, ttlMs: null, endsInMs: null };
  const item = { key, limit: 2_000, windowMs: 5_000, setBy: null, ...ends };
  partOf(seen.overrides).items.push(item);
}

function ruleAt(seen: Seen, rule: { node: string; key: string; limit: number }): void {
  partOf(nodeOf(seen, rule.node).limits).keys[rule.key] = { limit: rule.limit, window_ms: 5_000 };
}

function strangers(seen: Seen, count: number): void {
  const raw = (index: number) => `rl:2:{guest}:seq-${index}`;
  partOf(seen.counters).strangers = [
    { raw: "rl:1:{guest}:log", ttlMs: 4_000 },
    ...Array.from({ length: count }, (_, index) => ({ raw: raw(index), ...STRANGER })),
  ];
}

function unseenNode(seen: Seen, name: string): void {
  Object.assign(nodeOf(seen, name), { settings: failed(), health: failed(), lease: read(null) });
}

/** Against Redis, whose clock is half a second ahead of ours. */

function skew(seen: Seen, { offsetMs, errorMs }: { offsetMs: number; errorMs: number }): void {
  seen.redis.clockOffsetMs = read(500);
  const health = partOf(nodeOf(seen, ONE).health);
  Object.assign(health, { clockOffsetMs: offsetMs + 500, clockErrorMs: errorMs });
}
