// An operation that a person is asked about, and the state of its subject.
import type { SeenState } from "../../src/domain/seen-state.ts";
import type { ApprovalRequest } from "../../src/domain/ticket-ops.ts";

/** One of two members is down. */
export const SEEN: SeenState = {
  members: [
    { name: "one", health: "down" },
    { name: "two", health: "up" },
  ],
  quorums: [["one", "two"]],
  inRepair: [],
  disturbances: [],
};

export const ELSE_SEEN: SeenState = {
  ...SEEN,
  members: SEEN.members.map(({ name }) => ({ name, health: "up" })),
};

export function asking(sessionId: string, changes: Partial<ApprovalRequest> = {}): ApprovalRequest {
  return {
    sessionId,
    operation: { action: "restart", target: "one", args: { b: 1, a: 2 } },
    effects: [{ kind: "interrupt", targets: ["one"], source: "restart one" }],
    undo: null,
    reason: "it hangs",
    seen: SEEN,
    expiresInMs: 1_000,
    ...changes,
  };
}
