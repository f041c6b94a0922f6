import { expect, test } from "bun:test";
import fc from "fast-check";
import {
  encodeUserKey,
  flawOfUserKey,
  leaseKeyOf,
  limitKeyOf,
  logKeyOf,
  parseKey,
  TOPOLOGY_KEY,
} from "../../subjects/ratelimiter/keys.ts";

const userKeys = fc
  .string({ unit: "binary", minLength: 1, maxLength: 40 })
  .filter((key) => flawOfUserKey(key) === undefined);

test("any user key is found again in the names of its counter and its override", () => {
  fc.assert(
    fc.property(userKeys, fc.constantFrom(1 as const, 2 as const), (userKey, schema) => {
      expect(parseKey(logKeyOf(userKey, schema))).toEqual({ type: "log", schema, userKey });
      expect(parseKey(limitKeyOf(userKey, schema))).toEqual({ type: "limit", schema, userKey });
    }),
  );
});

test("encoded keys hold nothing that our own keys are made of", () => {
  fc.assert(
    fc.property(userKeys, (userKey) => {
      expect(encodeUserKey(userKey)).toMatch(/^(?:[A-Za-z0-9_.-]|%[0-9A-F]{2})+$/);
    }),
  );
});

test.each([
  ["a:limit:b", "a%3Alimit%3Ab"],
  ["}{rl:2:topology", "%7D%7Brl%3A2%3Atopology"],
  ["ключ", "%D0%BA%D0%BB%D1%8E%D1%87"],
  ["it's (a) *key*!~", "it%27s%20%28a%29%20%2Akey%2A%21%7E"],
  ["%41", "%2541"],
])("%p is encoded as %p", (userKey, encoded) => {
  expect(encodeUserKey(userKey)).toBe(encoded);
});

test.each([
  ["rl:2:{}:log"],
  ["rl:3:{a}:log"],
  ["rl:2:{a}:logs"],
  ["rl:2:{a}:log "],
  ["rl:2:{a:b}:log"],
  ["rl:2:{%61}:log"],
  ["rl:2:{%zz}:log"],
  ["rl:2:{%FF}:log"],
  ["rl:2:a:log"],
  ["session:42"],
])("%p is foreign", (raw) => {
  expect(parseKey(raw)).toEqual({ type: "foreign" });
});

test("leases and the topology are no counters", () => {
  expect(parseKey(leaseKeyOf("node 1"))).toEqual({ type: "lease", node: "node 1" });
  expect(parseKey(TOPOLOGY_KEY)).toEqual({ type: "topology" });
});

test.each([
  ["nothing", "missing", ""],
  ["a newline", "control_characters", "a\nb"],
  ["a delete", "control_characters", "a\u007fb"],
  ["a control character of latin-1", "control_characters", "a\u0085b"],
  ["half a surrogate pair", "not_unicode", "a\ud800"],
  ["257 bytes", "too_long", "x".repeat(257)],
  ["129 characters of two bytes", "too_long", "ü".repeat(129)],
] as const)("a key with %s is flawed: %s", (_, flaw, userKey) => {
  expect(flawOfUserKey(userKey)).toBe(flaw);
});

test.each([
  ["256 bytes", "x".repeat(256)],
  ["128 characters of two bytes", "ü".repeat(128)],
  ["joined emoji", "👩‍👩‍👧"],
  ["a blank", " "],
  ["what ours are made of", "{}:%"],
])("a key of %s is a key like any other", (_, userKey) => {
  expect(flawOfUserKey(userKey)).toBeUndefined();
});
