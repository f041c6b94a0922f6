// A person's word: on what, how long, how often.
import type { Mutation } from "./mutation.ts";

const APPROVALS = { file: "src/store/approvals.ts", tests: ["test/store/approvals.test.ts"] };

const POLICY = { file: "src/agent/guard/policy.ts", tests: ["test/guard/policy-starts.test.ts"] };

export const PEOPLE: readonly Mutation[] = [
  {
    ...POLICY,
    name: "a rule about starts meets no restart",
    breaks: "policy: a rule meets whatever has the effect that it names",
    original: '...(starts ? ["start" as const] : [])',
    planted: "...[]",
  },
  {
    file: "src/store/approvals-from.ts",
    tests: APPROVALS.tests,
    name: "an approval lasts for ever",
    breaks: "approval: it expires",
    original: "AND (expires_at_ms <= $nowMs OR",
    planted: "AND (expires_at_ms <= 0 OR",
  },
  {
    file: "src/agent/ask-person.ts",
    tests: ["test/agent/approvals.test.ts", "test/agent/guarding.test.ts"],
    name: "any answer is a yes",
    breaks: "approval: a person's word",
    original: 'if (approval.state === "approved") return spend',
    planted: "if (approval) return spend",
  },
  {
    file: "src/agent/ask-person.ts",
    tests: ["test/agent/approvals.test.ts", "test/store/approval-races.test.ts"],
    name: "an approval need not be there to be used",
    breaks: "approval: used once",
    original: "const isAllowed = await queue.useApproval(id, use);",
    planted: "const isAllowed = (await queue.useApproval(id, use)) || true;",
  },
  {
    file: "src/agent/ask-person.ts",
    tests: ["test/agent/approvals.test.ts", "test/agent/guarding.test.ts"],
    name: "a person's word lifts a refusal",
    breaks: "approval: it lifts no refusal",
    original: 'if (now.decision === "deny") {',
    planted: 'if (now.decision === "allow") {',
  },
  {
    file: "src/agent/ask-person.ts",
    tests: ["test/agent/approvals.test.ts"],
    name: "an approval counts in any state",
    breaks: "approval: bound to the state that it was proposed in",
    original: "if (changes.length > 0) {",
    planted: "if (changes.length > 99) {",
  },
];
