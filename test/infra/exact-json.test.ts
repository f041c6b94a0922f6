import { expect, test } from "bun:test";
import { parseExactJson } from "../../src/infra/exact-json.ts";

test("integers beyond 2^53 keep every digit", () => {
  const text =
    '{"member_id":17059480018829312945,"max":18446744073709551615,"low":-9007199254740993}';
  expect(parseExactJson(text)).toEqual({
    member_id: 17059480018829312945n,
    max: 18446744073709551615n,
    low: -9007199254740993n,
  });
});

test("integers up to 2^53, fractions and text stay what they are", () => {
  const text = '[9007199254740991,0.12345678901234567,1e300,"17059480018829312945",[true,null]]';
  expect(parseExactJson(text)).toEqual(JSON.parse(text));
});

test("what is not JSON throws a SyntaxError", () => {
  for (const text of ["", "<html>", '{"count": 17059480018829312945, "sto']) {
    expect(() => parseExactJson(text)).toThrow(SyntaxError);
  }
});
