// Three nodes before the stand-in, asked for more than the limit by many clients: what was allowed
// is counted by the clients alone.
import { expect, test } from "bun:test";
import type { LimiterNodeOptions } from "../../../subjects/ratelimiter/service/main.ts";
import { startNode } from "../../support/limiter-nodes.ts";
import { STAND_IN_KIND } from "../../support/redis-kinds.ts";

const WINDOW_MS = 1_000;
const LIMIT = 20;
const LOAD_MS = 3_000;
const CLIENTS = 12;

interface Grant {
  readonly sentMs: number;
  readonly receivedMs: number;
}

test("over all nodes, the stand-in allows the limit in a window, and never more", async () => {
  await using redis = await STAND_IN_KIND.start();
  const rule = { limit: LIMIT, window_ms: WINDOW_MS };
  const limits: LimiterNodeOptions["limits"] = { default: rule, keys: {} };
  const start = (name: string) => startNode({ name, redisPort: redis.port, limits });
  await using one = await start("node1");
  await using two = await start("node2");
  await using three = await start("node3");
  const grants: Grant[] = [];
  const startedMs = performance.now();
  const clients = Array.from({ length: CLIENTS }, async (_, client) => {
    for (let turn = client; performance.now() - startedMs < LOAD_MS; turn += 1) {
      const node = [one, two, three][turn % 3] ?? one;
      const sentMs = performance.now();
      const { status } = await node.check({ key: "k" });
      if (status === 200) grants.push({ sentMs, receivedMs: performance.now() });
    }
  });
  await Promise.all(clients);
  const most = Math.max(...grants.map(({ sentMs }) => certainWithin(grants, sentMs)));
  expect(most).toBeLessThanOrEqual(LIMIT);
  expect(grants.length).toBeGreaterThanOrEqual((LOAD_MS / WINDOW_MS) * LIMIT);
}, 30_000);

/** Asked at or after this moment, and answered less than a window later. */
function certainWithin(grants: readonly Grant[], fromMs: number): number {
  return grants.filter(
    ({ sentMs, receivedMs }) => sentMs >= fromMs && receivedMs < fromMs + WINDOW_MS,
  ).length;
}
