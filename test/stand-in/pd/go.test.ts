// Go's texts: JSON, sizes, durations, times, log lines.
import { expect, test } from "bun:test";
import { logLine } from "../../../subjects/tikv/stand-in/log.ts";
import {
  byteSize,
  goDuration,
  goTimeString,
  parseGoDuration,
  rfc3339Nano,
} from "../../../subjects/tikv/stand-in/pd/go/format.ts";
import { compactJson, indentedJson } from "../../../subjects/tikv/stand-in/pd/go/json.ts";

test("indented JSON has two spaces, whole 64-bit integers, and a newline at its end", () => {
  const value = { id: 17059480018829312945n, gone: undefined, list: [1, "a"], none: [], of: {} };
  expect(indentedJson(value)).toBe(
    '{\n  "id": 17059480018829312945,\n  "list": [\n    1,\n    "a"\n  ],\n' +
      '  "none": [],\n  "of": {}\n}\n',
  );
});

test("compact JSON has no space, and a Go map's keys are sorted as text", () => {
  const byStore = new Map([
    ["2", 1],
    ["10", 2],
    ["1", 3],
  ]);
  expect(compactJson({ byStore })).toBe('{"byStore":{"1":3,"10":2,"2":1}}');
});

test("HTML characters are escaped as encoding/json does", () => {
  expect(compactJson("a<b>&")).toBe('"a\\u003cb\\u003e\\u0026"');
});

test("sizes have four significant digits and binary units", () => {
  const sizes = [0, 1023, 1536, 1_999_307_276_288, 10 * 1024 ** 3];
  expect(sizes.map(byteSize)).toEqual(["0B", "1023B", "1.5KiB", "1.818TiB", "10GiB"]);
});

test("durations read as Go prints them", () => {
  const durations = [0n, 10_000_000n, 1_500_000_000n, 1_800_000_000_000n, 176_592_123_456_789n];
  expect(durations.map(goDuration)).toEqual(["0s", "10ms", "1.5s", "30m0s", "49h3m12.123456789s"]);
});

test("a duration that Go cannot parse is none", () => {
  const texts = ["1m", "1h30m", "10ms", "0", "", "1", "m", "1 m"];
  const parsed = [60_000, 5_400_000, 10, 0, undefined, undefined, undefined, undefined];
  expect(texts.map(parseGoDuration)).toEqual(parsed);
});

test("times keep nanoseconds and drop the zeros at their end", () => {
  const epochNs = 1_795_375_985_123_456_700n;
  expect(rfc3339Nano(epochNs)).toMatch(/^2026-11-2\dT\d\d:\d\d:05\.1234567(Z|[+-]\d\d:\d\d)$/);
  expect(rfc3339Nano(0n)).toMatch(/^19(70|69)-.*:00(Z|[+-]\d\d:\d\d)$/);
  expect(goTimeString(epochNs, 512_345_678_901n)).toMatch(
    /^2026-11-2\d \d\d:\d\d:05\.1234567 [+-]\d{4} \S+ m=\+512\.345678901$/,
  );
});

test("a log line quotes what holds a space, a quote, an equals sign or a bracket", () => {
  const fields = { server: "pd1", reason: "a=b", list: "[1]" };
  const line = logLine({ atMs: 1_795_375_985_123, level: "INFO", message: "two words", fields });
  expect(line.replace(/^\[.*?\] /, "")).toBe(
    '[INFO] [stand-in.ts:1] ["two words"] [server=pd1] [reason="a=b"] [list="[1]"]',
  );
});
