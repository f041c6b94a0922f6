// What interrupting members would cost: the majority of each role, on what was just observed.
import { expect, test } from "bun:test";
import { findHarm, SIGHT_MS_MAX } from "../../src/agent/guard/harm.ts";
import type { Effect } from "../../src/domain/effect.ts";
import type { ObservedMember } from "../../src/domain/observation.ts";
import { clusterOf, NOW_MS, type Sight } from "./questions.ts";

type Health = Readonly<Record<string, ObservedMember["health"]>>;

interface Case {
  readonly what: string;
  readonly targets: readonly string[];
  readonly health: Health;
  readonly sight?: Sight;
  readonly harm: RegExp | undefined;
}

function interrupting(...targets: readonly string[]): readonly Effect[] {
  return [{ kind: "interrupt", targets, source: "stop it" }];
}

const UP = { kv1: "up", kv2: "up", kv3: "up" } as const;
const FIVE = { ...UP, kv4: "up", kv5: "up" } as const;
const OF_THREE = { name: "stores, of which a region has 3", members: Object.keys(FIVE), spare: 1 };

const ONE = { name: "Redis", members: ["kv1"], spare: 0 };

test("copies are as many as declared, three where nobody says, and up to these", () => {
  const asks = (copies: number): readonly Effect[] => [
    { kind: "configure", targets: [], source: "max-replicas", copies },
  ];
  const five = { quorums: [OF_THREE, { ...OF_THREE, copies: 5 }] };
  const harmOf = (copies: number, sight?: Sight) =>
    findHarm(asks(copies), { cluster: clusterOf(FIVE, sight), nowMs: NOW_MS })?.reason;
  expect(harmOf(3, five)).toBe("of each region 3 copies would stay, where 5 are declared");
  const told1 = { quorums: [{ ...OF_THREE, copies: 1 }] };
  expect([harmOf(5, five), harmOf(3), harmOf(1, told1), harmOf(3, told1)]).toEqual(
    Array.from({ length: 4 }, () => undefined),
  );
  expect(harmOf(7, five)).toBe("of each region 7 copies would be made, where 5 are declared");
  expect(harmOf(5)).toContain("where 3 are declared");
  expect(harmOf(2)).toContain("where 3 are declared");
});

test("who is away or unseen is not handed the lead", () => {
  const lead = (name: string): Effect => ({
    ...{ kind: "configure", targets: [name], source: "transfer", pauses: true },
  });
  const cluster = clusterOf({ ...UP, kv2: "down", kv3: "unknown" });
  const harmOf = (name: string) => findHarm([lead(name)], { cluster, nowMs: NOW_MS })?.reason;
  expect(["kv1", "kv2", "kv3"].map(harmOf)).toEqual([
    undefined,
    "kv2 does not answer, and cannot lead",
    "kv3 does not answer, and cannot lead",
  ]);
});

test("memory is not bounded below what is held, nor where nobody can say how much that is", () => {
  const harmOf = (bytes: number | undefined, heldBytes?: number | null, boundBytes?: number) =>
    findHarm(
      [
        {
          ...{ kind: "configure", targets: [], source: "maxmemory" },
          ...(bytes !== undefined && { memoryBytes: bytes }),
        },
      ],
      { cluster: clusterOf(UP, { quorums: [{ ...ONE, heldBytes, boundBytes }] }), nowMs: NOW_MS },
    )?.reason;
  expect(harmOf(70, 70)).toBe("Redis holds 70 bytes, and 70 would leave no room");
  expect(harmOf(100, 95)).toBe("Redis holds 95 bytes, and 100 would leave no room");
  expect(harmOf(100, 94)).toBeUndefined();
  const noRoom = "Redis holds an unknown number of bytes, and 70 would leave no room";
  expect(harmOf(70, null)).toBe(noRoom);
  expect([harmOf(74, 70), harmOf(0, 70), harmOf(undefined, null), harmOf(70)]).toEqual(
    Array.from({ length: 4 }, () => undefined),
  );
  const more = "Redis may take 90 bytes, as declared, not more";
  expect([harmOf(90, 70, 90), harmOf(91, 70, 90), harmOf(0, 70, 90)]).toEqual([
    undefined,
    more,
    more,
  ]);
});

const CASES: readonly Case[] = [
  {
    what: "one that is down and holds nothing",
    targets: ["kv1"],
    health: { kv1: "down" },
    sight: { quorums: [{ ...ONE, holding: [] }] },
    harm: undefined,
  },
  {
    what: "one that does not answer, and may hold what is nowhere else",
    targets: ["kv1"],
    health: { kv1: "down" },
    sight: { quorums: [{ ...ONE, holding: ["kv1"] }] },
    harm: /^kv1 does not answer, and its process may hold what it has not saved/,
  },
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
    what: "one that looks down while another is down, for it may still vote",
    targets: ["kv2"],
    health: { kv1: "down", kv2: "down", kv3: "up" },
    harm: /^interrupting kv2 would leave 1 of 3 members of role kv up \(kv1 missing already\)/,
  },
  {
    what: "two that look down at once",
    targets: ["kv1", "kv2"],
    health: { kv1: "down", kv2: "down", kv3: "up" },
    harm: /1 of 3/,
  },
  {
    what: "the only one of its role, which is down",
    targets: ["pd1"],
    health: { pd1: "down", kv1: "up" },
    harm: undefined,
  },
  {
    what: "one while another answers us alone",
    targets: ["kv2"],
    health: UP,
    sight: { quorums: [{ name: "stores", members: Object.keys(UP), spare: 1, cutOff: ["kv1"] }] },
    harm: /leave 1 of 3 stores up \(kv1 missing or cut off\)/,
  },
  {
    what: "the one that answers us alone",
    targets: ["kv1"],
    health: UP,
    sight: { quorums: [{ name: "stores", members: Object.keys(UP), spare: 0, cutOff: ["kv1"] }] },
    harm: undefined,
  },
  {
    what: "one of three while another looks well that was just interrupted",
    targets: ["kv1"],
    health: UP,
    sight: { shaken: ["kv2"] },
    harm: /leave 1 of 3 members of role kv up \(kv2 missing, or interrupted just now\)/,
  },
  {
    what: "the one that was just interrupted itself",
    targets: ["kv2"],
    health: UP,
    sight: { shaken: ["kv2"] },
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
  {
    what: "one that nobody can see",
    targets: ["kv4"],
    health: UP,
    harm: /^kv4 cannot be seen/,
  },
  { what: "what is not named", targets: [], health: UP, harm: /^stop it does not say which/ },
  {
    what: "two of five stores, of which a region may have two of its three copies",
    targets: ["kv1", "kv2"],
    health: FIVE,
    sight: { quorums: [OF_THREE] },
    harm: /would leave 3 of 5 stores, of which a region has 3 up, and 4 are needed/,
  },
  {
    what: "one of five of such stores",
    targets: ["kv1"],
    health: FIVE,
    sight: { quorums: [OF_THREE] },
    harm: undefined,
  },
  {
    what: "one that belongs to no group",
    targets: ["jobs"],
    health: { jobs: "up" },
    sight: { quorums: [] },
    harm: undefined,
  },
  {
    what: "one while another session is working on its peer",
    targets: ["kv1"],
    health: UP,
    sight: { inRepair: ["kv2"] },
    harm: /kv2 missing already/,
  },
  {
    what: "one that another session is working on",
    targets: ["kv1"],
    health: UP,
    sight: { inRepair: ["kv1"] },
    harm: /^somebody else is at work on kv1/,
  },
  {
    what: "one when the last look is too old",
    targets: ["kv1"],
    health: UP,
    sight: { seenAtMs: NOW_MS - SIGHT_MS_MAX - 1 },
    harm: /last seen 10 s ago/,
  },
  {
    what: "one when the last look is of a clock that was set back",
    targets: ["kv1"],
    health: UP,
    sight: { seenAtMs: NOW_MS + SIGHT_MS_MAX + 1 },
    harm: /last seen after now/,
  },
  {
    what: "one when the last look is just young enough",
    targets: ["kv1"],
    health: UP,
    sight: { seenAtMs: NOW_MS - SIGHT_MS_MAX },
    harm: undefined,
  },
];

for (const { what, targets, health, sight, harm } of CASES) {
  test(`interrupting ${what} is ${harm ? "harm" : "none"}`, () => {
    const cluster = clusterOf(health, sight);
    const found = findHarm(interrupting(...targets), { cluster, nowMs: NOW_MS });
    if (harm) expect(found?.reason).toMatch(harm);
    else expect(found).toBeUndefined();
  });
}

test("starting is no harm, be it seen or not; changing what nobody sees is", () => {
  const blind = clusterOf({ kv1: "unknown", kv2: "unknown" });
  for (const [kind, rule] of [
    ["start", undefined],
    ["configure", "sight"],
    ["network", "sight"],
    ["unknown", "sight"],
  ] as const) {
    const effects = [{ kind, targets: ["kv2"], source: "it" }];
    expect(findHarm(effects, { cluster: blind, nowMs: NOW_MS })?.rule).toBe(rule);
  }
});
