// What interrupting members would cost: the majority of each role, on what was just observed.
import { expect, test } from "bun:test";
import { decide } from "../../src/agent/guard/decide.ts";
import { harmOfInterrupting } from "../../src/agent/guard/harm.ts";
import type { Effect } from "../../src/domain/effect.ts";
import type { ObservedMember } from "../../src/domain/observation.ts";

type Health = ObservedMember["health"];

function members(health: Readonly<Record<string, Health>>): readonly ObservedMember[] {
  return Object.entries(health).map(([name, seen]) => ({
    name,
    role: name.replace(/\d/, ""),
    health: seen,
    detail: seen,
  }));
}

function interrupting(...targets: readonly string[]): readonly Effect[] {
  return [{ kind: "interrupt", targets, source: "stop it" }];
}

const CASES: readonly {
  readonly what: string;
  readonly targets: readonly string[];
  readonly health: Readonly<Record<string, Health>>;
  readonly harm: RegExp | undefined;
}[] = [
  {
    what: "one of three that are up",
    targets: ["kv1"],
    health: { kv1: "up", kv2: "up", kv3: "up" },
    harm: undefined,
  },
  {
    what: "one of three while another is down",
    targets: ["kv1"],
    health: { kv1: "up", kv2: "down", kv3: "up" },
    harm: /^interrupting kv1 would leave 1 of 3 members of role kv up/,
  },
  {
    what: "two of three at once",
    targets: ["kv1", "kv2"],
    health: { kv1: "up", kv2: "up", kv3: "up" },
    harm: /1 of 3/,
  },
  {
    what: "the one that is down itself",
    targets: ["kv2"],
    health: { kv1: "up", kv2: "down", kv3: "up" },
    harm: undefined,
  },
  {
    what: "one while a member of another role is down",
    targets: ["kv1"],
    health: { kv1: "up", kv2: "up", kv3: "up", pd1: "down" },
    harm: undefined,
  },
  {
    what: "the only one of its role",
    targets: ["pd1"],
    health: { pd1: "up", kv1: "up" },
    harm: /leave 0 of 1/,
  },
  {
    what: "one while nobody can see another",
    targets: ["kv1"],
    health: { kv1: "up", kv2: "unknown", kv3: "up" },
    harm: /1 of 3/,
  },
  { what: "one that nobody can see", targets: ["kv1"], health: {}, harm: /^kv1 cannot be seen/ },
  {
    what: "what is not named",
    targets: [],
    health: { kv1: "up" },
    harm: /^stop it does not say which/,
  },
];

for (const { what, targets, health, harm } of CASES) {
  test(`interrupting ${what} is ${harm ? "harm" : "none"}`, () => {
    const found = harmOfInterrupting(interrupting(...targets), members(health));
    if (harm) expect(found).toMatch(harm);
    else expect(found).toBeUndefined();
  });
}

test("starting what is down does no harm", () => {
  const starting = [{ kind: "start", targets: ["kv2"], source: "start it" }] as const;
  expect(harmOfInterrupting(starting, members({ kv1: "up", kv2: "down" }))).toBeUndefined();
});

test("harm is refused in every mode, and what is worse is said first", () => {
  const harm = "no majority would be left";
  for (const mode of ["approve", "execute"] as const) {
    const decision = decide({ effects: interrupting("kv1"), mode, harm });
    expect(decision).toEqual({ decision: "deny", reason: harm });
  }
  const effects = [{ kind: "destroy", targets: [], source: "rm x" }] as const;
  expect(decide({ effects, mode: "execute", harm }).reason).toStartWith("rm x");
});
