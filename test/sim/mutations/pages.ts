// What the page of a ticket tells whoever was asleep.
import type { Mutation } from "./mutation.ts";

const AROUND = {
  file: "src/commands/audit-around.ts",
  tests: ["test/audit/explain-beside.test.ts"],
};
const HEADLINE = {
  file: "src/commands/audit-headline.ts",
  tests: ["test/audit/explain-time.test.ts"],
};
const LOOK = { file: "src/store/ticket-look.ts", tests: ["test/audit/altered-page.test.ts"] };

export const PAGES: readonly Mutation[] = [
  {
    ...LOOK,
    name: "a row that does not give its seal is quoted",
    breaks: "page: what was altered is said to be",
    original: "if (sealOf(table, columns) !== columns.seal) return true;",
    planted: "",
  },
  {
    ...LOOK,
    name: "a row that is gone is not missed",
    breaks: "page: what was altered is said to be",
    original: "return missing.size > 0;",
    planted: "return false;",
  },
  {
    ...LOOK,
    name: "an event that is gone is not missed",
    breaks: "page: what was altered is said to be",
    original:
      "if (countOf(call, between, [firstId, endId]) !== endId - firstId + 1) return undefined;",
    planted: "",
  },
  {
    ...AROUND,
    name: "what was done before it broke is told as its end",
    breaks: "page: only what rows prove",
    original: "isBefore: atMs < violatedSinceMs",
    planted: "isBefore: atMs < 0",
  },
  {
    ...AROUND,
    name: "a repair that it outlived is told with its healing",
    breaks: "page: only what rows prove",
    original: "(resolvedAtMs ?? 0) < ticket.lastViolatedAtMs",
    planted: "(resolvedAtMs ?? 0) < 0",
  },
  {
    file: "src/commands/audit-effect.ts",
    tests: ["test/audit/explain-beside.test.ts"],
    name: "a step that failed is told as a change",
    breaks: "page: what did not take effect has changed nothing",
    original: 'failed: "tried"',
    planted: 'failed: "changed"',
  },
  {
    ...HEADLINE,
    name: "who asked and is gone is waited for",
    breaks: "page: a person's answer is wanted by somebody",
    original: "if (asked.some(isAwaited)) return",
    planted: "if (asked.length > 0) return",
  },
  {
    file: "src/commands/audit-when.ts",
    tests: ["test/audit/explain-time.test.ts"],
    name: "what waited to be closed is told as broken until then",
    breaks: "page: only what rows prove",
    original: "resolvedAtMs - (wellForMs ?? 0)",
    planted: "resolvedAtMs",
  },
  {
    file: "src/commands/audit-clock.ts",
    tests: ["test/audit/explain-time.test.ts"],
    name: "a clock that was set back is not told",
    breaks: "page: no duration of a clock that was set",
    original: "if (ms < 0) setBack ??=",
    planted: "if (ms < -1e15) setBack ??=",
  },
];
