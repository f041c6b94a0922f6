// A person's rule about starts meets whatever starts somebody: a restart, and all of a subject.
import { expect, test } from "bun:test";
import { classifyCommand } from "../../src/agent/guard/classify-command.ts";
import { readPolicy } from "../../src/agent/guard/read-policy.ts";
import { effectOfAction } from "../../src/domain/action.ts";
import type { Effect } from "../../src/domain/effect.ts";
import { tikv } from "../../subjects/tikv/definition.ts";
import { clusterOf, decisionOn } from "./questions.ts";
import { KNOWLEDGE } from "./worst-effect.ts";

const { actions } = tikv.open({
  topology: { subject: "tikv", timeScale: 1, members: [], endpoints: [] },
  runtime: undefined,
  clock: { now: () => 0, elapsed: () => 0, sleep: async () => undefined },
});
const cluster = clusterOf({ tikv1: "down", tikv2: "up", tikv3: "up" });

function ruleFor(effects: readonly Effect[], narrowed: string, action?: string): string {
  const policy = readPolicy(`rules: [{ name: mine, decision: deny, ${narrowed} }]`, "policy.yaml");
  const named = action === undefined ? {} : { action };
  return decisionOn({ effects, cluster, policy, actions, ...named }).rule;
}

const STARTING = [
  "operator subject start tikv tikv1",
  "operator subject restart tikv tikv1",
  "operator subject up tikv",
  "docker restart tikv1",
  "docker compose -p operator-tikv restart tikv1",
  "systemctl restart tikv1",
];

for (const narrowed of ["action: start_member", "effect: start"]) {
  for (const line of STARTING) {
    test(`{ deny, ${narrowed} } meets ${line}`, () => {
      expect(ruleFor(classifyCommand(line, KNOWLEDGE), narrowed)).toBe("policy: mine");
    });
  }

  test(`{ deny, ${narrowed} } meets the action that restarts, and no other command`, () => {
    const restart = actions.find(({ name }) => name === "restart_member");
    const effects = restart ? [effectOfAction(restart, { target: "tikv1", args: {} })] : [];
    expect(ruleFor(effects, narrowed, "restart_member")).toBe("policy: mine");
    for (const line of ["operator subject stop tikv tikv1", "systemctl try-restart tikv1"]) {
      expect(ruleFor(classifyCommand(line, KNOWLEDGE), narrowed)).toBe("mode execute");
    }
  });
}

test("who may not be restarted may be started", () => {
  const [line = ""] = STARTING;
  expect(ruleFor(classifyCommand(line, KNOWLEDGE), "action: restart_member")).toBe("mode execute");
});
