// The bounds of a command, each met by a real one, and told in words.
import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ShellReach } from "../../src/domain/shell.ts";
import { systemClock } from "../../src/infra/clock.ts";
import { createShell } from "../../src/infra/exec.ts";
import { SHELL_BOUNDS, type ShellBounds } from "../../src/infra/shell-bounds.ts";

const MIB = 1024 * 1024;
const LOOK: ShellReach = {
  type: "look",
  at: { subject: "toy", members: [], topology: undefined },
  writesTemporaryFiles: false,
};

let cwd: string;

beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), "operator-bounds-"));
});

afterEach(() => rm(cwd, { recursive: true, force: true }));

function run(command: string, changes: Partial<ShellBounds> = {}, reach = LOOK) {
  const env = { PATH: process.env.PATH };
  const bounds = { ...SHELL_BOUNDS, ...changes };
  const shell = createShell({ env, cwd, clock: systemClock, bounds });
  const signal = new AbortController().signal;
  return shell.run(command, { timeoutMs: 30_000, outputBytesMax: 4_000, signal, reach });
}

test("a process that computes on and on is ended by the kernel, and why is said", async () => {
  const result = await run("while :; do :; done", { cpuSecondsMax: 1 });
  expect([result.signal, result.timedOut, result.notes]).toEqual([
    "SIGXCPU",
    false,
    ["it met a bound of this shell: 1 s of CPU for one process"],
  ]);
});

test("who ignores the signal of the bound of CPU is killed a second later", async () => {
  const result = await run("trap '' XCPU; while :; do :; done", { cpuSecondsMax: 1 });
  expect(result.signal).toBe("SIGKILL");
});

const TOGETHER = "it was killed with all that it started:";

test("several processes share one bound of CPU", async () => {
  const result = await run("for i in 1 2 3; do while :; do :; done & done; wait", {
    cpuSecondsMax: 1,
  });
  expect(result.notes).toEqual([`${TOGETHER} more than 1 s of CPU`]);
});

test("who asks for more memory than there is for one process gets none", async () => {
  const result = await run("dd if=/dev/zero of=/dev/null bs=2G count=1");
  expect([result.exitCode, result.notes]).toEqual([
    1,
    ["it may have met a bound of this shell: 1 GiB of memory for one process"],
  ]);
});

const HOARDER = `sh -c 'kept=$(head -c 30000000 /dev/zero | tr "\\0" x); sleep 300'`;

test("several processes share one bound of memory", async () => {
  const result = await run(`for i in 1 2 3 4; do ${HOARDER} & done; wait`, {
    memoryBytesMax: 96 * MIB,
  });
  expect(result.notes).toEqual([`${TOGETHER} more than 96 MiB of memory`]);
});

test("a fork bomb is ended as a whole, or starves", async () => {
  const result = await run("bomb() { bomb | bomb; }; bomb", { processesMax: 40 });
  expect(result.timedOut).toBe(false);
  expect(result.notes?.join()).toContain("40 processes at a time");
});

test("many processes are more than there may be", async () => {
  const result = await run("for i in $(seq 60); do sleep 300 & done; wait", { processesMax: 40 });
  expect([result.signal, result.notes]).toEqual([
    "SIGKILL",
    [`${TOGETHER} more than 40 processes at a time`],
  ]);
});

test("a file grows to its bound and no further", async () => {
  const result = await run("yes > flood", { fileBytesMax: MIB });
  expect([result.exitCode, result.notes]).toEqual([
    153,
    ["it met a bound of this shell: 1 MiB for one file"],
  ]);
  expect((await stat(join(cwd, "flood"))).size).toBe(MIB);
});

test("no process opens more files than it may", async () => {
  const result = await run("paste $(yes /dev/null | head -n 40)", { openFilesMax: 20 });
  expect([result.exitCode, result.notes]).toEqual([
    1,
    ["it may have met a bound of this shell: 20 open files for one process"],
  ]);
});

test("no core is dumped, and the kernel's bounds are hard ones", async () => {
  const result = await run("for of in c t d f n; do ulimit -H -$of; done");
  const [blocks, kibibytes] = [SHELL_BOUNDS.fileBytesMax / 512, SHELL_BOUNDS.memoryBytesMax / 1024];
  expect(result.output.head).toBe(`0\n31\n${kibibytes}\n${blocks}\n256\n`);
});

test("what a change starts inherits no limits, and it is bounded nevertheless", async () => {
  const limits = "ulimit -H -t; ulimit -H -f";
  const ours = Bun.spawnSync(["/bin/sh", "-c", limits]).stdout.toString();
  const inherited = await run(limits, {}, { type: "change" });
  expect(inherited.output.head).toBe(ours);
  const many = "for i in 1 2 3 4 5; do sleep 300 & done; wait";
  const result = await run(many, { processesMax: 3 }, { type: "change" });
  expect(result.notes).toEqual([`${TOGETHER} more than 3 processes at a time`]);
});

test("what a change starts in a session of its own counts as none of its use", async () => {
  const leaver = join(import.meta.dir, "group-leaver.ts");
  const command = `${process.execPath} ${leaver} > pid; sleep 1; kill $(cat pid); echo done`;
  const result = await run(command, { processesMax: 3 }, { type: "change" });
  expect([result.exitCode, result.notes]).toEqual([0, undefined]);
});
