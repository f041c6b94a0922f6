import { describe, expect, test } from "bun:test";
import type { Verdict } from "../../src/domain/verdict.ts";
import {
  firingNow,
  nextFiringAtMs,
  trackViolations,
  type Violations,
} from "../../src/monitor/detect.ts";
import { verdictWith } from "../support/verdicts.ts";

const NONE: Violations = new Map();
const FINGERPRINT = "toy/answers/one";

/** Feeds one verdict per second, from second 0, and gives the states after each. */
function statesOver(states: readonly (Verdict["state"] | "absent")[]): readonly string[] {
  let violations = NONE;
  return states.map((state, second) => {
    const verdicts = state === "absent" ? [] : [verdictWith({ state, forMs: 1_500 })];
    violations = trackViolations(violations, verdicts, second * 1_000);
    return violations.get(FINGERPRINT)?.state ?? "none";
  });
}

describe("violations", () => {
  test("one is pending until it has lasted forMs, then fires", () => {
    const states = statesOver(["violated", "violated", "violated", "violated"]);
    expect(states).toEqual(["pending", "pending", "firing", "firing"]);
  });

  test("holding once ends it, and the next one starts from zero", () => {
    const states = statesOver(["violated", "violated", "holds", "violated", "violated"]);
    expect(states).toEqual(["pending", "pending", "none", "pending", "pending"]);
  });

  test("unknown starts none", () => {
    expect(statesOver(["unknown", "unknown"])).toEqual(["none", "none"]);
  });

  test("unknown, or an entity that is missing, ends none", () => {
    const states = statesOver(["violated", "unknown", "absent", "violated"]);
    expect(states).toEqual(["pending", "pending", "pending", "firing"]);
  });

  test("what is said by who must know fires at once, and goes on firing by less", () => {
    const known = trackViolations(NONE, [verdictWith({ forMs: 60_000, isDefinite: true })], 0);
    const seen = trackViolations(known, [verdictWith({ forMs: 60_000 })], 1_000);
    const states = [known, seen].map((violations) => violations.get(FINGERPRINT)?.state);
    expect(states).toEqual(["firing", "firing"]);
  });

  test("a firing violation counts only in observations that saw it", () => {
    const violated = verdictWith({ forMs: 0 });
    const violations = trackViolations(NONE, [violated], 0);
    expect(firingNow(violations, [violated]).length).toBe(1);
    expect(firingNow(violations, [verdictWith({ state: "unknown" })])).toEqual([]);
  });

  test("a pending one may fire when it has lasted forMs, unless it is not seen any more", () => {
    const violated = verdictWith({ forMs: 1_500 });
    const violations = trackViolations(NONE, [violated], 1_000);
    expect(nextFiringAtMs(violations, [violated])).toBe(2_500);
    expect(nextFiringAtMs(violations, [verdictWith({ state: "unknown" })])).toBeUndefined();
  });
});
