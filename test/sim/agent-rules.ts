// What one simulated agent was started with, as far as it bounds what it may do.
import type { Policy } from "../../src/agent/guard/policy.ts";
import type { SafetyMode } from "../../src/domain/session.ts";

export interface AgentRules {
  readonly mode: SafetyMode;
  readonly radius: Policy["radius"];
  /** A member that the policy keeps everybody away from. */
  readonly forbidden: string | undefined;
  /** Actions that the policy lets pass in mode approve. */
  readonly granted: readonly string[];
}
