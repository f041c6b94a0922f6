// The planted bugs: each has its place in our code, and some are planted here. All of them:
// bun run sim --mutations.
import { expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { MUTATIONS } from "./mutations/all.ts";
import { countOccurrences, openNursery } from "./nursery.ts";

const ROOT = join(import.meta.dir, "..", "..");

test("the text of each planted bug stands once in its file, and its tests are there", () => {
  const lost = MUTATIONS.filter((mutation) => countOccurrences(mutation) !== 1);
  expect(lost.map(({ name, file }) => `${file}: ${name}`)).toEqual([]);
  const tests = MUTATIONS.flatMap((mutation) => mutation.tests);
  expect(tests.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  expect(MUTATIONS.every(({ original, planted }) => original !== planted)).toBe(true);
});

test("no two of them are the same", () => {
  expect(new Set(MUTATIONS.map(({ name }) => name)).size).toBe(MUTATIONS.length);
  const places = MUTATIONS.map(({ file, original, planted }) => [file, original, planted].join());
  expect(new Set(places).size).toBe(MUTATIONS.length);
});

/** Those that show within a few seeds. */
const SHOWN = [
  "one look is enough",
  "a group spares one more",
  "data may be deleted",
  "attempts are not counted",
  "a command runs unwritten",
  "any answer is a yes",
];

test("the simulator finds bugs of every kind", async () => {
  using nursery = openNursery();
  const found: Record<string, string> = {};
  for (const mutation of MUTATIONS.filter(({ name }) => SHOWN.includes(name))) {
    const { foundBy } = await nursery.plant(mutation, { seeds: 60, isThorough: false });
    found[mutation.name] = foundBy;
  }
  expect(found).toEqual(Object.fromEntries(SHOWN.map((name) => [name, "simulator"])));
});

test("a text that is not where it should be is an error", async () => {
  using nursery = openNursery();
  const [first] = MUTATIONS;
  const gone = { ...first, original: "no such text" } as (typeof MUTATIONS)[number];
  const planting = nursery.plant(gone, { seeds: 1, isThorough: false });
  await expect(planting).rejects.toThrow("stands 0 times");
});
