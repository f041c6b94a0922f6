// What one simulated agent was started with, as far as it bounds what it may do.
import type { Policy } from "../../src/agent/guard/policy.ts";
import { DEFAULT_LIMITS, type Limits } from "../../src/agent/limits.ts";
import type { SafetyMode } from "../../src/domain/session.ts";

export interface AgentRules {
  readonly mode: SafetyMode;
  readonly radius: Policy["radius"];
  /** A member that the policy keeps everybody away from. */
  readonly forbidden: string | undefined;
  /** Actions that the policy lets pass in mode approve. */
  readonly granted: readonly string[];
}

/** Of every session: so small that some of them are met. */
export const LIMITS: Limits = {
  ...DEFAULT_LIMITS,
  turnsMax: 12,
  tokensMax: 30_000,
  sessionMsMax: 20_000,
  commandMsMax: 3_000,
  queryMsMax: 9_000,
  queryTriesMax: 3,
  verificationMsMax: 60_000,
  approvalMsMax: 9_000,
  undoMsMax: 8_000,
};
