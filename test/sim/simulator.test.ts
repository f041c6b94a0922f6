// Two hundred worlds, and that each of them can be had again.
import { expect, test } from "bun:test";
import { simulate } from "./simulate.ts";

const SEEDS = 200;
/** Spread over tests, so that one that fails names a few seeds, and no test takes long. */
const CHUNK = 25;

for (let from = 1; from <= SEEDS; from += CHUNK) {
  test(`seeds ${from} to ${from + CHUNK - 1} are safe at every moment, and come to an end`, async () => {
    const failures: string[] = [];
    for (let seed = from; seed < from + CHUNK; seed += 1) {
      const { failure } = await simulate({ seed });
      if (failure) failures.push(`bun run sim --seed ${seed}: ${failure.rule}: ${failure.message}`);
    }
    expect(failures).toEqual([]);
  });
}

test("the same seed is the same run, event by event and hash by hash", async () => {
  for (const seed of [7, 11, 14]) {
    const [first, second] = [await simulate({ seed }), await simulate({ seed })];
    expect(second).toEqual(first);
  }
});

test("another seed is another run", async () => {
  const hashes = new Set<string>();
  for (let seed = 1; seed <= 5; seed += 1) hashes.add((await simulate({ seed })).hash);
  expect(hashes.size).toBe(5);
});
