// What an approval is bound to: what somebody must have done, and nothing that moves by itself.
import { expect, test } from "bun:test";
import { modelCluster } from "../../src/agent/guard/cluster.ts";
import { seenState } from "../../src/agent/seen-state.ts";
import type { Observation, ObservedMember, QuorumGroup } from "../../src/domain/observation.ts";
import { changesBetween, describeSeen } from "../../src/domain/seen-state.ts";

const MEMBERS: readonly ObservedMember[] = [
  { name: "tikv1", role: "tikv", health: "up", detail: "serving, 4 leaders" },
  { name: "tikv2", role: "tikv", health: "down", detail: "stopped" },
  { name: "tikv3", role: "tikv", health: "up", detail: "serving, 8 leaders" },
];
const LOOK: Observation = { subject: "tikv", startedAtMs: 1, endedAtMs: 2, members: MEMBERS };

interface Seeing {
  readonly look?: Partial<Observation>;
  readonly quorums?: readonly QuorumGroup[];
  readonly inRepair?: readonly string[];
}

function see({ look = {}, quorums, inRepair = [] }: Seeing = {}) {
  const observation = { ...LOOK, ...look };
  return seenState(modelCluster({ observation, quorums, inRepair }), observation);
}

function group(name: string, spare: number): QuorumGroup {
  return { name, members: MEMBERS.map((member) => member.name), spare };
}

function withHealth(name: string, health: ObservedMember["health"]): Seeing {
  const members = MEMBERS.map((member) => (member.name === name ? { ...member, health } : member));
  return { look: { members } };
}

const DISTURBED: Seeing = {
  look: {
    disturbances: {
      state: "read",
      atMs: 1,
      value: [{ member: "tikv1", type: "latency", text: "latency 150 ms" }],
    },
  },
};
const UNREAD: Seeing = {
  look: { disturbances: { state: "failed", reason: "no answer", atMs: 1 } },
};
const [first, second, third] = MEMBERS;

const SAME: readonly (readonly [string, Seeing, Seeing])[] = [
  ["when it was seen", {}, { look: { startedAtMs: 7, endedAtMs: 9 } }],
  [
    "what members say of themselves",
    {},
    { look: { members: MEMBERS.map((member) => ({ ...member, detail: "x", figures: [] })) } },
  ],
  [
    "the order of members",
    {},
    { look: { members: [third, first, second].filter((member) => member !== undefined) } },
  ],
  [
    "how many copies are behind",
    { quorums: [group("stores", 1)] },
    { quorums: [group("stores (3 copies are missing or behind)", 0)] },
  ],
  ["tables of figures", {}, { look: { tables: [{ title: "t", columns: [], rows: [] }] } }],
  ["who is repaired, twice", { inRepair: ["tikv2"] }, { inRepair: ["tikv2", "tikv2"] }],
];

for (const [what, before, now] of SAME) {
  test(`the same state, whatever ${what}`, () => {
    expect(JSON.stringify(see(now))).toBe(JSON.stringify(see(before)));
    expect(changesBetween(see(before), see(now))).toEqual([]);
  });
}

const OTHER: readonly (readonly [string, Seeing, Seeing, string])[] = [
  ["a member that fell", {}, withHealth("tikv1", "down"), "tikv1 was up and is down"],
  ["a member that came back", {}, withHealth("tikv2", "up"), "tikv2 was down and is up"],
  ["a member out of sight", {}, withHealth("tikv3", "unknown"), "tikv3 was up and is unknown"],
  [
    "a member that is no longer one",
    { quorums: [] },
    { quorums: [], look: { members: MEMBERS.slice(0, 2) } },
    "tikv3 is gone",
  ],
  [
    "a new member",
    { quorums: [], look: { members: MEMBERS.slice(0, 2) } },
    { quorums: [] },
    "tikv3 is there now, and up",
  ],
  [
    "other groups",
    { quorums: [] },
    { quorums: [group("stores", 1)] },
    "who must not be missing together is now {tikv1, tikv2, tikv3}",
  ],
  ["a repair under way", {}, { inRepair: ["tikv1"] }, "another session now works on tikv1"],
  ["a repair that ended", { inRepair: ["tikv1"] }, {}, "another session no longer works on tikv1"],
  ["a disturbance", {}, DISTURBED, "disturbed from outside now: tikv1: latency"],
  ["a disturbance lifted", DISTURBED, {}, "no longer disturbed from outside: tikv1: latency"],
  [
    "disturbances that cannot be read",
    {},
    UNREAD,
    "disturbed from outside now: it could not be read",
  ],
];

for (const [what, before, now, words] of OTHER) {
  test(`another state: ${what}`, () => {
    expect(changesBetween(see(before), see(now))).toEqual([words]);
    expect(JSON.stringify(see(now))).not.toBe(JSON.stringify(see(before)));
  });
}

test("a state in one line names what is out of the ordinary", () => {
  expect(describeSeen(see())).toBe("2 of 3 members up; tikv2 down");
  expect(describeSeen(see({ ...DISTURBED, inRepair: ["tikv2"] }))).toBe(
    "2 of 3 members up; tikv2 down; in repair: tikv2; tikv1: latency",
  );
});
