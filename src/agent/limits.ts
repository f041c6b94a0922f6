// What one session may use up, and the one place that says it is enough.
import type { StopReason, Usage } from "../domain/session.ts";

export interface Limits {
  /** Model messages. */
  readonly turnsMax: number;
  /** Of all kinds together: input, output, cache reads and writes. */
  readonly tokensMax: number;
  readonly costUsdMax: number;
  /** Working time; waiting for a person or for the monitor does not count. */
  readonly sessionMsMax: number;
  readonly commandMsMax: number;
  /** Of one result, as the model sees it. */
  readonly outputBytesMax: number;
  /** Of one reply. */
  readonly outputTokensMax: number;
  readonly queryMsMax: number;
  /** Of condensing one text to a line, which people alone read. */
  readonly condenseMsMax: number;
  /** Tries of one query, the first included. */
  readonly queryTriesMax: number;
  /** Answers without a tool call that are sent back. */
  readonly nudgesMax: number;
  /** Verifications that may be refused before a person is asked. */
  readonly refusalsMax: number;
  readonly verificationMsMax: number;
  readonly approvalMsMax: number;
  /** Of taking back what a failed attempt has changed. */
  readonly undoMsMax: number;
}

export const DEFAULT_LIMITS: Limits = {
  turnsMax: 40,
  tokensMax: 500_000,
  costUsdMax: 2,
  sessionMsMax: 15 * 60_000,
  commandMsMax: 60_000,
  outputBytesMax: 16 * 1024,
  outputTokensMax: 8_192,
  queryMsMax: 3 * 60_000,
  condenseMsMax: 5_000,
  queryTriesMax: 6,
  nudgesMax: 2,
  refusalsMax: 3,
  verificationMsMax: 10 * 60_000,
  approvalMsMax: 30 * 60_000,
  undoMsMax: 60_000,
};

export interface Spent {
  readonly turns: number;
  readonly usage: Usage;
  readonly workedMs: number;
}

export interface LimitReached {
  readonly stopReason: StopReason;
  readonly detail: string;
}

/** Undefined while there is something left of everything. */
export function checkLimits(spent: Spent, limits: Limits): LimitReached | undefined {
  const { turns, usage, workedMs } = spent;
  const tokens = countTokens(usage);
  const { turnsMax, tokensMax, costUsdMax, sessionMsMax } = limits;
  if (turns >= turnsMax) {
    return { stopReason: "turn_limit", detail: `${turns} of ${turnsMax} turns used` };
  }
  if (tokens >= tokensMax) {
    return { stopReason: "token_limit", detail: `${tokens} of ${tokensMax} tokens used` };
  }
  if (usage.costUsd >= costUsdMax) {
    const used = `$${usage.costUsd.toFixed(2)} of $${costUsdMax.toFixed(2)} used`;
    return { stopReason: "cost_limit", detail: used };
  }
  if (workedMs >= sessionMsMax) {
    const seconds = (durationMs: number) => (durationMs / 1000).toFixed(1);
    const used = `${seconds(workedMs)} of ${seconds(sessionMsMax)} s used`;
    return { stopReason: "time_limit", detail: used };
  }
  return undefined;
}

export function addUsages(left: Usage, right: Usage): Usage {
  return {
    inputTokens: left.inputTokens + right.inputTokens,
    outputTokens: left.outputTokens + right.outputTokens,
    cacheReadTokens: left.cacheReadTokens + right.cacheReadTokens,
    cacheWriteTokens: left.cacheWriteTokens + right.cacheWriteTokens,
    costUsd: left.costUsd + right.costUsd,
  };
}

function countTokens(usage: Usage): number {
  const { inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens } = usage;
  return inputTokens + outputTokens + cacheReadTokens + cacheWriteTokens;
}
