// The proxy between the nodes and a real Redis: what its toxics do, to one link and over a restart.
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { once } from "node:events";
import { connect } from "node:net";
import { linkSchema, linksAnswerSchema } from "../../../subjects/ratelimiter/proxy/answers.ts";
import { healthAnswerSchema } from "../../../subjects/ratelimiter/service/answers.ts";
import { eventually } from "../../support/eventually.ts";
import { type LiveLimiter, startLiveLimiter } from "../../support/live-limiter.ts";
import { hasRedis } from "../../support/real-redis.ts";

setDefaultTimeout(60_000);

const why = hasRedis ? "" : " (skipped: neither redis-server nor valkey-server is on PATH)";
let limiter: LiveLimiter;

describe.skipIf(!hasRedis)(`the proxy${why}`, () => {
  beforeAll(async () => {
    limiter = await startLiveLimiter();
  });

  afterAll(() => limiter[Symbol.asyncDispose]());

  test("latency strikes one node's link, in connections that are open already", async () => {
    // The first check gives Redis the script: it takes two answers.
    expect(await check("node1")).toBe(200);
    await put("node1", "late", { type: "latency", latency_ms: 120, jitter_ms: 10 });
    expect(await latencyOf("node1")).toBeGreaterThanOrEqual(110);
    expect(await latencyOf("node2")).toBeLessThan(110);
    expect(await check("node1")).toBe(200);
    await remove("node1", "late");
    expect(await latencyOf("node1")).toBeLessThan(110);
  });

  test("a toxic is in force again after the proxy was killed and started", async () => {
    await put("node2", "gone", { type: "cut" });
    await limiter.runtime.operate("proxy", "kill");
    await limiter.runtime.operate("proxy", "start");
    expect((await linkOf("node2"))?.toxics).toEqual([{ name: "gone", toxic: { type: "cut" } }]);
    await eventually(async () => (await check("node1")) === 200, "node1 is connected again");
    expect(await check("node2")).toBe(503);
    await remove("node2", "gone");
    await eventually(async () => (await check("node2")) === 200, "node2 is connected again");
  });

  test("silence keeps connections open, and what was sent meanwhile arrives after it", async () => {
    const port = limiter.topology.members.find(({ name }) => name === "proxy")?.ports.node3 ?? 0;
    const socket = connect({ host: "127.0.0.1", port });
    let heard = "";
    socket.on("data", (bytes) => {
      heard += bytes.toString();
    });
    socket.write("PING\r\n");
    await eventually(() => heard === "+PONG\r\n", "the first answer");
    await put("node3", "quiet", { type: "silence" });
    socket.write("ECHO late\r\n");
    await eventually(async () => (await check("node3")) === 503, "node3 hears nothing");
    expect(heard).toBe("+PONG\r\n");
    await remove("node3", "quiet");
    await eventually(() => heard === "+PONG\r\n$4\r\nlate\r\n", "the late answer");
    socket.destroy();
    await eventually(async () => (await check("node3")) === 200, "node3 hears again");
  });

  test("who only knocks is to Redis no client that was turned away", async () => {
    const port = limiter.topology.members.find(({ name }) => name === "proxy")?.ports.node3 ?? 0;
    const countOf = async (name: string) =>
      Number(new RegExp(`${name}:(\\d+)`).exec(`${await limiter.redis("INFO", "stats")}`)?.[1]);
    const before = await countOf("total_connections_received");
    for (let knock = 0; knock < 100; knock += 1) {
      const socket = connect({ host: "127.0.0.1", port });
      await once(socket, "connect");
      socket.destroy();
    }
    const isTaken = async () => (await countOf("total_connections_received")) >= before + 100;
    await eventually(isTaken, "Redis has seen them all");
    expect(await countOf("rejected_connections")).toBe(0);
  });

  test("large answers come through whole and in order", async () => {
    const text = "0123456789abcdef".repeat(200_000);
    await limiter.redis("SET", "large", text);
    const port = limiter.topology.members.find(({ name }) => name === "proxy")?.ports.node1 ?? 0;
    const socket = connect({ host: "127.0.0.1", port });
    const chunks: Buffer[] = [];
    socket.on("data", (bytes) => chunks.push(bytes));
    const wanted = `$${text.length}\r\n${text}\r\n`.repeat(3);
    socket.write("GET large\r\n".repeat(3));
    await eventually(() => sizeOf(chunks) >= wanted.length, "three times 3 MB");
    expect(Buffer.concat(chunks).toString() === wanted).toBe(true);
    socket.destroy();
    await limiter.redis("DEL", "large");
    await eventually(async () => (await linkOf("node1"))?.connections === 1, "it is let go");
  });

  test("what it does not know it refuses, and so it does without the token", async () => {
    const latency = { type: "latency", latency_ms: 1, jitter_ms: 0 };
    await expect(put("node9", "late", latency)).rejects.toThrow('404, no link of "node9"');
    await expect(put("node1", "Late!", latency)).rejects.toThrow("400");
    await expect(put("node1", "late", { type: "slicer" })).rejects.toThrow("400");
    await expect(put("node1", "late", { ...latency, latency_ms: -1 })).rejects.toThrow("400");
    const url = `${limiter.site.proxy?.url}/api/links`;
    expect((await fetch(url)).status).toBe(401);
    expect((await fetch(url, { headers: { authorization: "Bearer x" } })).status).toBe(401);
    expect((await linkOf("node1"))?.toxics).toEqual([]);
  });

  test("who writes no JSON, takes the wrong method or the wrong path is told", async () => {
    const headers = { authorization: `Bearer ${limiter.site.token}` };
    const send = async (path: string, request: RequestInit) => {
      const answer = await fetch(`${limiter.site.proxy?.url}${path}`, { headers, ...request });
      return `${answer.status} ${(await answer.text()).slice(0, 30)}`;
    };
    const toxic = "/api/links/node1/toxics/late";
    expect(await send(toxic, { method: "PUT", body: "{" })).toStartWith("400");
    expect(await send(toxic, { method: "PUT", body: "x".repeat(70_000) })).toStartWith("413");
    expect(await send(toxic, { method: "POST" })).toStartWith("405");
    expect(await send("/api/nothing", {})).toStartWith("404");
    expect(await send("/api/links/%ff/toxics/late", { method: "DELETE" })).toStartWith("400");
    expect(await send("/live", {})).toBe('200 {"name":"proxy","status":"live');
  });
});

function put(node: string, toxic: string, body: Readonly<Record<string, string | number>>) {
  const path = `/api/links/${node}/toxics/${toxic}`;
  return limiter.ask("proxy", { method: "PUT", path, body, schema: linkSchema });
}

function remove(node: string, toxic: string) {
  const path = `/api/links/${node}/toxics/${toxic}`;
  return limiter.ask("proxy", { method: "DELETE", path, schema: linkSchema });
}

async function linkOf(node: string) {
  const call = { path: "/api/links", schema: linksAnswerSchema };
  const { links } = await limiter.ask("proxy", call);
  return links.find((link) => link.node === node);
}

async function latencyOf(node: string): Promise<number> {
  const { redis } = await limiter.ask(node, { path: "/health", schema: healthAnswerSchema });
  return redis.latency_ms ?? Number.NaN;
}

async function check(node: string): Promise<number> {
  return (await limiter.check(node, `someone-${node}`)).status;
}

function sizeOf(chunks: readonly Buffer[]): number {
  return chunks.reduce((sum, { length }) => sum + length, 0);
}
