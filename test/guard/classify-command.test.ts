// What command lines do, as classified.ts lists them, and how code within code is read.
import { expect, test } from "bun:test";
import { classifyCommand } from "../../src/agent/guard/classify-command.ts";
import { CLASSIFIED } from "./classified.ts";
import { KNOWLEDGE, WORST_FIRST, worstOf } from "./worst-effect.ts";

for (const kind of WORST_FIRST) {
  for (const command of CLASSIFIED[kind]) {
    test(`${kind}: ${JSON.stringify(command)}`, () => {
      expect(worstOf(command)).toBe(kind);
    });
  }
}

test("code nested in code is read to a depth, then it is hidden", () => {
  const nested = (depth: number): string => (depth === 0 ? "ls" : `eval ${nested(depth - 1)}`);
  expect(worstOf(nested(4))).toBe("read");
  expect(worstOf(nested(20))).toBe("hidden");
});

test("members named in a command are its targets", () => {
  expect(classifyCommand("operator subject stop tikv tikv2", KNOWLEDGE)).toEqual([
    { kind: "interrupt", targets: ["tikv2"], source: "operator subject stop tikv tikv2" },
  ]);
});

test("no command line makes it throw, and each has an effect", () => {
  const pieces = [
    "rm",
    "$(",
    ")",
    "`",
    "'",
    '"',
    "<<E",
    "((",
    "|",
    "&&",
    ";",
    "{",
    "}",
    "\n",
    "\\",
  ];
  for (const first of pieces) {
    for (const second of pieces) {
      for (const third of pieces) {
        const effects = classifyCommand(`${first} ${second}${third}`, KNOWLEDGE);
        expect(effects.length).toBeGreaterThan(0);
      }
    }
  }
});
