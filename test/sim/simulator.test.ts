// Two hundred worlds, and that each of them can be had again.
import { expect, test } from "bun:test";
import { simulate } from "./simulate.ts";

const SEEDS = 200;
const happened = new Set<string>();
/** Spread over tests, so that one that fails names a few seeds, and no test takes long. */
const CHUNK = 10;

for (let from = 1; from <= SEEDS; from += CHUNK) {
  test(`seeds ${from} to ${from + CHUNK - 1} are safe, and come to an end`, async () => {
    const failures: string[] = [];
    for (let seed = from; seed < from + CHUNK; seed += 1) {
      const { failure, happenings } = await simulate({ seed });
      for (const kind of Object.keys(happenings)) happened.add(kind);
      if (failure) failures.push(`bun run sim --seed ${seed}: ${failure.rule}: ${failure.message}`);
    }
    expect(failures).toEqual([]);
  });
}

/** Rules that nobody puts to the test are none. */
const EVENTFUL = [
  ...["approval_used", "approval_voided", "model_failed", "step_settled", "step_undone"],
  ...["ticket_flagged", "usage_added", "verification_refused"],
  ...["end: aborted", "end: concluded", "end: gave_up", "end: lease_lost", "end: model_error"],
  ...["end: repetition", "end: time_limit", "end: turn_limit"],
  ...["approval: denied", "approval: revised", "approval: used", "approval: void"],
  ...["guard: blast radius", "guard: mode approve", "guard: mode execute", "guard: mode observe"],
  ...["guard: policy: hands off", "guard: quorum"],
  ...["guard: refusal: destroy", "guard: refusal: foreign", "guard: refusal: hidden"],
  ...["guard: refusal: oversight", "guard: repair"],
  ...["step: done", "step: failed", "step: undone", "step: took_effect", "step: had_no_effect"],
  ...["ticket: manual", "ticket: self_healed", "ticket: verified_fix"],
  ...["session: clear_up", "undone by: clear_up"],
];

test("all that may happen has happened in them", () => {
  expect(EVENTFUL.filter((kind) => !happened.has(kind))).toEqual([]);
});

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
