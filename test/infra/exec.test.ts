import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ShellOptions } from "../../src/domain/shell.ts";
import { PARENT_PIPE_ENV } from "../../src/infra/child.ts";
import { systemClock } from "../../src/infra/clock.ts";
import { createShell } from "../../src/infra/exec.ts";
import { identify, isAlive, type ProcessIdentity } from "../../src/infra/process-identity.ts";
import { eventually } from "../support/eventually.ts";

let cwd: string;

beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), "operator-exec-"));
});

afterEach(() => rm(cwd, { recursive: true, force: true }));

function run(command: string, changes: Partial<ShellOptions> = {}) {
  const env = { PATH: process.env.PATH, [PARENT_PIPE_ENV]: "1" };
  const shell = createShell({ env, cwd, clock: systemClock });
  const signal = new AbortController().signal;
  const reach = { type: "change" } as const;
  return shell.run(command, {
    timeoutMs: 30_000,
    outputBytesMax: 4_000,
    signal,
    reach,
    ...changes,
  });
}

/** The process whose pid a command wrote into a file of its directory. */
function processIn(file: string): Promise<ProcessIdentity> {
  return eventually(async () => {
    const text = await readFile(join(cwd, file), "utf8").catch(() => "");
    return text.endsWith("\n") ? identify(Number(text)) : undefined;
  }, `a live process in ${file}`);
}

test("stdout and stderr come in the order in which they were written", async () => {
  const result = await run("echo one; echo two >&2; echo three; exit 3");
  expect(result).toEqual({
    exitCode: 3,
    signal: null,
    timedOut: false,
    aborted: false,
    durationMs: expect.any(Number),
    output: { head: "one\ntwo\nthree\n", tail: "", cutBytes: 0, totalBytes: 14 },
  });
});

test("a change overwrites no file, and writes through no link; it does not run then", async () => {
  await writeFile(join(cwd, "kept"), "kept");
  await symlink(join(cwd, "nowhere"), join(cwd, "link"));
  await symlink(join(cwd, "kept"), join(cwd, "other"));
  const lines = ["kept", "link", "other", "new"].map((file) => `echo it runs >${file}`);
  const results = await Promise.all(lines.map((line) => run(`${line} && echo done`)));
  expect(results.map(({ exitCode }) => exitCode)).toEqual([2, 2, 2, 0]);
  expect((await readdir(cwd)).sort()).toEqual(["kept", "link", "new", "other"]);
  expect(await readFile(join(cwd, "kept"), "utf8")).toBe("kept");
});

test("a command has no input, and none of our environment but what it is given", async () => {
  const result = await run("cat; env | grep -c HOME");
  expect(result.output.head).toBe("0\n");
});

test("a command is not told that its stdin is the pipe of a parent", async () => {
  const result = await run(`env | grep -c ${PARENT_PIPE_ENV}`);
  expect(result.output.head).toBe("0\n");
});

test("a signal that ends the command is told by name", async () => {
  const result = await run("kill -SEGV $$");
  expect([result.exitCode, result.signal]).toEqual([null, "SIGSEGV"]);
});

test("at the deadline grandchildren that ignore SIGTERM die, and output stays", async () => {
  const ended = run("echo partial; trap '' TERM; sh -c 'echo $$ > pid; sleep 300; :'", {
    timeoutMs: 1_000,
  });
  const grandchild = await processIn("pid");
  const result = await ended;
  expect([result.timedOut, result.signal, result.output.head]).toEqual([
    true,
    "SIGKILL",
    "partial\n",
  ]);
  await eventually(() => !isAlive(grandchild), "the grandchild is gone");
});

test("an abort ends the command and says so", async () => {
  const controller = new AbortController();
  const ended = run("echo $$ > pid; echo begun; sleep 300", { signal: controller.signal });
  const shell = await processIn("pid");
  controller.abort();
  const result = await ended;
  expect([result.aborted, result.timedOut, result.output.head]).toEqual([true, false, "begun\n"]);
  expect(isAlive(shell)).toBe(false);
});

test("a signal that is aborted already ends the command at once", async () => {
  const result = await run("sleep 300", { signal: AbortSignal.abort() });
  expect(result.aborted).toBe(true);
});

test("what a command leaves in the background ends with it", async () => {
  const result = await run("sleep 300 & echo $! > pid; echo done");
  expect([result.exitCode, result.output.head]).toEqual([0, "done\n"]);
  const pid = Number(await readFile(join(cwd, "pid"), "utf8"));
  await eventually(() => identify(pid) === undefined, "the background job is gone");
});

const TIMEOUT = "timeout 300 sh -c 'echo $$ > pid; sleep 300; :'";

test("what timeout runs in a group of its own ends with the command", async () => {
  const result = await run(`${TIMEOUT} & until [ -s pid ]; do sleep 0.01; done; echo done`);
  expect(result.output.head).toBe("done\n");
  const pid = Number(await readFile(join(cwd, "pid"), "utf8"));
  await eventually(() => identify(pid) === undefined, "the command of timeout is gone");
});

test("what timeout runs in a group of its own ends at an abort", async () => {
  const controller = new AbortController();
  const ended = run(TIMEOUT, { signal: controller.signal });
  const shell = await processIn("pid");
  controller.abort();
  await ended;
  await eventually(() => !isAlive(shell), "the command of timeout is gone");
});

test("a process that left the session and holds the pipe does not hold the result", async () => {
  const leaver = join(import.meta.dir, "group-leaver.ts");
  const result = await run(`${process.execPath} ${leaver} > pid; sleep 0.1; echo done`);
  const escaped = await processIn("pid");
  process.kill(escaped.pid, "SIGKILL");
  expect([result.exitCode, result.output.head]).toEqual([0, "done\n"]);
});

for (const command of [
  "trap '' TERM HUP; echo $$ > pid; while :; do sleep 1; done",
  `${TIMEOUT} & wait`,
]) {
  test(`dies with the process that runs it, even by SIGKILL: ${command}`, async () => {
    const starter = join(import.meta.dir, "exec-starter.ts");
    const running = Bun.spawn([process.execPath, starter, cwd, command]);
    const shell = await processIn("pid");
    running.kill("SIGKILL");
    await running.exited;
    await eventually(() => !isAlive(shell), "the shell is gone");
  });
}

test("bytes that are not UTF-8 survive as U+FFFD", async () => {
  const result = await run("printf 'a\\377b\\303\\251'");
  expect(result.output.head).toBe("a\uFFFDbé");
});

test("of a gigabyte the head and the tail are kept, in little memory", async () => {
  const flood = join(import.meta.dir, "exec-flood.ts");
  const large = "echo first; yes x | head -c 1000000000; echo last";
  const small = large.replace("1000000000", "1000000");
  const running = Bun.spawn([process.execPath, flood, cwd, small, large], { stdout: "pipe" });
  const { output, grownBytes } = await running.stdout.json();
  const { head, tail, cutBytes, totalBytes } = output;
  expect(totalBytes).toBe(1_000_000_011);
  expect(cutBytes).toBe(totalBytes - 4_000);
  expect([head.slice(0, 8), tail.slice(-9)]).toEqual(["first\nx\n", "x\nx\nlast\n"]);
  expect(grownBytes).toBeLessThan(150_000_000);
});

test("a command that cannot start has exit code 127 and the cause as output", async () => {
  await rm(cwd, { recursive: true });
  const result = await run("echo never");
  expect(result.exitCode).toBe(127);
  expect(result.output.head).toContain("ENOENT");
});
