// The account's judgement, case by case, with the near misses on both sides.
import { expect, test } from "bun:test";
import {
  JUDGED_SPAN_MS_MAX,
  SETTLE_MS,
} from "../../../subjects/ratelimiter/workload/key-account.ts";
import {
  certainlyWithinMs,
  possiblyWithinMs,
} from "../../../subjects/ratelimiter/workload/window.ts";
import { allowed, denied, replay, type Seen, WINDOW_MS, watchedAccount } from "./accounting.ts";

const CERTAIN_MS = certainlyWithinMs(WINDOW_MS);
const POSSIBLE_MS = possiblyWithinMs(WINDOW_MS);

test("the bounds of a window hold for any clock whose rate is off by 500 ppm", () => {
  for (const windowMs of [1_000, 5_000, 3_600_000]) {
    expect(certainlyWithinMs(windowMs)).toBeLessThan(windowMs / 1.0005);
    expect(possiblyWithinMs(windowMs)).toBeGreaterThan(windowMs / 0.9995);
  }
});

const ALLOWANCES: readonly {
  readonly name: string;
  readonly limit: number;
  readonly seen: readonly Seen[];
  readonly above: number;
}[] = [
  { name: "as many as the limit", limit: 2, seen: [allowed(0), allowed(1)], above: 0 },
  { name: "one more", limit: 2, seen: [allowed(0), allowed(1), allowed(2)], above: 1 },
  {
    name: "one more, just within",
    limit: 1,
    seen: [allowed(0), allowed(CERTAIN_MS - 1)],
    above: 1,
  },
  { name: "one more, a window later", limit: 1, seen: [allowed(0), allowed(CERTAIN_MS)], above: 0 },
  {
    name: "one that may have been before the window",
    limit: 1,
    seen: [allowed(0, 500), allowed(600, CERTAIN_MS)],
    above: 0,
  },
  {
    name: "one that may have been after the window",
    limit: 1,
    seen: [allowed(0), allowed(100, CERTAIN_MS)],
    above: 0,
  },
  { name: "a cost above what is left", limit: 3, seen: [allowed(0), allowed(1, 1, 5)], above: 3 },
  { name: "any at all of a blocked key", limit: 0, seen: [allowed(0)], above: 1 },
  {
    name: "any of a blocked key, however slowly",
    limit: 0,
    seen: [allowed(0, 5 * WINDOW_MS, 2)],
    above: 2,
  },
  {
    name: "twice the limit for three windows: each excess once",
    limit: 1,
    seen: [0, 500, 1_000, 1_500, 2_000, 2_500].map((atMs) => allowed(atMs)),
    above: 3,
  },
  {
    name: "one too many for two slow ones and one quick: the quick one explains it alone",
    limit: 1,
    seen: [allowed(900), allowed(100, 950), allowed(1_200)],
    above: 1,
  },
  {
    name: "one that a node allowed without asking Redis",
    limit: 1,
    seen: [allowed(0), { sentMs: 1, receivedMs: 2, decision: "allowed_unasked" }],
    above: 1,
  },
  {
    name: "one that was never answered",
    limit: 1,
    seen: [allowed(0), { sentMs: 1, receivedMs: 2, decision: "undecided" }],
    above: 0,
  },
];

for (const { name, limit, seen, above } of ALLOWANCES) {
  test(`of a limit of ${limit}, ${name}: ${above} above`, () => {
    const account = watchedAccount({ limit });
    replay(account, seen);
    expect(account.sumOf("allowed_above_limit")).toBe(above);
  });
}

const DENIALS: readonly {
  readonly name: string;
  readonly limit: number;
  readonly seen: readonly Seen[];
  readonly wrong: number;
}[] = [
  { name: "nothing was used", limit: 1, seen: [denied(0)], wrong: 1 },
  { name: "the limit was used", limit: 1, seen: [allowed(0), denied(1)], wrong: 0 },
  { name: "one was left", limit: 2, seen: [allowed(0), denied(1)], wrong: 1 },
  { name: "it cost more than was left", limit: 2, seen: [allowed(0), denied(1, 1, 2)], wrong: 0 },
  { name: "it cost what was left", limit: 3, seen: [allowed(0), denied(1, 1, 2)], wrong: 2 },
  { name: "the key is blocked", limit: 0, seen: [denied(0)], wrong: 0 },
  {
    name: "what was used may just be in the window",
    limit: 1,
    seen: [allowed(0), denied(POSSIBLE_MS)],
    wrong: 0,
  },
  {
    name: "what was used had just left the window",
    limit: 1,
    seen: [allowed(0), denied(POSSIBLE_MS + 1)],
    wrong: 1,
  },
  {
    name: "an allowance was under way, and is told of later",
    limit: 1,
    seen: [allowed(5, 50), denied(0, 10)],
    wrong: 0,
  },
  {
    name: "an allowance was asked for after it, though told of before it is judged",
    limit: 1,
    seen: [denied(0, 10), allowed(11, 20), denied(5, 50)],
    wrong: 1,
  },
  {
    name: "one that was never answered may have been counted",
    limit: 1,
    seen: [{ sentMs: 0, receivedMs: 5, decision: "undecided" }, denied(10)],
    wrong: 0,
  },
  {
    name: "one that was allowed without asking may have been counted",
    limit: 1,
    seen: [{ sentMs: 0, receivedMs: 5, decision: "allowed_unasked" }, denied(10)],
    wrong: 0,
  },
  {
    name: "it took too long to be judged",
    limit: 1,
    seen: [denied(0, JUDGED_SPAN_MS_MAX + 1)],
    wrong: 0,
  },
];

for (const { name, limit, seen, wrong } of DENIALS) {
  test(`of a limit of ${limit}, denied when ${name}: ${wrong} wrongly`, () => {
    const account = watchedAccount({ limit });
    replay(account, seen);
    expect(account.sumOf("wrongly_denied")).toBe(wrong);
  });
}

const NEVER_ANSWERED: Seen = { sentMs: 0, receivedMs: 1_000, decision: "undecided" };

test("what was never answered weighs on its key for as long as its node is silent", () => {
  const account = watchedAccount({ limit: 1 });
  replay(account, [NEVER_ANSWERED, { ...denied(3_600_000), node: "node2" }]);
  expect(account.accusations).toEqual([]);
});

test("what was never answered is let go a while after its node has decided again", () => {
  const goneMs = 2_000 + SETTLE_MS + POSSIBLE_MS;
  const [before, after] = [goneMs - 1, goneMs + 2_000].map((atMs) => {
    const account = watchedAccount({ limit: 1 });
    replay(account, [NEVER_ANSWERED, { ...denied(2_000), key: "k" }, denied(atMs)]);
    return account.accusations.length;
  });
  expect([before, after]).toEqual([0, 1]);
});

test("an answer to what was sent before the silence ended lets nothing go", () => {
  const account = watchedAccount({ limit: 1 });
  replay(account, [NEVER_ANSWERED, denied(999, 1_001), denied(1_001 + 3 * SETTLE_MS)]);
  expect(account.accusations).toEqual([]);
});

test("a denial whose window begins before anything is known is not judged", () => {
  const [unknown, known] = [POSSIBLE_MS - 1, POSSIBLE_MS].map((atMs) => {
    const account = watchedAccount({ limit: 1, knownFromMs: 0 });
    replay(account, [denied(atMs)]);
    return [account.accusations.length, account.judgedDenials()];
  });
  expect([unknown, known]).toEqual([
    [0, 0],
    [1, 1],
  ]);
});

test("after another life of the generator, denials are judged when all nodes have decided", () => {
  const account = watchedAccount({ knownFromMs: 0, nodesWithPast: ["node1", "node2"] });
  replay(account, [denied(50_000), denied(50_000 + 2 * SETTLE_MS)]);
  const decidedMs = 80_000;
  replay(account, [{ ...denied(decidedMs), node: "node2" }]);
  replay(account, [denied(decidedMs + SETTLE_MS + POSSIBLE_MS - 1)]);
  expect(account.accusations).toEqual([]);
  replay(account, [denied(decidedMs + SETTLE_MS + POSSIBLE_MS)]);
  expect(account.sumOf("wrongly_denied")).toBe(1);
});

test("over a moment at which the clock was set, nobody is accused", () => {
  const account = watchedAccount({ limit: 1 });
  replay(account, [allowed(10)]);
  const slow = account.begin({ key: "k", units: 1, node: "node1", sentMs: 90 });
  account.forget(100);
  account.end(slow, { decision: "allowed", atMs: 120 });
  replay(account, [allowed(130), denied(99 + POSSIBLE_MS)]);
  expect(account.accusations).toEqual([]);
});

test("from when the clock was set, windows are judged again", () => {
  const account = watchedAccount({ limit: 1 });
  account.forget(100);
  replay(account, [allowed(100), allowed(101), denied(150 + 2 * POSSIBLE_MS)]);
  expect(account.accusations.map(({ name }) => name)).toEqual([
    "allowed_above_limit",
    "wrongly_denied",
  ]);
});

test("each key has its own account", () => {
  const account = watchedAccount({ limit: 1 });
  replay(account, [allowed(0), { ...allowed(1), key: "other" }]);
  expect(account.accusations).toEqual([]);
});

test("an accusation tells when the answer came, and how many units it is about", () => {
  const account = watchedAccount({ limit: 1 });
  replay(account, [allowed(0), allowed(1, 4, 3), denied(2_000, 2_003)]);
  expect(account.accusations).toEqual([
    { name: "allowed_above_limit", count: 3, atMs: 4 },
    { name: "wrongly_denied", count: 1, atMs: 2_003 },
  ]);
});
