import { afterEach, beforeEach, expect, test } from "bun:test";
import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, rmdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LineLog } from "../../src/infra/line-log.ts";
import { eventually } from "../support/eventually.ts";

let dir: string;
let path: string;
let troubles: string[];

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "operator-line-log-"));
  path = join(dir, "logs", "agent.log");
  troubles = [];
});

afterEach(() => rm(dir, { recursive: true }));

function openLog(fileBytesMax?: number): LineLog {
  const onTrouble = (cause: string) => troubles.push(cause);
  return new LineLog({ path, onTrouble, ...(fileBytesMax ? { fileBytesMax } : {}) });
}

test("what is added is in the file byte for byte, soon and without being asked", async () => {
  await using log = openLog();
  const first = Buffer.of(0xff, 0x1b, 0x5b, 0x00, 0x0d, 0x0a);
  await log.add(first);
  await log.add(Buffer.from("two\n"));
  const isThere = async () => (await readFile(path).catch(() => "")).length === 10;
  await eventually(isThere, "both lines are in the file");
  expect(await readFile(path)).toEqual(Buffer.concat([first, Buffer.from("two\n")]));
});

test("leaving the log writes the rest, after what an earlier one wrote", async () => {
  for (const line of ["one\n", "two\n"]) {
    await using log = openLog();
    await log.add(Buffer.from(line));
  }
  expect(await readFile(path, "utf8")).toBe("one\ntwo\n");
});

test("two files of bounded size hold the newest lines, whole and in order", async () => {
  const lines = Array.from({ length: 100 }, (_, index) => `${index}`.padEnd(999, ".").concat("\n"));
  {
    await using log = openLog(15_500);
    for (const line of lines) {
      await log.add(Buffer.from(line));
      await log.flush();
    }
  }
  const [before, now] = [await readFile(`${path}.1`, "utf8"), await readFile(path, "utf8")];
  expect([before.length, now.length]).toEqual([15_000, 10_000]);
  expect(before + now).toBe(lines.slice(-25).join(""));
});

test("a file that has grown too long before is put aside at the first write", async () => {
  await mkdir(join(dir, "logs"));
  await appendFile(path, "x".repeat(2_000));
  {
    await using log = openLog(1_000);
    await log.add(Buffer.from("new\n"));
  }
  expect(await readFile(path, "utf8")).toBe("new\n");
  expect((await readFile(`${path}.1`)).length).toBe(2_000);
});

test("what is longer than a file stays whole, and puts no empty file aside", async () => {
  {
    await using log = openLog(1_000);
    await log.add(Buffer.from("x".repeat(2_000)));
  }
  expect(await readdir(join(dir, "logs"))).toEqual(["agent.log"]);
  expect((await readFile(path)).length).toBe(2_000);
});

test("whoever adds to a file that takes nothing waits, and nothing is lost", async () => {
  await mkdir(join(dir, "logs"));
  // Opening it blocks until somebody reads.
  Bun.spawnSync(["mkfifo", path]);
  await using log = openLog();
  const bytes = Buffer.alloc(700_000, "0123456789\n");
  await log.add(bytes);
  let isAdded = false;
  const adding = log.add(bytes).then(() => {
    isAdded = true;
  });
  for (let turn = 0; turn < 100; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  expect(isAdded).toBe(false);
  const reader = Bun.spawn(["head", "-c", "1400000", path], { stdout: "pipe" });
  expect(await reader.stdout.bytes()).toEqual(Buffer.concat([bytes, bytes]));
  await adding;
});

test("a file that cannot be written is told once, and used again when it can be", async () => {
  await mkdir(path, { recursive: true });
  await using log = openLog();
  for (const line of ["lost\n", "lost, too\n"]) {
    await log.add(Buffer.from(line));
    await log.flush();
  }
  expect(troubles).toEqual([expect.stringContaining("EISDIR")]);
  await rmdir(path);
  await log.add(Buffer.from("kept\n"));
  await log.flush();
  expect(await readFile(path, "utf8")).toBe("kept\n");
});
