// The open loop against scripted nodes: what leaves when, what is counted as what.
import { expect, test } from "bun:test";
import { z } from "zod";
import type { CheckAnswer } from "../../../subjects/ratelimiter/service/answers.ts";
import { IN_FLIGHT_MAX } from "../../../subjects/ratelimiter/workload/load.ts";
import { eventually } from "../../support/eventually.ts";
import { serveSockets } from "../../support/loopback-server.ts";
import { startLoad } from "./started-load.ts";

const OPS_PER_SECOND = 200;
const askSchema = z.strictObject({ key: z.string(), cost: z.literal(1) });

type Script = (key: string) => Response | Promise<Response>;

test("what is answered is counted as it was answered, fail-open as allowed", async () => {
  await using node = scriptedNode((key) => {
    if (key === "blocked" || key === "misbehaving") return answer(key, { allowed: false });
    return answer(key, key === "hot" ? { decided_by: "fail_open" } : {});
  });
  await using load = startLoad({ ports: [node.port], opsPerSecond: OPS_PER_SECOND });
  await eventually(() => node.asked("blocked") > 1 && node.asked("hot") > 5, "all were asked");
  const { ledger } = await load.stop();
  const deniedOnes = node.asked("blocked") + node.asked("misbehaving");
  expect(ledger.figures.denied).toBe(deniedOnes);
  expect(ledger.figures.allowed).toBe(node.asked() - deniedOnes);
  expect(ledger).toMatchObject({ failures: 0, unsent: 0, retries: 0 });
  // No window has passed, so no denial could be judged.
  expect(ledger).toMatchObject({ verdict: "unchecked", figures: { wrongly_denied: null } });
  expect(load.seconds.reduce((sum, { ops }) => sum + ops, 0)).toBe(node.asked());
});

const NO_DECISIONS: readonly { readonly name: string; readonly script: Script }[] = [
  { name: "503", script: () => new Response("{}", { status: 503 }) },
  { name: "503 with a denial", script: (key) => answer(key, { allowed: false }, 503) },
  { name: "400", script: () => new Response("{}", { status: 400 }) },
  { name: "no JSON", script: () => new Response("yes") },
  { name: "another key", script: () => answer("somebody") },
  { name: "200 for a denial", script: (key) => answer(key, { allowed: false }, 200) },
];

for (const { name, script } of NO_DECISIONS) {
  test(`an answer that decides nothing is a failure, and not asked again: ${name}`, async () => {
    await using node = scriptedNode(script);
    await using load = startLoad({ ports: [node.port, node.port], opsPerSecond: OPS_PER_SECOND });
    await eventually(() => node.asked() > 10, "it was asked");
    const { ledger, exitCode } = await load.stop();
    expect(ledger).toMatchObject({ failures: node.asked(), retries: 0, incidents: [] });
    expect([ledger.verdict, exitCode]).toEqual(["unchecked", 3]);
    expect(ledger.figures).toMatchObject({ allowed_above_limit: null, wrongly_denied: null });
  });
}

test("a slow answer delays none of the checks that follow", async () => {
  await using node = scriptedNode(async (key) => {
    await Bun.sleep(400);
    return answer(key);
  });
  await using load = startLoad({ ports: [node.port], opsPerSecond: OPS_PER_SECOND });
  await eventually(() => node.atOnceMost() >= 20, "twenty wait at once");
  expect((await load.stop()).ledger).toMatchObject({ failures: 0, unsent: 0 });
});

test("latency counts from when a check was due, though the generator itself was late", async () => {
  await using node = scriptedNode((key) => answer(key));
  const onSecond = () => load.seconds.length === 2 && Bun.sleepSync(500);
  const load = startLoad({ ports: [node.port], opsPerSecond: OPS_PER_SECOND, onSecond });
  await load.untilSeconds(3);
  await load[Symbol.asyncDispose]();
  expect(load.seconds[2]?.p99_ms).toBeGreaterThan(300);
});

test("what cannot be sent while too much is under way is a failure, told apart", async () => {
  await using node = scriptedNode(() => new Promise(() => undefined));
  await using load = startLoad({ ports: [node.port], opsPerSecond: 10_000 });
  await eventually(() => load.seconds.some(({ unsent }) => unsent > 100), "many are not sent");
  const { ledger } = await load.stop();
  expect(ledger.figures).toMatchObject({ allowed: 0, denied: 0 });
  expect(ledger.failures).toBeGreaterThan(ledger.unsent);
  expect(node.atOnceMost()).toBeLessThanOrEqual(IN_FLIGHT_MAX);
}, 20_000);

test("a node that ends connections without an answer is passed over, until it lives", async () => {
  await using good = scriptedNode((key) => answer(key));
  await using dead = await serveSockets((socket) => socket.once("data", () => socket.destroy()));
  await using load = startLoad({ ports: [good.port, dead.port], opsPerSecond: OPS_PER_SECOND });
  await eventually(() => good.asked() > 50, "the good one is asked");
  await dead[Symbol.asyncDispose]();
  await using revived = scriptedNode((key) => answer(key), dead.port);
  await eventually(() => revived.asked() > 10, "the other one is asked again");
  const { ledger } = await load.stop();
  expect(ledger.failures).toBe(0);
  expect(ledger.retries).toBeGreaterThan(0);
  expect(ledger.retries).toBeLessThan(10);
});

test("where nobody listens, each check is a failure after one retry", async () => {
  const gone = [await serveSockets(() => undefined), await serveSockets(() => undefined)];
  for (const server of gone) await server[Symbol.asyncDispose]();
  const ports = gone.map(({ port }) => port);
  await using load = startLoad({ ports, opsPerSecond: OPS_PER_SECOND });
  await load.untilSeconds(1);
  const { ledger, exitCode } = await load.stop();
  expect([ledger.verdict, exitCode]).toEqual(["unchecked", 3]);
  expect(ledger.failures).toBeGreaterThan(5);
  expect(ledger.retries).toBe(ledger.failures);
});

test("a topology without nodes is refused with what to do", async () => {
  await using load = startLoad({ ports: [], opsPerSecond: 1 });
  await expect(load.stop()).rejects.toThrow("load ratelimiter: its topology names no node");
});

function answer(key: string, given: Partial<CheckAnswer> = {}, status?: number): Response {
  const decided: CheckAnswer = {
    allowed: true,
    key,
    cost: 1,
    limit: 1_000_000,
    remaining: 1,
    window_ms: 5_000,
    reset_ms: 1,
    retry_after_ms: 1,
    decided_by: "redis",
    ...given,
  };
  return Response.json(decided, { status: status ?? (decided.allowed ? 200 : 429) });
}

function scriptedNode(script: Script, port = 0) {
  const keys: string[] = [];
  const underWay = new Set<Request>();
  let atOnceMost = 0;
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port,
    fetch: async (request) => {
      if (request.method === "GET") return Response.json({ status: "live" });
      const { key } = askSchema.parse(await request.json());
      keys.push(key);
      underWay.add(request);
      atOnceMost = Math.max(atOnceMost, underWay.size);
      request.signal.addEventListener("abort", () => underWay.delete(request));
      const response = await script(key);
      underWay.delete(request);
      return response;
    },
  });
  return {
    port: server.port ?? 0,
    asked: (wanted?: string) => keys.filter((key) => wanted === undefined || key === wanted).length,
    atOnceMost: () => atOnceMost,
    [Symbol.asyncDispose]: () => server.stop(true),
  };
}
