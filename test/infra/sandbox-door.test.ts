// What a member hears of a command that looks, through the door alone: with real servers.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { REDIS_READS } from "../../src/domain/redis-reads.ts";
import { openDoor } from "../../src/infra/sandbox-door.ts";
import { CONNECTED } from "../../src/infra/sandbox-protocol.ts";
import { hasRedis, type RealRedis, startRedis } from "../support/real-redis.ts";

const dir = mkdtempSync(join(tmpdir(), "operator-door-test-"));
const path = join(dir, "socket");
const heard: string[] = [];
const refused: string[] = [];
/** Answers requests one after the other, and each late: Bun's own server answers no two at once. */
const member = Bun.listen<{ answered: Promise<void> }>({
  port: 0,
  hostname: "127.0.0.1",
  socket: {
    open: (socket) => {
      socket.data = { answered: Promise.resolve() };
    },
    data: (socket, bytes) => {
      for (const [line] of bytes.toString().matchAll(/^[A-Z]+ \S+(?= HTTP)/gm)) {
        heard.push(line);
        socket.data.answered = socket.data.answered.then(async () => {
          await Bun.sleep(20);
          socket.write("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok\n");
        });
      }
    },
  },
});
const testWithRedis = test.skipIf(!hasRedis);
let redis: RealRedis | undefined;
let door: AsyncDisposable | undefined;

beforeAll(async () => {
  if (hasRedis) redis = await startRedis();
  const ports = [member.port, ...(redis ? [redis.port] : [])];
  door = await openDoor({
    path,
    addresses: ports.map((port) => ({ host: "127.0.0.1", port })),
    onRefused: (_, why) => refused.push(why),
    ask: async () => 126,
  });
});

afterAll(async () => {
  await door?.[Symbol.asyncDispose]();
  await redis?.[Symbol.asyncDispose]();
  member.stop(true);
  rmSync(dir, { recursive: true, force: true });
});

/** Everything that is answered, up to the end. */
function say(port: number, text: string): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  const socket = connect({ path });
  let said = "";
  let isOpen = false;
  socket.on("error", () => resolve(said));
  socket.on("close", () => resolve(said));
  socket.on("connect", () => {
    socket.write(`${JSON.stringify({ connect: `127.0.0.1:${port}` })}\n`);
  });
  socket.on("data", (chunk) => {
    said += chunk;
    if (!isOpen && said.startsWith(CONNECTED)) {
      said = said.slice(CONNECTED.length);
      isOpen = true;
      socket.write(text);
    }
  });
  return promise;
}

const head = (line: string) => `${line} HTTP/1.1\r\nHost: x\r\n\r\n`;

test("the next request on a connection is refused behind the answers to those before", async () => {
  const text = head("GET /a") + head("GET /b") + head("DELETE /c");
  const said = await say(member.port, text);
  expect(said.match(/^HTTP\/1.1 \d+/gm)).toEqual(["HTTP/1.1 200", "HTTP/1.1 200", "HTTP/1.1 403"]);
  expect(said).toEndWith("operator: DELETE: a command that looks sends GET and HEAD alone\n");
  expect(heard.splice(0)).toEqual(["GET /a", "GET /b"]);
  expect(refused.splice(0)).toEqual(["DELETE: a command that looks sends GET and HEAD alone"]);
});

test("a member hears nothing of what is refused, and its body is not waited for", async () => {
  const body = "Content-Length: 1000000000\r\n";
  const said = await say(member.port, `POST / HTTP/1.1\r\nHost: x\r\n${body}\r\nabc`);
  expect(said).toStartWith("HTTP/1.1 403 Forbidden\r\n");
  expect(heard.splice(0)).toEqual([]);
});

testWithRedis("Redis answers what reads, and hears nothing of what does not", async () => {
  await redis?.call("set", "kept", "1");
  const said = await say(redis?.port ?? 0, "get kept\r\nPING\r\ndel kept\r\nget kept\r\n");
  expect(said).toBe(
    "$1\r\n1\r\n+PONG\r\n" +
      "-ERR operator: DEL: a command that looks sends Redis what reads, and nothing else\r\n",
  );
  expect(await redis?.call("get", "kept")).toBe("1");
});

testWithRedis("what passes as HTTP does nothing to Redis", async () => {
  await redis?.call("set", "kept", "1");
  const hostile = "GET /flushall HTTP/1.1\r\nflushall:\r\n'flushall':\r\nHost: x\r\n\r\n";
  const before = await redis?.call("info", "commandstats");
  await say(redis?.port ?? 0, hostile + hostile);
  const after = await redis?.call("info", "commandstats");
  const names = (text = "") => [...text.matchAll(/cmdstat_([^:]+)/g)].map(([, name]) => name);
  expect(names(after).filter((name) => !names(before).includes(name))).not.toContain("flushall");
  expect(await redis?.call("get", "kept")).toBe("1");
});

testWithRedis("Redis itself says that none of what passes writes", async () => {
  const names = [...REDIS_READS].flatMap(([name, uses]) =>
    uses === "always" ? [name] : uses.map((use) => `${name}|${use}`),
  );
  const told = (await redis?.call("command", "info", ...names)) ?? "";
  expect(told).toContain("readonly");
  expect(told.split("\n").filter((line) => /^(write|may_replicate|@write)$/.test(line))).toEqual(
    [],
  );
});
