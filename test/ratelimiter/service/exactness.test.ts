// Three nodes as processes, one of them with a wrong clock and one killed on the way, under more
// load than the limits allow; what was allowed is counted by the clients alone.
import { expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eventually } from "../../support/eventually.ts";
import { freePort } from "../../support/free-port.ts";
import { postCheck, TOKEN } from "../../support/limiter-nodes.ts";
import { type RealRedis, startRedis, withRedis } from "../../support/real-redis.ts";

const WINDOW_MS = 1_000;
const LOAD_MS = 4_000;
const CLIENTS = 24;
const KEYS = { one: 1, ten: 10, fifty: 50 } as const;
const DAY_MS = 86_400_000;

/** When a client asked, when it had its answer, and what it was allowed. */
interface Granted {
  readonly key: keyof typeof KEYS;
  readonly cost: number;
  readonly sentMs: number;
  readonly receivedMs: number;
}

withRedis("exactness on a real Redis", () => {
  test("in no window, over all nodes, is more allowed than the limit", async () => {
    await using redis = await startRedis();
    const home = await mkdtemp(join(tmpdir(), "exactness-"));
    const nodes = await Promise.all(
      [0, DAY_MS, -DAY_MS].map((offset, index) => spawnNode({ index, offset, home, redis })),
    );
    try {
      const killed = Bun.sleep(LOAD_MS / 2).then(() => nodes[0]?.child.kill("SIGKILL"));
      const ports = nodes.map(({ port }) => port);
      const loads = Array.from({ length: CLIENTS }, (_, client) => load({ client, ports }));
      const granted = (await Promise.all(loads)).flat();
      await killed;
      for (const key of ["one", "ten", "fifty"] as const) {
        const own = granted.filter((grant) => grant.key === key);
        expect(mostInAnyWindow(own)).toBeLessThanOrEqual(KEYS[key]);
        const units = own.reduce((sum, { cost }) => sum + cost, 0);
        expect(units).toBeGreaterThanOrEqual(KEYS[key] * Math.floor(LOAD_MS / WINDOW_MS - 1));
      }
    } finally {
      for (const { child } of nodes) child.kill("SIGKILL");
      await Promise.all(nodes.map(({ child }) => child.exited));
      await rm(home, { recursive: true, force: true });
    }
  }, 30_000);
});

/**
 * The most units of which it is certain that one window held them all: asked at or after a moment,
 * and answered less than a window later.
 */
function mostInAnyWindow(granted: readonly Granted[]): number {
  const sums = granted.map(({ sentMs }) =>
    granted
      .filter((other) => other.sentMs >= sentMs && other.receivedMs < sentMs + WINDOW_MS)
      .reduce((sum, { cost }) => sum + cost, 0),
  );
  return Math.max(0, ...sums);
}

async function load({
  client,
  ports,
}: {
  readonly client: number;
  readonly ports: readonly number[];
}): Promise<readonly Granted[]> {
  const granted: Granted[] = [];
  const names = ["one", "ten", "fifty"] as const;
  const startedMs = performance.now();
  for (let turn = client; performance.now() - startedMs < LOAD_MS; turn += 1) {
    const key = names[turn % names.length] ?? "one";
    const cost = key === "fifty" ? 1 + (turn % 3) : 1;
    const sentMs = performance.now();
    const port = ports[Math.floor(turn / names.length) % ports.length] ?? 0;
    const answer = await postCheck(port, { key, cost }).catch(() => undefined);
    if (answer?.status === 200) granted.push({ key, cost, sentMs, receivedMs: performance.now() });
  }
  return granted;
}

interface Spawned {
  readonly index: number;
  readonly offset: number;
  readonly home: string;
  readonly redis: RealRedis;
}

async function spawnNode({ index, offset, home, redis }: Spawned) {
  const [apiPort, managePort] = [await freePort(), await freePort()];
  const options = {
    name: `node${index + 1}`,
    apiPort,
    managePort,
    redis: { host: "127.0.0.1", port: redis.port },
    token: TOKEN,
    dataDir: join(home, String(index)),
    settings: { fail_mode: "closed", schema: 2, clock_offset_ms: offset },
    limits: {
      default: { limit: 1, window_ms: WINDOW_MS },
      keys: Object.fromEntries(
        Object.entries(KEYS).map(([key, limit]) => [key, { limit, window_ms: WINDOW_MS }]),
      ),
    },
  };
  const program = join(import.meta.dir, "../../support/run-limiter-node.ts");
  const child = Bun.spawn([process.execPath, program, JSON.stringify(options)], {
    stdin: "ignore",
    stdout: "ignore",
    stderr: "inherit",
  });
  await eventually(
    async () => (await fetch(`http://127.0.0.1:${managePort}/health`).catch(() => null))?.ok,
    `node ${index + 1} is well`,
  );
  return { child, port: apiPort };
}
