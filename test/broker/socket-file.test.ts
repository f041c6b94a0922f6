import { afterEach, beforeEach, expect, test } from "bun:test";
import { chmod, lstat, mkdir, mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../src/infra/clock.ts";
import { isMissing } from "../../src/infra/files.ts";
import { listenOn } from "../../src/runtimes/broker/socket-file.ts";
import { sayTo } from "../support/broker-room.ts";

let dir: string;
let path: string;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "operator-socket-"));
  path = join(dir, "broker.sock");
});

afterEach(() => rm(dir, { recursive: true, force: true }));

/** Says its name to whoever comes. */
function listen(name: string, at = path): Promise<AsyncDisposable> {
  const server = createServer((socket) => socket.end(name));
  return listenOn({ path: at, server, clock: systemClock });
}

/** As a broker that was killed leaves it. */
async function leaveStale(): Promise<void> {
  const listening = `require("net").createServer().listen(${JSON.stringify(path)}, die)`;
  const words = `const die = () => process.kill(process.pid, 9); ${listening}`;
  await Bun.spawn([process.execPath, "-e", words]).exited;
  expect((await lstat(path)).isSocket()).toBe(true);
}

test("the socket is for its owner and group alone, and goes with its broker", async () => {
  const listening = await listen("first");
  const { mode } = await lstat(path);
  expect(mode & 0o777).toBe(0o660);
  await listening[Symbol.asyncDispose]();
  expect(isMissing(path)).toBe(true);
});

test("a missing directory is made, and nobody else may enter it", async () => {
  await using _listening = await listen("first", join(dir, "run", "broker.sock"));
  expect((await lstat(join(dir, "run"))).mode & 0o777 & ~0o750).toBe(0);
});

test("the socket of a broker that was killed is replaced", async () => {
  await leaveStale();
  await using _listening = await listen("second");
  expect(await sayTo(path, "")).toBe("second");
});

test("the socket of a broker that lives is not", async () => {
  await using _first = await listen("first");
  await expect(listen("second")).rejects.toMatchObject({
    code: "conflict",
    message: `listening on ${path}: another broker does`,
  });
  expect(await sayTo(path, "")).toBe("first");
});

test("of several that start at once over a dead one's socket, one listens", async () => {
  await leaveStale();
  const starts = await Promise.allSettled(["one", "two", "three"].map((name) => listen(name)));
  const winners = starts.flatMap((start) => (start.status === "fulfilled" ? [start.value] : []));
  expect(winners).toHaveLength(1);
  const losers = starts.flatMap((start) => (start.status === "rejected" ? [start.reason] : []));
  expect(losers.map(({ code }) => code)).toEqual(["conflict", "conflict"]);
  expect(["one", "two", "three"]).toContain(await sayTo(path, ""));
  for (const winner of winners) await winner[Symbol.asyncDispose]();
});

test("what is no socket stays as it is", async () => {
  await Bun.write(path, "a file");
  await expect(listen("first")).rejects.toMatchObject({
    code: "runtime",
    message: `the socket's place ${path}: it is there, and no socket`,
  });
  expect(await Bun.file(path).text()).toBe("a file");
});

test("a directory that everybody may write is no place for it", async () => {
  const open = join(dir, "open");
  await mkdir(open);
  await chmod(open, 0o1777);
  await expect(listen("first", join(open, "broker.sock"))).rejects.toMatchObject({
    message: `the socket's place ${open}: everybody may write to it`,
  });
});

test("a path that the system would cut is refused", async () => {
  await expect(listen("first", join(dir, "x".repeat(90)))).rejects.toMatchObject({ code: "usage" });
});
