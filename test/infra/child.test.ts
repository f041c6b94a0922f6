import { afterEach, expect, test } from "bun:test";
import { join } from "node:path";
import { type Child, PARENT_PIPE_ENV, startChild } from "../../src/infra/child.ts";
import { createLineSplitter } from "../../src/infra/child-lines.ts";
import { identify, isAlive } from "../../src/infra/process-identity.ts";
import { eventually } from "../support/eventually.ts";

const started: Child[] = [];

afterEach(async () => {
  await Promise.all(started.splice(0).map((child) => child.stop(0)));
});

function start(script: string, signal?: AbortSignal) {
  const lines: string[] = [];
  const child = startChild({
    command: ["/bin/sh", "-c", script],
    env: { PATH: process.env.PATH },
    onLine: (line, stream) => lines.push(`${stream}: ${line}`),
    ...(signal ? { signal } : {}),
  });
  started.push(child);
  return { child, lines };
}

test("the lines of a dying child arrive to the last one, before its end", async () => {
  const { child, lines } = start("echo one; echo two >&2; printf 'three'; exit 4");
  expect(await child.exited).toEqual({ exitCode: 4, signal: null });
  expect(lines.toSorted()).toEqual(["stderr: two", "stdout: one", "stdout: three"]);
});

test("a line arrives while the child goes on", async () => {
  const { child, lines } = start("echo ready; exec sleep 300");
  await eventually(() => lines.includes("stdout: ready"), "the line");
  expect(identify(child.pid)).toBeDefined();
});

test("a hundred thousand lines arrive whole and in order", async () => {
  const { child, lines } = start("seq 1 100000");
  await child.exited;
  expect(lines.length).toBe(100_000);
  expect(lines.every((line, index) => line === `stdout: ${index + 1}`)).toBe(true);
});

test("stop ends a child that listens, by SIGTERM", async () => {
  const { child, lines } = start("trap 'echo bye; exit 0' TERM; echo up; sleep 300 & wait");
  await eventually(() => lines.length > 0, "the trap is set");
  expect(await child.stop(10_000)).toEqual({ exitCode: 0, signal: null });
  expect(lines).toEqual(["stdout: up", "stdout: bye"]);
});

test("stop kills a child that does not listen, and its group with it", async () => {
  const { child, lines } = start("trap '' TERM; sleep 300 & echo $!; wait; wait");
  const line = await eventually(() => lines[0], "the grandchild's pid");
  const grandchild = identify(Number(line.replace("stdout: ", "")));
  expect(await child.stop(50)).toEqual({ exitCode: null, signal: "SIGKILL" });
  await eventually(() => grandchild && !isAlive(grandchild), "the grandchild is gone");
});

test("a child that is stopped twice is asked once", async () => {
  // A signal ends the read that waits.
  const { child, lines } = start(
    "trap 'echo asked' TERM; echo up; read -r _; read -r _; read -r _",
  );
  await eventually(() => lines.length > 0, "the trap is set");
  void child.stop(10_000);
  await eventually(() => lines.length > 1, "it was asked");
  await child.stop(200);
  expect(lines).toEqual(["stdout: up", "stdout: asked"]);
});

test("an abort stops the child", async () => {
  const controller = new AbortController();
  const { child } = start("exec sleep 300", controller.signal);
  controller.abort();
  expect(await child.exited).toEqual({ exitCode: null, signal: "SIGTERM" });
});

test("what a dead child wrote is delivered, however long its bytes are held up", async () => {
  const held = Promise.withResolvers<void>();
  const lines: string[] = [];
  const child = startChild({
    command: ["seq", "1", "20000"],
    env: { PATH: process.env.PATH },
    onLine: (line) => lines.push(line),
    onBytes: () => held.promise,
  });
  started.push(child);
  await eventually(() => identify(child.pid) === undefined, "it is dead");
  // Longer than a silence that tells the end.
  await Bun.sleep(400);
  expect(lines.length).toBeLessThan(20_000);
  held.resolve();
  await child.exited;
  expect(lines.at(-1)).toBe("20000");
});

test("a process left behind with the pipe open does not hold the child's end", async () => {
  const leaver = join(import.meta.dir, "group-leaver.ts");
  const { child, lines } = start(`exec ${process.execPath} ${leaver}`);
  expect(await child.exited).toEqual({ exitCode: 0, signal: null });
  process.kill(Number(lines[0]?.replace("stdout: ", "")), "SIGKILL");
});

test("a process left behind that goes on writing does not hold the end either", async () => {
  const { child, lines } = start(
    "setsid sh -c 'echo $$; while echo more; do sleep 0.01; done' & sleep 0.1",
  );
  expect(await child.exited).toEqual({ exitCode: 0, signal: null });
  const count = lines.length;
  const left = identify(Number(lines[0]?.replace("stdout: ", "")));
  await eventually(() => !left || !isAlive(left), "its next line fails");
  expect(lines.length).toBe(count);
});

for (const kind of ["ours", "another program"]) {
  test(`a child dies with its parent, even by SIGKILL: ${kind}`, async () => {
    const starter = join(import.meta.dir, "child-starter.ts");
    const running = Bun.spawn([process.execPath, starter, kind], { stdout: "pipe" });
    const { value } = await running.stdout.getReader().read();
    const child = identify(Number(Buffer.from(value ?? []).toString()));
    expect(child && isAlive(child)).toBe(true);
    running.kill("SIGKILL");
    await running.exited;
    await eventually(() => child && !isAlive(child), "the child is gone");
  });
}

test("a child is told that its stdin is the parent's pipe", async () => {
  const { child, lines } = start(`echo $${PARENT_PIPE_ENV}`);
  await child.exited;
  expect(lines).toEqual(["stdout: 1"]);
});

test("lines are split wherever the bytes are cut, and characters are not", () => {
  const bytes = Buffer.concat([
    Buffer.from("é1\r\n\nzwei"),
    Buffer.of(0xff),
    Buffer.from("\n\u001b[31mlast"),
  ]);
  for (let cut = 0; cut <= bytes.length; cut += 1) {
    const lines: string[] = [];
    const splitter = createLineSplitter((line) => lines.push(line));
    splitter.add(bytes.subarray(0, cut));
    splitter.add(bytes.subarray(cut));
    splitter.end();
    expect(lines).toEqual(["é1", "", "zwei\uFFFD", "\u001b[31mlast"]);
  }
});

test("a line of a megabyte comes in pieces of at most 64 KiB, and none of it is lost", () => {
  const text = "é".repeat(500_001);
  const lines: string[] = [];
  const splitter = createLineSplitter((line) => lines.push(line));
  for (const part of [
    Buffer.from(text).subarray(0, 70_001),
    Buffer.from(`${text}\nnext`).subarray(70_001),
  ]) {
    splitter.add(part);
  }
  splitter.end();
  expect(lines.pop()).toBe("next");
  expect(lines.join("")).toBe(text);
  expect(Math.max(...lines.map((line) => Buffer.byteLength(line)))).toBeLessThanOrEqual(65_536);
});
