import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../src/infra/clock.ts";
import { withFileLock } from "../../src/infra/file-lock.ts";
import { identify } from "../../src/infra/process-identity.ts";

let dir: string;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "operator-lock-"));
});

afterEach(() => rm(dir, { recursive: true, force: true }));

function locked<T>(work: () => Promise<T>, withinMs = 20_000): Promise<T> {
  return withFileLock({ path: join(dir, "lock"), withinMs, clock: systemClock }, work);
}

test("of many holders one works at a time, and nothing is left of the lock", async () => {
  let working = 0;
  const seen: number[] = [];
  const work = async () => {
    working += 1;
    seen.push(working);
    await Bun.sleep(2);
    working -= 1;
  };
  await Promise.all(Array.from({ length: 20 }, () => locked(work)));
  expect(seen).toEqual(Array.from({ length: 20 }, () => 1));
  expect(await readdir(dir)).toEqual([]);
});

test("the lock is released when the work fails", async () => {
  const failing = locked(() => Promise.reject(new Error("no")));
  await expect(failing).rejects.toThrow("no");
  expect(await locked(async () => "free")).toBe("free");
});

test("the lock of a process that lives is not taken over", async () => {
  const owner = Bun.spawn(["sleep", "300"]);
  const { startTime } = identify(owner.pid) ?? {};
  await writeFile(join(dir, "lock"), `${owner.pid} started ${startTime}`);
  const waiting = locked(async () => "taken", 50);
  await expect(waiting).rejects.toMatchObject({
    code: "conflict",
    message: expect.stringContaining(`process ${owner.pid} still holds it`),
  });
  const next = locked(async () => "taken");
  owner.kill("SIGKILL");
  expect(await next).toBe("taken");
});

test("the lock of a process that has gone is taken over, by one at a time", async () => {
  for (const stale of [`${process.pid} started 1@another-boot`, "", "not a lock"]) {
    await writeFile(join(dir, "lock"), stale);
    let working = 0;
    const work = async () => {
      working += 1;
      await Bun.sleep(2);
      expect(working).toBe(1);
      working -= 1;
    };
    await Promise.all([locked(work), locked(work), locked(work)]);
  }
  expect(await readdir(dir)).toEqual([]);
});
