// How tests of the guard judge a command line: on a machine of their own making, by the worst that
// it does.
import { classifyCommand } from "../../src/agent/guard/classify-command.ts";
import type { CommandKnowledge } from "../../src/agent/guard/scope.ts";
import type { EffectKind } from "../../src/domain/effect.ts";

export const KNOWLEDGE: CommandKnowledge = {
  subject: "tikv",
  members: ["pd1", "tikv1", "tikv2"],
  readHosts: ["10.0.0.5:2379", "pd.example"],
  protectedPaths: ["/home/op/.operator"],
  cwd: "/tmp",
  variables: { HOME: "/home/op", OPERATOR_HOME: "/home/op/.operator" },
};

/** The worst effect decides what the guard says. */
export const WORST_FIRST: readonly EffectKind[] = [
  "destroy",
  "oversight",
  "foreign",
  "hidden",
  "unknown",
  "interrupt",
  "network",
  "configure",
  "write",
  "start",
  "read",
];

export function worstOf(command: string, knowledge = KNOWLEDGE): EffectKind | undefined {
  const kinds = classifyCommand(command, knowledge).map(({ kind }) => kind);
  return WORST_FIRST.find((kind) => kinds.includes(kind));
}
