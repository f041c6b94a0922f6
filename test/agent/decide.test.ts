// The guard's decision for every mode and every kind of effect.
import { expect, test } from "bun:test";
import { classifyCommand } from "../../src/agent/guard/classify-command.ts";
import { decide } from "../../src/agent/guard/decide.ts";
import { EFFECTS, type EffectKind, type GuardDecision } from "../../src/domain/effect.ts";
import { SAFETY_MODES, type SafetyMode } from "../../src/domain/session.ts";

const MUTATING: Readonly<Record<SafetyMode, GuardDecision["decision"]>> = {
  observe: "deny",
  approve: "ask",
  execute: "allow",
};

function expectedFor(kind: EffectKind, mode: SafetyMode): GuardDecision["decision"] {
  if (kind === "read") return "allow";
  if (kind === "destroy" || kind === "oversight" || kind === "hidden") return "deny";
  return MUTATING[mode];
}

for (const mode of SAFETY_MODES) {
  for (const kind of EFFECTS) {
    const expected = expectedFor(kind, mode);
    test(`${mode}: ${kind} is ${expected}, with a reason that names it`, () => {
      const effects = [
        { kind: "read", targets: [], source: "ls" },
        { kind, targets: [], source: "the command" },
      ] as const;
      const { decision, reason } = decide({ effects, mode });
      expect(decision).toBe(expected);
      expect(reason).toContain(kind === "read" ? "reads" : "the command");
    });
  }
}

test("one destructive command among harmless ones refuses the whole line", () => {
  const knowledge = { members: [], readHosts: [], protectedPaths: [], cwd: "/tmp", variables: {} };
  const effects = classifyCommand("ls; ls | xargs rm; ls", knowledge);
  expect(decide({ effects, mode: "execute" })).toEqual({
    decision: "deny",
    reason: "rm …: would destroy data or what holds it; find a repair that keeps all data",
  });
});
