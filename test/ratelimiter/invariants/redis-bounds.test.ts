// The invariants of processes and of Redis, each at its bound.
import { testBounds } from "../../support/limiter-bounds.ts";
import { failed, nodeOf, partOf, read } from "../../support/limiter-looks.ts";

const DOWN = { state: "down", reason: "connection refused" } as const;
const SILENT = { state: "silent", reason: "no full answer in 600 ms" } as const;
const ONE = "node1";

testBounds([
  {
    invariant: "node_down",
    entity: ONE,
    broken: (seen) => {
      nodeOf(seen, ONE).liveness = read(DOWN);
    },
    nearMiss: (seen) => {
      nodeOf(seen, "node2").liveness = read(DOWN);
    },
    unseen: (seen) => {
      nodeOf(seen, ONE).liveness = read(SILENT);
    },
  },
  {
    invariant: "node_silent",
    entity: ONE,
    broken: (seen) => {
      nodeOf(seen, ONE).liveness = read(SILENT);
    },
    nearMiss: (seen) => {
      nodeOf(seen, ONE).health = failed();
    },
    unseen: (seen) => {
      nodeOf(seen, ONE).liveness = read(DOWN);
    },
  },
  {
    invariant: "proxy_down",
    entity: "proxy",
    broken: ({ proxy }) => {
      if (proxy) proxy.liveness = read(DOWN);
    },
    nearMiss: ({ proxy }) => {
      if (proxy) proxy.value = failed();
    },
    unseen: ({ proxy }) => {
      if (proxy) proxy.liveness = failed("told to stop");
    },
  },
  {
    invariant: "jobs_down",
    entity: "jobs",
    broken: ({ jobs }) => {
      if (jobs) jobs.liveness = read(SILENT);
    },
    nearMiss: ({ jobs }) => {
      if (jobs) jobs.value = failed();
    },
    unseen: ({ jobs }) => {
      if (jobs) jobs.liveness = failed("told to stop");
    },
  },
  {
    invariant: "redis_unreachable",
    entity: "redis",
    broken: ({ redis }) => {
      redis.liveness = read({ state: "unreachable", reason: "connection refused" });
    },
    nearMiss: ({ redis }) => {
      redis.liveness = read({ state: "refusing", kind: "loading", reason: "LOADING" });
    },
    unseen: ({ redis }) => {
      redis.liveness = read(SILENT);
    },
  },
  {
    invariant: "redis_slow",
    entity: "redis",
    broken: ({ redis }) => {
      redis.liveness = read(SILENT);
    },
    nearMiss: ({ redis }) => {
      redis.pingMs = read(250);
    },
    unseen: ({ redis }) => {
      redis.liveness = read({ state: "unreachable", reason: "connection refused" });
    },
  },
  {
    invariant: "redis_slow",
    entity: "redis",
    broken: ({ redis }) => {
      redis.pingMs = read(251);
    },
    nearMiss: (seen) => {
      seen.redis.slow = slowFor(499);
    },
    unseen: ({ redis }) => {
      redis.pingMs = failed();
    },
  },
  {
    invariant: "redis_slow",
    entity: "redis",
    broken: (seen) => {
      seen.redis.slow = slowFor(500);
    },
    nearMiss: ({ redis }) => {
      redis.slow = failed();
    },
    unseen: ({ redis }) => {
      redis.liveness = failed();
    },
  },
  {
    invariant: "clients_exhausted",
    entity: "redis",
    broken: ({ redis }) => {
      redis.liveness = read({ state: "refusing", kind: "max_clients", reason: "ERR max" });
    },
    nearMiss: ({ redis }) => {
      partOf(redis.info).connectedClients = 115;
    },
    unseen: ({ redis }) => {
      redis.info = failed();
    },
  },
  {
    invariant: "clients_exhausted",
    entity: "redis",
    broken: ({ redis }) => {
      partOf(redis.info).connectedClients = 116;
    },
    nearMiss: ({ redis }) => {
      partOf(redis.info).rejectedConnections = 5;
    },
    unseen: ({ redis }) => {
      redis.info = failed();
    },
  },
  {
    invariant: "memory_at_limit",
    entity: "redis",
    broken: ({ redis }) => {
      partOf(redis.info).usedMemoryBytes = 63_753_421;
    },
    nearMiss: ({ redis }) => {
      partOf(redis.info).usedMemoryBytes = 63_753_420;
    },
    unseen: ({ redis }) => {
      redis.info = failed();
    },
  },
  {
    invariant: "eviction_forgets",
    entity: "redis",
    broken: ({ redis }) => {
      partOf(redis.info).memoryPolicy = "volatile-lru";
    },
    nearMiss: ({ redis }) => {
      partOf(redis.info).evictedKeys = 9;
    },
    unseen: ({ redis }) => {
      redis.info = failed();
    },
  },
  {
    invariant: "persistence_failing",
    entity: "redis",
    broken: ({ redis }) => {
      partOf(redis.info).lastSaveOk = false;
    },
    nearMiss: ({ redis }) => {
      partOf(redis.settings).save = "";
    },
    unseen: ({ redis }) => {
      redis.info = failed();
    },
  },
  {
    invariant: "redis_setting_differs",
    entity: "timeout",
    broken: ({ redis }) => {
      partOf(redis.settings).timeout = "5";
    },
    nearMiss: ({ redis }) => {
      partOf(redis.settings).maxclients = "64";
    },
    unseen: ({ redis }) => {
      redis.settings = failed();
    },
  },
  {
    invariant: "undeclared_job",
    entity: "jobs",
    broken: (seen) => {
      seen.declared.jobs = ["memory-report"];
    },
    nearMiss: (seen) => {
      seen.declared.jobs = null;
    },
    unseen: (seen) => {
      seen.declared.jobs = ["memory-report"];
      seen.redis.pingMs = read(900);
    },
  },
]);

function slowFor(durationMs: number) {
  return read([{ ageS: 1, durationMs, command: "EVAL", client: "job:rollup" }]);
}
