// What decides that a ticket is resolved.
import type { Mutation } from "./mutation.ts";

const VERIFY = { file: "src/monitor/verify.ts", tests: ["test/monitor/verify.test.ts"] };

export const VERIFICATION: readonly Mutation[] = [
  {
    ...VERIFY,
    name: "one look is enough",
    breaks: "verification: three holds in a row",
    original: "export const OBSERVATIONS_MIN = 3;",
    planted: "export const OBSERVATIONS_MIN = 1;",
  },
  {
    ...VERIFY,
    name: "the settle time does not count",
    breaks: "verification: over the settle time",
    original: "nowMs - watch.holdsSinceMs >= ticket.settleMs",
    planted: "nowMs - watch.holdsSinceMs >= 0",
  },
  {
    ...VERIFY,
    name: "a look that began before the conclusion counts",
    breaks: "verification: looks that began after the conclusion",
    original: "if (observedFromMs < watch.sinceMs) return watch;",
    planted: "",
  },
  {
    ...VERIFY,
    name: "what is not seen does not break a run of holds",
    breaks: "verification: unknown is no hold",
    original: 'if (verdict?.state !== "holds") return',
    planted: 'if (verdict?.state === "violated") return',
  },
  {
    ...VERIFY,
    name: "touched members may be worse",
    breaks: "verification: touched members have no new violation",
    original: "if (hasSettled(view) && !regression) return",
    planted: "if (hasSettled(view)) return",
  },
  {
    file: "src/monitor/settle.ts",
    tests: ["test/monitor/regressions.test.ts"],
    name: "violations of touched members are looked for where nothing was touched",
    breaks: "verification: touched members have no new violation",
    original: "touched.includes(violation.verdict.entity)",
    planted: "!touched.includes(violation.verdict.entity)",
  },
  {
    file: "src/monitor/settle.ts",
    tests: ["test/monitor/regressions.test.ts"],
    name: "what could not be seen beside a repair is not worse",
    breaks: "verification: touched members have no new violation",
    original: "?? Number.POSITIVE_INFINITY) <= watch.openedMs",
    planted: "?? Number.POSITIVE_INFINITY) < Number.POSITIVE_INFINITY",
  },
  {
    file: "src/monitor/detect.ts",
    tests: ["test/monitor/detect.test.ts"],
    name: "what is not seen is over",
    breaks: "detection: unknown ends nothing",
    original: 'if (verdict.state === "holds") after.delete(fingerprint);',
    planted: 'if (verdict.state !== "violated") after.delete(fingerprint);',
  },
  {
    file: "src/store/verification.ts",
    tests: ["test/store/moves.test.ts", "test/store/sessions.test.ts"],
    name: "who did nothing gets the credit",
    breaks: "credit: verified_fix needs a change",
    original: 'changes > 0 ? "verified_fix" : "self_healed"',
    planted: 'changes >= 0 ? "verified_fix" : "self_healed"',
  },
  {
    file: "src/store/verification.ts",
    tests: ["test/store/sessions.test.ts", "test/store/moves.test.ts"],
    name: "a session outlives its ticket",
    breaks: "sessions: one runs exactly as long as it has its ticket",
    original: '  finishSession(call, { sessionId, stopReason: "concluded", detail: reason });\n',
    planted: "",
  },
  {
    ...VERIFY,
    name: "a ticket heals at once",
    breaks: "healing: three holds over the settle time",
    original: 'if (!hasSettled(view)) return { type: "wait" };',
    planted: 'if (view.verdict?.state !== "holds") return { type: "wait" };',
  },
];
