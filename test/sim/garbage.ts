// Answers that are no answers: empty, huge, cut off, of tools that do not exist, with inputs of
// any shape, and with secrets in them.
import type { Json, JsonObject } from "../../src/domain/json.ts";
import type { Block } from "../../src/domain/model.ts";
import type { Dice } from "./dice.ts";
import { SECRET } from "./secret.ts";
import type { Sight } from "./sight.ts";

export function garbage({ turns }: Sight, dice: Dice): readonly Block[] {
  const blocks: readonly Block[] = [
    { type: "text", text: "" },
    {
      type: "text",
      text: dice.pick([
        "\u001b[2J\u202e\u0000",
        "x".repeat(dice.between(1, 3) ** 6),
        `key ${SECRET}`,
      ]),
    },
    { type: "opaque", text: "…", data: { signature: "?" } },
    { type: "tool_call", id: `g${turns}`, name: dice.pick(NAMES), input: inputOf(dice) },
    { type: "tool_call", id: `g${turns}`, name: "shell", input: inputOf(dice) },
  ];
  return blocks.filter(() => dice.chance(0.4));
}

const NAMES = ["shell", "act", "conclude", "SHELL", "", "__proto__", "toString", "delete_all"];

function inputOf(dice: Dice): JsonObject {
  const keys = [
    "command",
    "reason",
    "action",
    "target",
    "args",
    "outcome",
    "summary",
    "root_cause",
  ];
  const values: readonly Json[] = [
    ...[null, 0, -1, true, "", "fixed", "ls", `echo ${SECRET}`, "docker stop store1"],
    ...[[], {}, [1, [2]], { toString: "x" }, "\u0000", "'".repeat(300)],
  ];
  const chosen = keys.filter(() => dice.chance(0.6));
  return Object.fromEntries(chosen.map((key) => [key, dice.pick(values)]));
}
