// What children write, and what they can read: floods, odd bytes, a stalled log, the terminal.
import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../src/infra/clock.ts";
import { identify, isAlive } from "../../src/infra/process-identity.ts";
import { Supervisor } from "../../src/infra/supervisor.ts";
import { eventually } from "../support/eventually.ts";

const STARTER = join(import.meta.dir, "supervisor-starter.ts");

let dir: string;
let supervisor: Supervisor;
let hasEnded: boolean;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "operator-supervisor-"));
  hasEnded = false;
  supervisor = new Supervisor({
    logDirectory: dir,
    clock: systemClock,
    onEvent: (_, event) => {
      if (event.type === "ended") hasEnded = true;
    },
  });
});

afterEach(async () => {
  await supervisor[Symbol.asyncDispose]();
  await rm(dir, { recursive: true });
});

function start(script: string, onLine: (line: string) => void): void {
  const command = ["/bin/sh", "-c", script];
  const env = { PATH: process.env.PATH };
  supervisor.start({ name: "flood", command, env, isMeantToEnd: true, onLine });
}

function untilEnded(): Promise<true> {
  return eventually<true>(() => hasEnded || undefined, "the child has ended");
}

test("a million lines at once are all delivered and logged; others have their turn", async () => {
  let count = 0;
  let inThisTurn = 0;
  let inTurnMax = 0;
  const takeTurn = () => {
    inTurnMax = Math.max(inTurnMax, inThisTurn);
    inThisTurn = 0;
    if (!hasEnded) setImmediate(takeTurn);
  };
  takeTurn();
  start("seq 1 1000000", () => {
    count += 1;
    inThisTurn += 1;
  });
  await untilEnded();
  expect(count).toBe(1_000_000);
  expect(inTurnMax).toBeLessThan(10_000);
  const expected = Array.from({ length: 1_000_000 }, (_, index) => `${index + 1}\n`).join("");
  expect((await readFile(join(dir, "flood.log"), "utf8")) === expected).toBe(true);
});

test("the log has every byte of both streams, and ends an unfinished line", async () => {
  const odd = "printf '\\033[2J\\377[/x]\\r\\n'";
  const long = "head -c 1000000 /dev/zero | tr '\\0' x";
  start(`${odd}; ${long}; printf why >&2`, () => undefined);
  await untilEnded();
  const log = await readFile(join(dir, "flood.log"));
  expect(log.includes(Buffer.from("\u001b[2J\xff[/x]\r\n", "latin1"))).toBe(true);
  expect(log.includes("why\n")).toBe(true);
  expect(log.toString("latin1").split("x").length - 1).toBe(1_000_001);
  expect(log.length).toBe(11 + 1_000_001 + 4);
});

test("a log that takes nothing holds the child, in little memory; nothing is lost", async () => {
  const log = join(dir, "flood.log");
  // Opening it blocks until somebody reads.
  Bun.spawnSync(["mkfifo", log]);
  const written = join(dir, "written");
  let bytes = 0;
  start(`yes 0123456789 | head -c 50000000; : >${written}; echo >&2 wrote`, (line) => {
    bytes += line.length + 1;
  });
  await eventually(() => bytes > 1_000_000, "a megabyte waits for the log");
  for (let turn = 0; turn < 1_000; turn += 1) await new Promise((go) => setImmediate(go));
  expect(bytes).toBeLessThan(3_000_000);
  // What is not delivered is not held by us either, but by the child, which waits.
  expect(await Bun.file(written).exists()).toBe(false);
  const reader = Bun.spawn(["sh", "-c", `wc -c < ${log}`], { stdout: "pipe" });
  await untilEnded();
  await supervisor[Symbol.asyncDispose]();
  expect(Number(await reader.stdout.text())).toBe(50_000_000 + 7);
});

test("every child ends when the supervising process is killed, a restarted one too", async () => {
  // Says its pid, ends with its stdin, and the first time at once.
  const once = join(dir, "once");
  const script = `[ -e ${once} ] && { echo $$; exec cat; }; touch ${once}; exit 1`;
  const starter = Bun.spawn([process.execPath, STARTER, dir, "echo $$; exec cat", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const pids: number[] = [];
  for await (const chunk of starter.stdout) {
    const said = Buffer.from(chunk)
      .toString()
      .matchAll(/"line":"(\d+)"/g);
    pids.push(...[...said].map(([, pid]) => Number(pid)));
    if (pids.length === 2) break;
  }
  const children = pids.map((pid) => identify(pid));
  expect(children.map((child) => child && isAlive(child))).toEqual([true, true]);
  starter.kill("SIGKILL");
  await starter.exited;
  const areGone = () => children.every((child) => child && !isAlive(child));
  await eventually(areGone, "both children are gone");
});

test("nothing that is typed at the terminal reaches a child", async () => {
  const nosy = `trap 'echo interrupted' INT; trap 'echo stopped; exit' TERM
    (cat < /dev/tty) 2>&1; echo listening; read -r typed; echo "$typed"`;
  const decoder = new TextDecoder();
  let screen = "";
  const data = (_: Bun.Terminal, bytes: Uint8Array) => {
    screen += decoder.decode(bytes, { stream: true });
  };
  const starter = Bun.spawn([process.execPath, STARTER, dir, nosy], {
    terminal: { cols: 200, rows: 50, data },
  });
  await eventually(() => screen.includes('"line":"listening"'), "the child listens");
  starter.terminal?.write("secret\n");
  await eventually(() => screen.includes('{"typed":"secret'), "we read what is typed");
  starter.terminal?.write("\u0003");
  await starter.exited;
  const log = await readFile(join(dir, "child-0.log"), "utf8");
  expect(log).toMatch(/^[^\n]*\/dev\/tty: [^\n]*\nlistening\nstopped\n$/);
});
