// How long a member that was started is waited for, by what it says of itself.
import { expect, test } from "bun:test";
import { createServer } from "node:net";
import { askReady, type ReadyLook } from "../../src/runtimes/ready-probe.ts";
import { untilReady } from "../../src/runtimes/until-ready.ts";
import { hurriedClock } from "../support/hurried-clock.ts";

const SILENT: ReadyLook = { isReady: false, found: "no answer in 1000 ms" };
const LOADING: ReadyLook = { isReady: false, isStarting: true, found: "-LOADING" };
const READY: ReadyLook = { isReady: true, found: "+PONG" };

/** What comes of waiting for one that is ready after so many seconds, and first is `before`. */
async function waitFor(before: (elapsedS: number) => ReadyLook, readyAfterS: number) {
  const clock = hurriedClock();
  const { signal } = new AbortController();
  const look = async () => {
    const elapsedS = clock.elapsed() / 1_000;
    return elapsedS < readyAfterS ? before(elapsedS) : READY;
  };
  return untilReady(look, { clock, signal });
}

test("who says nothing is given half a minute, who says that it loads three more", async () => {
  expect(await waitFor(() => SILENT, 29)).toBeUndefined();
  expect(await waitFor(() => SILENT, 31)).toBe("no answer in 30 s (no answer in 1000 ms)");
  expect(await waitFor(() => LOADING, 170)).toBeUndefined();
  const late = "it is there, and has not loaded in 180 s (-LOADING)";
  expect(await waitFor(() => LOADING, 999)).toBe(late);
  const atTimes = (elapsedS: number) => (elapsedS % 10 < 5 ? SILENT : LOADING);
  expect(await waitFor(atTimes, 120)).toBeUndefined();
});

test("an answer that says so is that of one that starts", async () => {
  const answers = ["-LOADING Redis is loading\r\n", "-ERR other\r\n", "+PONG\r\n"];
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.once("data", () => socket.write(answers.shift() ?? ""));
  });
  const { promise: listening, resolve } = Promise.withResolvers<void>();
  server.listen(0, "127.0.0.1", resolve);
  await listening;
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const probe = { port, send: "PING\r\n", expects: "+PONG", whileStarting: "-LOADING" };
  const { signal } = new AbortController();
  const looks = [];
  for (let asked = 0; asked < 3; asked += 1) looks.push(await askReady(probe, signal));
  server.close();
  expect(looks.map(({ isReady, isStarting }) => [isReady, isStarting])).toEqual([
    [false, true],
    [false, false],
    [true, false],
  ]);
});
