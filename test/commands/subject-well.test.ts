import { expect, test } from "bun:test";
import { waitUntilWell } from "../../src/commands/subject-well.ts";
import type { ObservedMember } from "../../src/domain/observation.ts";
import { systemClock } from "../../src/infra/clock.ts";
import { openToy } from "../support/toy-subject.ts";

const topology = { subject: "toy", timeScale: 1, members: [], endpoints: [] };
const toySubject = openToy({ topology, runtime: undefined, clock: systemClock });

/** The toy as a series of looks; the last one repeats. */
function seenAs(looks: readonly (readonly ObservedMember["health"][])[]) {
  let seen = 0;
  return {
    ...toySubject,
    async observe() {
      const healths = looks[Math.min(seen, looks.length - 1)] ?? [];
      seen += 1;
      const members = healths.map((health, index) => ({
        name: `m${index}`,
        role: "node",
        health,
        detail: `is ${health}`,
      }));
      return { subject: "toy", startedAtMs: 0, endedAtMs: 0, members };
    },
  };
}

function wait(looks: readonly (readonly ObservedMember["health"][])[], withinMs: number) {
  const signal = new AbortController().signal;
  return waitUntilWell(seenAs(looks), { withinMs, clock: systemClock, signal });
}

test("a subject is well when its members are up and nothing is violated", async () => {
  expect(
    await wait(
      [
        ["up", "down"],
        ["unknown", "up"],
        ["up", "up"],
      ],
      10_000,
    ),
  ).toEqual([]);
});

test("what is wrong when the time is over is said line by line", async () => {
  expect(await wait([["up", "down"]], 0)).toEqual([
    "m1 is down: is down",
    "member_answers (m1): is down",
  ]);
  expect(await wait([["unknown"]], 0)).toEqual(["m0 is unknown: is unknown"]);
});
