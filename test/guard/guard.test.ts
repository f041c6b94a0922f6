// The guard's decision for every mode and every kind of effect, and what stands above the mode.
import { expect, test } from "bun:test";
import { classifyCommand } from "../../src/agent/guard/classify-command.ts";
import { NO_HISTORY } from "../../src/agent/guard/history.ts";
import {
  EFFECTS,
  type Effect,
  type EffectKind,
  type GuardDecision,
} from "../../src/domain/effect.ts";
import { SAFETY_MODES, type SafetyMode } from "../../src/domain/session.ts";
import { clusterOf, decisionOn } from "./questions.ts";
import { KNOWLEDGE } from "./worst-effect.ts";

const MUTATING: Readonly<Record<SafetyMode, GuardDecision["decision"]>> = {
  observe: "deny",
  approve: "ask",
  execute: "allow",
};
const REFUSED: readonly EffectKind[] = ["destroy", "oversight", "foreign", "hidden"];

function expectedFor(kind: EffectKind, mode: SafetyMode): GuardDecision["decision"] {
  if (kind === "read") return "allow";
  if (REFUSED.includes(kind)) return "deny";
  return kind === "unknown" && mode === "execute" ? "deny" : MUTATING[mode];
}

for (const mode of SAFETY_MODES) {
  for (const kind of EFFECTS) {
    const expected = expectedFor(kind, mode);
    test(`${mode}: ${kind} is ${expected}, with a reason that names it`, () => {
      const targets = kind === "interrupt" ? ["kv1"] : [];
      const effects = [
        { kind: "read", targets: [], source: "ls" },
        { kind, targets, source: "the command" },
      ] as const;
      const { decision, reason } = decisionOn({ effects, mode });
      expect(decision).toBe(expected);
      expect(reason).toContain(
        kind === "read" ? "reads" : kind === "interrupt" ? "kv1" : "the command",
      );
    });
  }
}

test("one destructive command among harmless ones refuses the whole line", () => {
  const effects = classifyCommand("ls; ls | xargs rm; ls", KNOWLEDGE);
  expect(decisionOn({ effects })).toEqual({
    decision: "deny",
    reason: "rm …: would destroy data or what holds it; find a repair that keeps all data",
    rule: "refusal: destroy",
  });
});

test("stopping store 2 while store 1 is down is refused, and was fine before", () => {
  const effects = classifyCommand("operator subject stop tikv tikv2", KNOWLEDGE);
  const before = { tikv1: "up", tikv2: "up", tikv3: "up" } as const;
  expect(decisionOn({ effects, cluster: clusterOf(before) }).decision).toBe("allow");
  expect(decisionOn({ effects, cluster: clusterOf({ ...before, tikv1: "down" }) })).toEqual({
    decision: "deny",
    reason:
      "interrupting tikv2 would leave 1 of 3 members of role tikv up (tikv1 missing already), " +
      "and 2 are needed",
    rule: "quorum",
  });
});

test("what is worse than harm is said first", () => {
  const effects = [{ kind: "destroy", targets: [], source: "rm x" }] as const;
  const { reason } = decisionOn({ effects, cluster: clusterOf({}) });
  expect(reason).toStartWith("rm x");
});

const FULL = { steps: 20, interruptions: 5 };

test("a ticket, and an hour, have enough of steps at some point", () => {
  const effects = [{ kind: "configure", targets: [], source: "set it" }] as const;
  const some = { steps: 19, interruptions: 5 };
  const allowed = decisionOn({ effects, history: { ticket: some, hour: some } });
  expect(allowed.decision).toBe("allow");
  expect(decisionOn({ effects, history: { ticket: FULL, hour: FULL } })).toMatchObject({
    decision: "deny",
    reason: "20 of 20 steps on this ticket are used up; a person must look",
    rule: "blast radius",
  });
  const busy = { steps: 120, interruptions: 0 };
  expect(decisionOn({ effects, history: { ticket: some, hour: busy } }).reason).toStartWith(
    "120 of 120 steps on this subject within an hour",
  );
});

test("who is down is started whatever the hour has used up, and not again and again", () => {
  const start = { kind: "start", targets: ["kv1"], source: "start it" } as const;
  const hour = { steps: 120, interruptions: 30 };
  const decide = (effects: readonly Effect[], started: Record<string, number>) =>
    decisionOn({ effects, history: { ...NO_HISTORY, hour, started } });
  expect(decide([start], { kv1: 19, kv2: 20 }).decision).toBe("allow");
  expect(decide([start], { kv1: 20 })).toEqual({
    decision: "deny",
    reason: "kv1 was started 20 times within 10 minutes, and ended again; a person must look why",
    rule: "blast radius",
  });
  const more = { kind: "configure", targets: ["kv1"], source: "set it" } as const;
  expect(decide([start, more], {}).decision).toBe("deny");
});

test("members are taken away less often than other steps are made", () => {
  const done = { steps: 5, interruptions: 5 };
  const history = { ticket: done, hour: done };
  const kinds = { interrupt: "deny", start: "allow" } as const;
  for (const kind of ["interrupt", "start"] as const) {
    const effects = [{ kind, targets: ["kv1"], source: "it" }];
    expect(decisionOn({ effects, history }).decision).toBe(kinds[kind]);
  }
});
