// The planted bugs: each has its place in our code, and some are planted here. All of them:
// bun run sim --mutations.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { MUTATIONS } from "./mutations/all.ts";
import { countOccurrences, type Nursery, openNursery } from "./nursery.ts";

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
  "the session of an expired lease goes on",
  "a ticket heals at once",
  "attempts are not counted",
  "a command runs unwritten",
  "an escalated ticket is claimed",
];

let nursery: Nursery;

beforeAll(() => {
  nursery = openNursery();
});

afterAll(() => nursery[Symbol.dispose]());

for (const name of SHOWN) {
  test(`the simulator finds a planted bug: ${name}`, async () => {
    const [mutation] = MUTATIONS.filter((each) => each.name === name);
    if (!mutation) throw new Error("it is not in the list");
    const { foundBy } = await nursery.plant(mutation, { seeds: 60, isThorough: false });
    expect(foundBy).toBe("simulator");
  });
}

test("a text that is not where it should be is an error", async () => {
  const [first] = MUTATIONS;
  if (!first) throw new Error("the list is empty");
  const planting = nursery.plant({ ...first, original: "none" }, { seeds: 1, isThorough: false });
  await expect(planting).rejects.toThrow("stands 0 times");
});
