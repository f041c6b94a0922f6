// policy.yaml: what it can tighten and grant, what it cannot lift, and how a wrong one is told.
import { expect, test } from "bun:test";
import { NO_POLICY } from "../../src/agent/guard/policy.ts";
import { readPolicy } from "../../src/agent/guard/read-policy.ts";
import type { Effect } from "../../src/domain/effect.ts";
import { clusterOf, decisionOn } from "./questions.ts";

const STOP_KV1: readonly Effect[] = [{ kind: "interrupt", targets: ["kv1"], source: "stop kv1" }];
const START_KV1: readonly Effect[] = [{ kind: "start", targets: ["kv1"], source: "start kv1" }];
const NIGHT_MS = Date.UTC(2026, 0, 1, 23, 30);
const NOON_MS = Date.UTC(2026, 0, 1, 12, 0);

function policyOf(text: string) {
  return readPolicy(text, "policy.yaml");
}

/** A moment at which the cluster was just seen. */
function at(nowMs: number, effects: readonly Effect[], text: string) {
  const cluster = clusterOf({ kv1: "up", kv2: "up", kv3: "up" }, { seenAtMs: nowMs });
  return decisionOn({ effects, nowMs, cluster, policy: policyOf(text) });
}

const QUIET_NIGHTS = `
rules:
  - name: quiet nights
    decision: deny
    effect: interrupt
    hours: 22-6
    reason: the batch jobs run then
`;

test("a rule holds within its hours, over midnight too, and says its reason", () => {
  expect(at(NIGHT_MS, STOP_KV1, QUIET_NIGHTS)).toEqual({
    decision: "deny",
    reason: `interrupts kv1: the policy's "quiet nights" refuses it: the batch jobs run then`,
    rule: "policy: quiet nights",
  });
  expect(at(NOON_MS, STOP_KV1, QUIET_NIGHTS).rule).toBe("mode execute");
  expect(at(NIGHT_MS, START_KV1, QUIET_NIGHTS).rule).toBe("mode execute");
});

test("a rule about interruptions meets what lets everybody wait", () => {
  const resign = { kind: "configure", targets: [], source: "resign" } as const;
  expect(at(NIGHT_MS, [{ ...resign, pauses: true }], QUIET_NIGHTS).decision).toBe("deny");
  expect(at(NIGHT_MS, [resign], QUIET_NIGHTS).decision).toBe("allow");
});

test("a day ends at 24, in two ways of writing", () => {
  for (const hours of ["22-24", "22:00 - 24:00"]) {
    const text = `rules: [{ decision: deny, hours: "${hours}" }]`;
    expect(policyOf(text).rules[0]?.hours).toEqual({ from: 22 * 60, until: 0 });
  }
});

test("hours are meant in the policy's time zone", () => {
  const inTokyo = `time_zone: Asia/Tokyo\n${QUIET_NIGHTS}`;
  expect(at(NIGHT_MS, STOP_KV1, inTokyo).decision).toBe("allow"); // 08:30 there
  expect(at(Date.UTC(2026, 0, 1, 14), STOP_KV1, inTokyo).decision).toBe("deny"); // 23:00 there
});

const NARROW = [
  { rule: "subject: tikv", isMeant: true },
  { rule: "subject: [ratelimiter]", isMeant: false },
  { rule: "member: kv1", isMeant: true },
  { rule: "member: [kv2, kv3]", isMeant: false },
  { rule: "effect: [interrupt, configure]", isMeant: true },
  { rule: "effect: start", isMeant: false },
  { rule: "action: restart_member", isMeant: true },
  { rule: "action: start_member", isMeant: false },
];

for (const { rule, isMeant } of NARROW) {
  test(`a rule with ${rule} ${isMeant ? "speaks" : "does not speak"} of restarting kv1`, () => {
    const policy = policyOf(`rules: [{ decision: ask, ${rule} }]`);
    const { decision } = decisionOn({ effects: STOP_KV1, action: "restart_member", policy });
    expect(decision).toBe(isMeant ? "ask" : "allow");
  });
}

test("what names no member may mean any of them", () => {
  const effects = [{ kind: "configure", targets: [], source: "pd-ctl config set x 1" }] as const;
  const policy = policyOf("rules: [{ decision: deny, member: kv1 }]");
  expect(decisionOn({ effects, policy }).decision).toBe("deny");
  expect(decisionOn({ effects, policy, action: "remove_scheduler" }).decision).toBe("deny");
});

test("a rule about actions meets commands with the same effect, and grants none", () => {
  const actions = [
    { name: "restart_member", effect: "interrupt" },
    { name: "remove_scheduler", effect: "configure" },
  ] as const;
  const decided = (named: string, effects: typeof STOP_KV1, decision = "deny") => {
    const policy = policyOf(`rules: [{ decision: ${decision}, action: ${named} }]`);
    return decisionOn({ effects, policy, actions, mode: "approve" }).decision;
  };
  expect(decided("restart_member", STOP_KV1)).toBe("deny");
  expect(decided("restart_member", START_KV1)).toBe("ask");
  expect(decided("remove_scheduler", STOP_KV1)).toBe("ask");
  const network = [{ kind: "network", targets: [], source: "tc qdisc del" }] as const;
  expect(decided("remove_scheduler", network)).toBe("deny");
  expect(decided("restart_member", STOP_KV1, "allow")).toBe("ask");
});

const GRANT = "rules: [{ decision: allow, action: start_member, member: [kv1, kv2] }]";

test("a granted action needs no person in mode approve; a command and another member do", () => {
  const policy = policyOf(GRANT);
  const asked = { effects: START_KV1, mode: "approve", policy } as const;
  expect(decisionOn({ ...asked, action: "start_member" })).toMatchObject({
    decision: "allow",
    rule: "policy: rule 1",
  });
  expect(decisionOn(asked).decision).toBe("ask");
  expect(decisionOn({ ...asked, action: "restart_member" }).decision).toBe("ask");
  const other = [{ kind: "start", targets: ["kv3"], source: "start kv3" }] as const;
  expect(decisionOn({ ...asked, effects: other, action: "start_member" }).decision).toBe("ask");
});

test("deny beats ask beats allow, in whichever order they stand", () => {
  const rules = ["allow", "ask", "deny"].map(
    (decision) => `  - { decision: ${decision}, action: start_member }`,
  );
  const asked = { effects: START_KV1, action: "start_member", mode: "approve" } as const;
  for (const [count, expected] of [
    [1, "allow"],
    [2, "ask"],
    [3, "deny"],
  ] as const) {
    for (const listed of [rules.slice(0, count), rules.slice(0, count).reverse()]) {
      const policy = policyOf(`rules:\n${listed.join("\n")}`);
      expect(decisionOn({ ...asked, policy }).decision).toBe(expected);
    }
  }
});

test("no policy lifts a refusal, harm, the radius or mode observe", () => {
  const policy = policyOf("rules: [{ decision: allow, action: anything }]");
  const asked = { policy, action: "anything" };
  for (const kind of ["destroy", "oversight", "foreign", "hidden"] as const) {
    const effects = [{ kind, targets: [], source: "it" }];
    expect(decisionOn({ ...asked, effects, mode: "approve" }).rule).toBe(`refusal: ${kind}`);
  }
  const two = [{ kind: "interrupt", targets: ["kv1", "kv2"], source: "it" }] as const;
  expect(decisionOn({ ...asked, effects: two, mode: "approve" }).rule).toBe("quorum");
  expect(decisionOn({ ...asked, effects: START_KV1, mode: "observe" }).rule).toBe("mode observe");
});

test("limits are lowered by it", () => {
  const policy = policyOf("limits: { ticket: { interruptions: 0 } }");
  expect(decisionOn({ effects: STOP_KV1, policy })).toMatchObject({
    decision: "deny",
    rule: "blast radius",
  });
  expect(decisionOn({ effects: START_KV1, policy }).decision).toBe("allow");
});

test("a file without rules says so: one that is empty was perhaps cut off", () => {
  expect(policyOf("rules: []")).toEqual(NO_POLICY);
  for (const text of ["", "# nothing yet\n"]) expect(() => policyOf(text)).toThrow("it is empty");
});

const WRONG = [
  { text: "rules:\n  - decision: deny\n  - {a: 1\n", says: "line 3: unexpected" },
  {
    text: "rules: [{ decision: allow }]",
    says: "rules, number 1, action: an allow rule must name",
  },
  {
    text: "rules: [{ decision: deny }, { decision: never }]",
    says: "rules, number 2, decision: ",
  },
  { text: "rules: [{ decision: deny, hours: 25-6 }]", says: "hours: must be a span such as 22-6" },
  { text: "rules: [{ decision: deny, hours: '24:30-3' }]", says: "hours: must be a span" },
  { text: "rules: [{ decision: deny, hours: 22-24:01 }]", says: "hours: must be a span" },
  { text: "rules: [{ decision: deny, hours: 6-6 }]", says: "hours: begins when it ends" },
  {
    text: "rules: [{ decision: deny, membr: kv1 }]",
    says: 'rules, number 1: Unrecognized key: "m',
  },
  {
    text: "rules: [{ decision: deny, member: [] }]",
    says: "rules, number 1, member: must be names",
  },
  { text: 'rules: [{ decision: deny, member: "tikv*" }]', says: "member: must be names" },
  {
    text: 'rules: [{ decision: deny, subject: ["tikv, x"] }]',
    says: "subject, number 1: must be names",
  },
  { text: "rules: [{ decision: deny, action: [] }]", says: "action: must be names" },
  { text: "rules: [{ decision: deny, effect: explode }]", says: "rules, number 1, effect: " },
  { text: "limits: { hour: { steps: 1000 } }", says: "limits, hour, steps: can only be lowered" },
  { text: "time_zone: Mars/Olympus", says: "time_zone: must be a name such as Europe/Berlin" },
  { text: "- 1", says: "the file: " },
];

for (const { text, says } of WRONG) {
  test(`${JSON.stringify(text)} is refused: ${says}`, () => {
    expect(() => policyOf(text)).toThrow(`reading the policy policy.yaml: `);
    expect(() => policyOf(text)).toThrow(says);
  });
}

test("while the file cannot be followed only reads are allowed, in every mode", () => {
  const policy = { ...policyOf(GRANT), trouble: "reading the policy: line 3: unexpected token" };
  const read = [{ kind: "read", targets: [], source: "ls" }] as const;
  for (const mode of ["observe", "approve", "execute"] as const) {
    const asked = { policy, mode, action: "start_member" };
    expect(decisionOn({ ...asked, effects: START_KV1 })).toMatchObject({
      decision: "deny",
      rule: "policy",
    });
    expect(decisionOn({ ...asked, effects: read }).decision).toBe("allow");
  }
});
