// What a reply costs, from list prices. An estimate: discounts, tiers and taxes are not known here.
import type { Usage } from "../domain/session.ts";

export type Tokens = Omit<Usage, "costUsd">;

/** US dollars for a million tokens of each kind. */
interface Price {
  readonly models: RegExp;
  /** The row holds for prompts of at most so many tokens, cached ones included. */
  readonly promptTokensMax?: number;
  readonly input: number;
  readonly cacheWrite: number;
  readonly cacheRead: number;
  readonly output: number;
}

/**
 * The first row that fits counts. Cache writes are those of the five-minute cache.
 * Source: platform.claude.com/docs/en/about-claude/pricing, as of November 2026.
 */
const PRICES: readonly Price[] = [
  price(/^claude-(fable|mythos)-5-[12]/, { input: 10, cacheRead: 0.25, output: 50 }),
  price(/^claude-(fable|mythos)-/, { input: 10, cacheRead: 1, output: 50 }),
  price(/^claude-opus-5-5/, { input: 4, cacheRead: 0.2, output: 20 }),
  price(/^claude-opus-(5|4-[5-8])/, { input: 5, cacheRead: 0.5, output: 25 }),
  price(/^claude-sonnet-5-5/, { input: 2, cacheRead: 0.1, output: 10 }),
  price(/^claude-sonnet-5/, { input: 2, cacheRead: 0.2, output: 10 }),
  price(/^claude-sonnet-4/, { input: 3, cacheRead: 0.3, output: 15 }),
  {
    ...price(/^claude-haiku-5-5/, { input: 0.1, cacheRead: 0.01, output: 0.5 }),
    promptTokensMax: 100_000,
  },
  price(/^claude-haiku-5-5/, { input: 0.5, cacheRead: 0.05, output: 2.5 }),
  price(/^claude-haiku-4-5/, { input: 1, cacheRead: 0.1, output: 5 }),
];

/** A model that is in no row costs what the dearest says: a cost limit errs to the safe side. */
export function estimateCostUsd(model: string, tokens: Tokens): number {
  const row = rowOf(model, tokens) ?? dearest();
  const perMillion =
    tokens.inputTokens * row.input +
    tokens.cacheWriteTokens * row.cacheWrite +
    tokens.cacheReadTokens * row.cacheRead +
    tokens.outputTokens * row.output;
  return perMillion / 1_000_000;
}

export function isPriceKnown(model: string): boolean {
  return PRICES.some((row) => row.models.test(model));
}

function rowOf(model: string, tokens: Tokens): Price | undefined {
  const promptTokens = tokens.inputTokens + tokens.cacheWriteTokens + tokens.cacheReadTokens;
  return PRICES.find(
    (row) => row.models.test(model) && promptTokens <= (row.promptTokensMax ?? promptTokens),
  );
}

function dearest(): Price {
  return PRICES.reduce((left, right) =>
    right.output + right.cacheRead > left.output + left.cacheRead ? right : left,
  );
}

/** A write into the five-minute cache is 1.25 times the input price in every row of the source. */
function price(models: RegExp, row: Pick<Price, "input" | "cacheRead" | "output">): Price {
  return { models, ...row, cacheWrite: row.input * 1.25 };
}
