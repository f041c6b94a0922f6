// What tokens cost, by model.
import { expect, test } from "bun:test";
import { estimateCostUsd, isPriceKnown } from "../../src/models/prices.ts";

const MILLION = 1_000_000;

test.each([
  ["claude-sonnet-5-5", { input: 2, cacheWrite: 2.5, cacheRead: 0.1, output: 10 }],
  ["claude-sonnet-5", { input: 2, cacheWrite: 2.5, cacheRead: 0.2, output: 10 }],
  ["claude-sonnet-4-6", { input: 3, cacheWrite: 3.75, cacheRead: 0.3, output: 15 }],
  ["claude-opus-5-5", { input: 4, cacheWrite: 5, cacheRead: 0.2, output: 20 }],
  ["claude-opus-5", { input: 5, cacheWrite: 6.25, cacheRead: 0.5, output: 25 }],
  ["claude-haiku-4-5-20251001", { input: 1, cacheWrite: 1.25, cacheRead: 0.1, output: 5 }],
  ["claude-fable-5-2", { input: 10, cacheWrite: 12.5, cacheRead: 0.25, output: 50 }],
  ["claude-of-tomorrow", { input: 10, cacheWrite: 12.5, cacheRead: 1, output: 50 }],
])("a million tokens of each kind of %s", (model, price) => {
  const cost = {
    input: estimateCostUsd(model, tokens({ inputTokens: MILLION })),
    cacheWrite: estimateCostUsd(model, tokens({ cacheWriteTokens: MILLION })),
    cacheRead: estimateCostUsd(model, tokens({ cacheReadTokens: MILLION })),
    output: estimateCostUsd(model, tokens({ outputTokens: MILLION })),
  };
  expect(cost).toEqual(price);
});

test("a long prompt of haiku costs five times as much, its output too", () => {
  const short = tokens({ inputTokens: 60_000, cacheReadTokens: 40_000, outputTokens: 1000 });
  const long = tokens({ inputTokens: 60_000, cacheReadTokens: 40_001, outputTokens: 1000 });
  expect(estimateCostUsd("claude-haiku-5-5", short)).toBeCloseTo(0.0069, 9);
  expect(estimateCostUsd("claude-haiku-5-5", long)).toBeCloseTo(0.03450005, 9);
});

test("a price is known only for a model of the table", () => {
  const names = ["claude-sonnet-5-5", "claude-haiku-5-5", "claude-of-tomorrow", "claude-opus-4-1"];
  expect(names.map(isPriceKnown)).toEqual([true, true, false, false]);
});

function tokens(some: Partial<Parameters<typeof estimateCostUsd>[1]>) {
  const none = { inputTokens: 0, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0 };
  return { ...none, ...some };
}
