// What is taken back, and what was interrupted.
import type { Mutation } from "./mutation.ts";

const CLEAR_UPS = { file: "src/store/clear-ups.ts", tests: ["test/store/clear-ups.test.ts"] };

const KEPT = {
  breaks: "no acknowledged data is lost",
  tests: ["test/ratelimiter/redis/last-written.test.ts"],
};

export const REPAIRS: readonly Mutation[] = [
  {
    ...KEPT,
    file: "subjects/ratelimiter/redis/config.ts",
    name: "a log that was turned on by hand is not read",
    original: "(await isLogAhead(dataDir)) ?",
    planted: "(await isLogAhead(dataDir)) && false ?",
  },
  {
    ...KEPT,
    file: "subjects/ratelimiter/redis/last-written.ts",
    name: "within its second a dump has nothing that a log has not",
    original: "Math.min(isOwn ? times.birthtimeMs : saidMs, times.mtimeMs)",
    planted: "Math.min(saidMs, times.mtimeMs)",
  },
  {
    ...KEPT,
    file: "src/runtimes/local/end.ts",
    name: "what saves nothing is ended",
    original: "if (loss !== undefined) throw wouldLose(member.name, loss);",
    planted: "",
  },
  {
    file: "subjects/tikv/actions/replication.ts",
    tests: ["test/tikv/replication.test.ts"],
    name: "labels that somebody added are taken away",
    breaks: "no repair does harm",
    original: "givesUpLabels(known, now) ? now : known;",
    planted: "givesUpLabels(known, now) ? known : known;",
  },
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
    original: "sessions.ended_at_ms IS NOT NULL\n        AND tickets.subject = ?",
    planted: "tickets.subject = ?",
  },
  {
    file: "src/agent/take-back.ts",
    tests: ["test/agent/undo-kept.test.ts"],
    name: "what is out of sight for a while stays for good",
    breaks: "undo: what agents left that could not see",
    original: "better.isUnseen ? keptForNow(better.reason) : kept(better.reason)",
    planted: "kept(better.reason)",
  },
  {
    ...CLEAR_UPS,
    name: "what dead agents left is nobody's",
    breaks: "undo: what agents left that died in every attempt",
    original: "if (!isSomethingLeft(call, leaving)) return null;",
    planted: "if (leaving) return null;",
  },
  {
    ...CLEAR_UPS,
    name: "clearing up is not counted",
    breaks: "undo: tried so many times, and no more",
    original: "clear_ups_left = clear_ups_left - 1,",
    planted: "clear_ups_left = clear_ups_left,",
  },
  {
    ...CLEAR_UPS,
    name: "a ticket that a person holds is cleared up",
    breaks: "undo: not what a person has in hand",
    original:
      "INDEXED BY tickets_to_clear_up\n        WHERE state = 'escalated' AND is_held = 0 AND",
    planted: "WHERE state = 'escalated' AND",
  },
  {
    file: "src/store/claims.ts",
    tests: ["test/store/clear-ups.test.ts"],
    name: "who dies clearing up leaves the ticket to be worked on",
    breaks: "escalated: until a person says so",
    original: 'if (session.purpose === "clear_up") return leaveToOthers(call, freeing);',
    planted: "",
  },
];
