// The connections to one node, and what is taken for an answer.
import { expect, test } from "bun:test";
import { NodeLine } from "../../../subjects/ratelimiter/workload/node-line.ts";
import { eventually } from "../../support/eventually.ts";
import { type LoopbackServer, serveSockets } from "../../support/loopback-server.ts";

const REQUEST = { method: "POST", path: "/check", body: '{"key":"k"}' } as const;
const DEADLINE_MS = 5_000;
const ANSWER = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";

/** Sends these pieces, one after the other, at each request. */
function serve(pieces: readonly string[]): Promise<LoopbackServer> {
  return serveSockets((socket) => {
    socket.setNoDelay(true);
    socket.on("data", async () => {
      for (const piece of pieces) {
        socket.write(piece);
        await Bun.sleep(5);
      }
    });
  });
}

const READABLE = [
  { name: "in one piece", pieces: [ANSWER] },
  { name: "byte by byte", pieces: ANSWER.split("") },
  { name: "with names in any case", pieces: [ANSWER.toLowerCase().replace("http", "HTTP")] },
];

for (const { name, pieces } of READABLE) {
  test(`an answer is read ${name}`, async () => {
    await using server = await serve(pieces);
    using line = new NodeLine({ hostname: "127.0.0.1", port: server.port });
    const reply = await line.exchange(REQUEST, DEADLINE_MS);
    expect(reply).toEqual({ state: "answered", status: 200, text: "{}" });
  });
}

const UNREADABLE = [
  { name: "another protocol", pieces: ["+PONG\r\n\r\n"] },
  { name: "no length", pieces: ["HTTP/1.1 200 OK\r\n\r\n{}"] },
  { name: "more than its length", pieces: [`${ANSWER}{}`] },
  { name: "a huge length", pieces: ["HTTP/1.1 200 OK\r\ncontent-length: 99999999\r\n\r\n"] },
  { name: "no end", pieces: ["x".repeat(70_000)] },
];

for (const { name, pieces } of UNREADABLE) {
  test(`what cannot be understood is no answer: ${name}`, async () => {
    await using server = await serve(pieces);
    using line = new NodeLine({ hostname: "127.0.0.1", port: server.port });
    expect((await line.exchange(REQUEST, DEADLINE_MS)).state).toBe("lost");
  });
}

test("half an answer is none when the time is over", async () => {
  await using server = await serve([ANSWER.slice(0, -1)]);
  using line = new NodeLine({ hostname: "127.0.0.1", port: server.port });
  const reply = await line.exchange(REQUEST, 50);
  expect(reply).toEqual({ state: "lost", reason: "no answer in 50 ms" });
});

test("connections are used again, but not a broken one, and nothing is sent twice", async () => {
  const connections: string[][] = [];
  await using server = await serveSockets((socket) => {
    const requests: string[] = [];
    connections.push(requests);
    socket.on("data", (bytes) => {
      requests.push(String(bytes));
      // The third request is taken, and never answered.
      if (connections.flat().length === 3) socket.destroy();
      else socket.write(ANSWER);
    });
  });
  using line = new NodeLine({ hostname: "127.0.0.1", port: server.port });
  const states: string[] = [];
  for (let turn = 0; turn < 4; turn += 1) {
    states.push((await line.exchange(REQUEST, DEADLINE_MS)).state);
  }
  expect(states).toEqual(["answered", "answered", "lost", "answered"]);
  expect(connections.map((requests) => requests.length)).toEqual([3, 1]);
});

test("a connection whose answer is late is not used again", async () => {
  let opened = 0;
  await using server = await serveSockets((socket) => {
    opened += 1;
    const isFirst = opened === 1;
    socket.on("data", () => isFirst || socket.write(ANSWER));
  });
  using line = new NodeLine({ hostname: "127.0.0.1", port: server.port });
  expect((await line.exchange(REQUEST, 50)).state).toBe("lost");
  expect((await line.exchange(REQUEST, DEADLINE_MS)).state).toBe("answered");
  expect(opened).toBe(2);
});

test("an idle connection that the node has ended is not used", async () => {
  let ended = 0;
  await using server = await serveSockets((socket) => {
    socket.on("data", () => socket.end(ANSWER));
    // Closed on this side means that the other side has seen the end.
    socket.on("close", () => {
      ended += 1;
    });
  });
  using line = new NodeLine({ hostname: "127.0.0.1", port: server.port });
  await line.exchange(REQUEST, DEADLINE_MS);
  await eventually(() => ended === 1, "the first connection has ended");
  expect((await line.exchange(REQUEST, DEADLINE_MS)).state).toBe("answered");
});
