// Keys that stand twice in one mapping, in every form in which a policy may be written.
import { expect, test } from "bun:test";
import { readPolicy } from "../../src/agent/guard/read-policy.ts";
import { readKeys } from "../../src/agent/guard/repeated-keys.ts";

const REPEATED: readonly (readonly [string, { line: number; key: string }])[] = [
  ["a: 1\na: 2\n", { line: 2, key: "a" }],
  ["rules:\n- decision: deny\n  decision: ask\n", { line: 3, key: "decision" }],
  ["rules:\n  -\n    decision: deny\n    decision: ask\n", { line: 4, key: "decision" }],
  ["rules: [{ decision: deny, decision: allow }]", { line: 1, key: "decision" }],
  ['rules: [{"decision":"deny","decision":"ask"}]', { line: 1, key: "decision" }],
  ["rules:\n  - { a: 1,\n      b: 2,\n      a: 3 }\n", { line: 4, key: "a" }],
  ["limits:\n  ticket:\n    steps: 1\n  ticket:\n    steps: 2\n", { line: 4, key: "ticket" }],
  ["rules: []\nlimits: {}\nrules: []", { line: 3, key: "rules" }],
  ["\"a\": 1\n'a': 2\n", { line: 2, key: "a" }],
  ["a: # first\n  b: 1\na: 3", { line: 3, key: "a" }],
];

const PLAIN: readonly string[] = [
  "rules:\n  - decision: deny\n    member: kv1\n  - decision: ask\n    member: kv1\n",
  "rules:\n- decision: deny\n- decision: ask\n",
  "rules: [{ decision: deny }, { decision: allow, action: [a, b] }]",
  "limits: { ticket: { steps: 1 }, hour: { steps: 2 } }",
  "limits:\n  ticket:\n    steps: 1\n  hour:\n    steps: 2\n",
  "rules:\n  - decision: deny\n    reason: |\n      name: a\n      name: b\n    name: x\n",
  "rules:\n  - decision: deny\n    reason: 'a: b, decision: c' # decision: x\n",
  "rules:\n  - decision: deny\n    member:\n      - kv1\n      - kv2\n    effect: start\n",
  "rules:\n  - hours: 22:00-06:00\n    decision: deny\n",
  "rules:\n  - reason: not {now\n    decision: deny\n  - decision: ask\n",
  "rules: [{ decision: deny, reason: 'a } b', name: \"c { d\" }]\n",
  "rules:\n  - { decision: deny, member: [kv1, kv2],\n      reason: so }\n",
];

/** What stands twice there, or not at all, is not to be seen without all of YAML. */
const UNPLAIN: readonly string[] = [
  'rules:\n  - decision: deny\n    reason: "not\n      {now"\n    decision: ask\n',
  "rules:\n  - decision: deny\n    reason: !!str |\n      {\n    decision: ask\n",
  "rules:\n  - decision: deny\n    reason: &x |\n      {\n    decision: ask\n",
  "rules: [{ decision: deny }]\n!!str rules: []\n",
  "rules: [{ decision: deny }]\n&z rules: []\n",
  "rules: [{ decision: deny }]\n? rules\n: []\n",
  'rules: [{ decision: deny }]\n"\\x72ules": []\n',
  "rules: [{ decision: deny }]\rrules: []\n",
  "limits: &a { ticket: { steps: 1 } }\nrules: [{ <<: *a, decision: deny }]\n",
];

for (const text of UNPLAIN) {
  test(`${JSON.stringify(text)} is not read in one of two ways`, () => {
    expect(() => readPolicy(text, "policy.yaml")).toThrow(/two ways|stands there twice|parse|line/);
  });
}

for (const [text, found] of REPEATED) {
  test(`in ${JSON.stringify(text)} ${found.key} stands twice`, () => {
    expect(readKeys(text).repeated).toEqual(found);
  });
}

for (const text of PLAIN) {
  test(`in ${JSON.stringify(text)} no key stands twice`, () => {
    expect(readKeys(text).repeated).toBeUndefined();
    expect(() => readPolicy(text, "policy.yaml")).not.toThrow();
  });
}

test("a policy in which one does is refused, with its line", () => {
  const text = "rules:\n  - decision: deny\n    decision: ask\n";
  expect(() => readPolicy(text, "policy.yaml")).toThrow(
    'reading the policy policy.yaml: line 3: "decision" stands there twice',
  );
});
