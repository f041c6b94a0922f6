// What a process that was killed left beside the file that it was writing.
import { expect, test } from "bun:test";
import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createFileExclusively, writeFileAtomically } from "../../src/infra/files.ts";

const HOUR_S = 3_600;

interface Folder extends Disposable {
  readonly dir: string;
  /** So long ago. */
  leave(name: string, ageS: number): void;
}

function openFolder(): Folder {
  const dir = mkdtempSync(join(tmpdir(), "operator-drafts-"));
  const leave = (name: string, ageS: number) => {
    writeFileSync(join(dir, name), "half of i");
    const atS = Date.now() / 1_000 - ageS;
    utimesSync(join(dir, name), atS, atS);
  };
  return { dir, leave, [Symbol.dispose]: () => rmSync(dir, { recursive: true }) };
}

async function deadPid(): Promise<number> {
  const child = Bun.spawn(["true"]);
  await child.exited;
  return child.pid;
}

test("a draft of a process that is dead is taken away by who writes the file next", async () => {
  using folder = openFolder();
  const pid = await deadPid();
  folder.leave(`file.json.${pid}-1`, HOUR_S);
  folder.leave(`file.json.broken-by-${pid}`, HOUR_S);
  await writeFileAtomically(join(folder.dir, "file.json"), "whole");
  expect(readdirSync(folder.dir)).toEqual(["file.json"]);
  expect(readFileSync(join(folder.dir, "file.json"), "utf8")).toBe("whole");
});

test("likewise by who creates it, once or not", async () => {
  using folder = openFolder();
  folder.leave(`lock.${await deadPid()}-7`, HOUR_S);
  expect(await createFileExclusively(join(folder.dir, "lock"), "")).toBe(true);
  expect(readdirSync(folder.dir)).toEqual(["lock"]);
});

test("what may be in work, or is no draft of this file, stays", async () => {
  using folder = openFolder();
  const pid = await deadPid();
  const others = [
    [`file.json.${pid}-2`, 30],
    [`file.json.${process.ppid}-1`, HOUR_S],
    [`other.json.${pid}-1`, HOUR_S],
    [`file.json.${pid}-1.bak`, HOUR_S],
    ["file.json.new", HOUR_S],
  ] as const;
  for (const [name, ageS] of others) folder.leave(name, ageS);
  await writeFileAtomically(join(folder.dir, "file.json"), "whole");
  const names = others.map(([name]) => name);
  expect(readdirSync(folder.dir).sort()).toEqual(["file.json", ...names].sort());
});
