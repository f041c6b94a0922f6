import { expect, test } from "bun:test";
import { type HttpRequest, request } from "../../src/infra/http.ts";
import { serveBytes, serveSockets } from "../support/loopback-server.ts";

const OK = "HTTP/1.1 200 OK\r\n";

function ask(url: string, options: Partial<HttpRequest> = {}) {
  const { signal } = new AbortController();
  return request({ url, deadlineMs: 5_000, bodyBytesMax: 1_000_000, signal, ...options });
}

test("an answer is its status and its whole body", async () => {
  await using server = await serveBytes("HTTP/1.1 503 No\r\ncontent-length: 5\r\n\r\nnope\n");
  expect(await ask(server.url)).toEqual({ state: "answered", status: 503, text: "nope\n" });
});

test("method, path, headers and body reach the server", async () => {
  const received = Promise.withResolvers<string>();
  await using server = await serveSockets((socket) => {
    socket.once("data", (bytes) => {
      received.resolve(String(bytes));
      socket.end(`${OK}content-length: 0\r\n\r\n`);
    });
  });
  await ask(`${server.url}store/4`, {
    method: "POST",
    body: '{"ä":1}',
    headers: { authorization: "Bearer t" },
  });
  const text = await received.promise;
  expect(text).toStartWith("POST /store/4 HTTP/1.1\r\n");
  expect(text.toLowerCase()).toContain("content-length: 8\r\n");
  expect(text.toLowerCase()).toContain("authorization: bearer t\r\n");
  expect(text).toEndWith('\r\n\r\n{"ä":1}');
});

const BROKEN: readonly (readonly [what: string, bytes: string, failure: string])[] = [
  ["half a body", `${OK}content-length: 100\r\n\r\nhalf`, "reset"],
  ["half a chunk", `${OK}transfer-encoding: chunked\r\n\r\n10\r\nhalf`, "reset"],
  ["half of the headers", `${OK}content-le`, "reset"],
  ["no byte", "", "reset"],
  ["another protocol", "-ERR unknown command\r\n\r\n", "not_http"],
];

for (const [what, bytes, failure] of BROKEN) {
  test(`${what} is a failure: ${failure}`, async () => {
    await using server = await serveBytes(bytes);
    expect(await ask(server.url)).toMatchObject({ state: "failed", failure });
  });
}

test("a port where nobody listens is refused", async () => {
  const { url, [Symbol.asyncDispose]: close } = await serveBytes("");
  await close();
  expect(await ask(url)).toMatchObject({ state: "failed", failure: "refused" });
});

test("what is not an http URL is an answer, not an exception", async () => {
  for (const url of ["http://:x", "", "ftp://127.0.0.1/", "127.0.0.1:2379"]) {
    expect(await ask(url)).toMatchObject({ state: "failed", failure: "unreachable" });
  }
});

test("a peer that accepts and says nothing times out, and is hung up on", async () => {
  const hungUp = Promise.withResolvers<void>();
  await using server = await serveSockets((socket) => {
    socket.resume().on("close", () => hungUp.resolve());
  });
  expect(await ask(server.url, { deadlineMs: 50 })).toMatchObject({ failure: "timed_out" });
  await hungUp.promise;
});

test("a body that drips without end times out", async () => {
  await using server = await serveSockets((socket) => {
    socket.write(`${OK}\r\n`);
    const drip = setInterval(() => socket.write("x"), 5);
    socket.on("close", () => clearInterval(drip));
  });
  expect(await ask(server.url, { deadlineMs: 100 })).toMatchObject({ failure: "timed_out" });
});

test("of 100 MB only the bound is taken, and the connection is torn down", async () => {
  const total = 100 * 1024 * 1024;
  const sentBytes = Promise.withResolvers<number>();
  await using server = await serveSockets((socket) => {
    let sent = 0;
    const chunk = Buffer.alloc(64 * 1024, "a");
    const pump = () => {
      while (sent < total && !socket.destroyed) {
        sent += chunk.length;
        if (!socket.write(chunk)) return socket.once("drain", pump);
      }
    };
    socket.on("close", () => sentBytes.resolve(sent));
    socket.once("data", () => {
      socket.write(`${OK}content-length: ${total}\r\n\r\n`);
      pump();
    });
  });
  expect(await ask(server.url)).toMatchObject({ failure: "body_too_large" });
  expect(await sentBytes.promise).toBeLessThan(total / 2);
});

test("our own signal ends it at once and is not the peer's failure", async () => {
  await using server = await serveSockets(() => {});
  const controller = new AbortController();
  const answer = ask(server.url, { signal: controller.signal });
  controller.abort();
  expect(await answer).toMatchObject({ failure: "aborted" });
  expect(await ask(server.url, { signal: controller.signal })).toMatchObject({
    failure: "aborted",
  });
});

test("a server that was restarted between two requests answers the second", async () => {
  const keepAlive = `${OK}connection: keep-alive\r\ncontent-length: 2\r\n\r\n`;
  const answerWith = (body: string, port?: number) =>
    serveSockets((socket) => socket.on("data", () => socket.write(keepAlive + body)), port);
  const before = await answerWith("v1");
  expect(await ask(before.url)).toMatchObject({ text: "v1" });
  await before[Symbol.asyncDispose]();
  await using after = await answerWith("v2", before.port);
  expect(await ask(after.url)).toMatchObject({ text: "v2" });
});

test("no proxy of the environment stands between us and the peer", async () => {
  await using server = await serveBytes(`${OK}content-length: 6\r\n\r\ndirect`);
  process.env.HTTP_PROXY = "http://127.0.0.1:9";
  try {
    expect(await ask(server.url)).toMatchObject({ text: "direct" });
  } finally {
    delete process.env.HTTP_PROXY;
  }
});
