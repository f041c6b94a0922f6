// What is taken back, and what was interrupted.
import type { Mutation } from "./mutation.ts";

export const REPAIRS: readonly Mutation[] = [
  {
    file: "src/agent/steps.ts",
    tests: ["test/agent/undo.test.ts"],
    name: "the oldest change is taken back first",
    breaks: "undo: newest first",
    original: ".toSorted((left, right) => right.entry.id - left.entry.id);",
    planted: ".toSorted((left, right) => left.entry.id - right.entry.id);",
  },
  {
    file: "src/agent/session.ts",
    tests: ["test/agent/undo.test.ts"],
    name: "nothing is taken back",
    breaks: "undo: what a failed attempt changed",
    original: "return undoAttempt(opened.context, await converse(opened.context));",
    planted: "return converse(opened.context);",
  },
  {
    file: "src/agent/settle.ts",
    tests: ["test/agent/settle.test.ts"],
    name: "what was interrupted took effect, whatever is seen",
    breaks: "settling: by looking",
    original: "if (check.isMet) return",
    planted: "if (check) return",
  },
  {
    file: "src/store/interrupted-steps.ts",
    tests: ["test/store/interrupted-steps.test.ts"],
    name: "a step of a session that works is settled by another",
    breaks: "settling: only what was interrupted",
    original: "WHERE journal.state = 'intended' AND sessions.ended_at_ms IS NOT NULL",
    planted: "WHERE journal.state = 'intended'",
  },
];
