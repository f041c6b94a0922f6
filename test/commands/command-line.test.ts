// Typed words and flags: what there is no use for is refused, and the valid ones are named.
import { describe, expect, test } from "bun:test";
import { describeFailure, parseCommandLine } from "../../src/command-line.ts";
import { OperatorError } from "../../src/domain/errors.ts";

function parse(line: string): ReturnType<typeof parseCommandLine> {
  return parseCommandLine(line === "" ? [] : line.split(" "), "1.2.3");
}

describe("is refused:", () => {
  for (const [line, says] of [
    ["monitr", 'unknown command "monitr": one of demo, monitor, agent'],
    ["constructor", 'unknown command "constructor": one of demo, monitor, agent'],
    ["__proto__", 'unknown command "__proto__"'],
    ["--verbose", "flag --verbose needs a command: demo, monitor, agent"],
    ["--help -x", "flag -x needs a command"],
    [
      "doctor --verbose",
      'unknown flag --verbose of "doctor": one of --broker, --sandbox, --db, --json',
    ],
    ["demo --verbose", "--no-agent"],
    ["tickets list --limit", "needs a value"],
    ["monitor tikv", 'surplus word "tikv": nothing more comes after "monitor"'],
    ["demo tikv now", 'surplus word "now": nothing more comes after "demo tikv"'],
  ] as const) {
    test(line, () => expect(() => parse(line)).toThrow(says));
  }
});

test("the overview comes without a command, and with --help", () => {
  for (const line of ["", "-h", "--help"]) {
    expect(parse(line)).toMatchObject({ type: "help", text: expect.stringContaining("Usage:") });
  }
});

test("a verb's words and flags are handed on as they are", () => {
  expect(parse("tickets resolve 3 --reason done --json")).toMatchObject({
    type: "command",
    words: ["resolve", "3"],
    flags: { reason: "done", json: true },
  });
});

test("what failed is told before what failed while it was cleared up", () => {
  const lost = new OperatorError("interrupted", "interrupted by SIGTERM");
  const left = new OperatorError("runtime", "taking it down failed", { hint: "start Docker" });
  expect(describeFailure(new SuppressedError(left, lost))).toEqual({
    lines: [
      "operator: interrupted by SIGTERM",
      "operator: taking it down failed",
      "hint: start Docker",
    ],
    exitCode: 130,
  });
});
