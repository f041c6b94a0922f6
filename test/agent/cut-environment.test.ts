// An answer of docker inspect that was cut in the middle, wherever the cut falls: of what the
// container was given nothing is left at either end.
import { expect, test } from "bun:test";
import { createRedactor, redactEnds } from "../../src/agent/redact.ts";

const SECRET = "abcdef123456";
const GIVEN = ["PATH=/usr/bin", `MY-THING=${SECRET}`, `quoted="${SECRET}"`, "LAST=1"];
const WORDS = ["run", "--pepper", SECRET, "--verbose"];
const CONTAINER = { Id: "1", Args: WORDS, Config: { User: "op", Env: GIVEN, Entrypoint: WORDS } };
const REDACT = createRedactor([]);

for (const [what, text] of [
  ["over many lines", JSON.stringify([CONTAINER], null, 4)],
  ["in one line", JSON.stringify(CONTAINER)],
] as const) {
  test(`of lists that were cut ${what} no end of a value is told`, () => {
    const told = Array.from({ length: text.length }, (_, at) => {
      const cut = { head: text.slice(0, at), tail: text.slice(at), cutBytes: 1 };
      const { head, tail } = redactEnds(cut, REDACT);
      return [head, tail];
    }).flat();
    const halves = /abc|456/;
    expect(told.filter((end) => halves.test(end))).toEqual([]);
    expect(told.at(-1)).toMatch(/^[\]}]$/);
  });
}

test("the rest is told", () => {
  const log = { head: 'a "b" c', tail: 'said "x", and\n"y", too', cutBytes: 5 };
  expect(redactEnds(log, REDACT)).toEqual({ ...log, tail: '[redacted], and\n"y", too' });
  const whole = { head: 'x", "A=b"', tail: "", cutBytes: 0 };
  expect(redactEnds(whole, REDACT)).toEqual(whole);
});
