// Claims, leases, attempts, moves and steps, as the store keeps them.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: texts of our own code
import type { Mutation } from "./mutation.ts";

const CLAIMS = {
  file: "src/store/claims.ts",
  tests: ["test/store/claims.test.ts", "test/store/random-events.test.ts"],
};
const JOURNAL = { file: "src/store/journal.ts", tests: ["test/store/claims.test.ts"] };

export const TICKETS: readonly Mutation[] = [
  {
    ...CLAIMS,
    name: "a ticket that somebody has is claimed as well",
    breaks: "claims: one session for one ticket",
    original: "INDEXED BY ${index}\n    WHERE state = 'open'",
    planted: "WHERE state IN ('open', 'claimed')",
  },
  {
    ...CLAIMS,
    name: "an escalated ticket is claimed",
    breaks: "escalated: until a person says so",
    original: "INDEXED BY ${index}\n    WHERE state = 'open'",
    planted: "WHERE state IN ('open', 'escalated')",
  },
  {
    file: "src/store/tickets.ts",
    tests: ["test/store/violations.test.ts"],
    name: "an escalated ticket is opened again when it is violated",
    breaks: "escalated: until a person says so",
    original: "occurrences = occurrences + 1, reason = excluded.reason,",
    planted:
      "state = CASE state WHEN 'escalated' THEN 'open' ELSE state END,\n    " +
      "occurrences = occurrences + 1, reason = excluded.reason,",
  },
  {
    ...CLAIMS,
    name: "no backoff after a lost lease",
    breaks: "leases: a backoff after each that was lost",
    original: "\n      AND claimable_at_ms NOT BETWEEN $nowMs + 1 AND $nowMs + $backoffMsMax",
    planted: "",
  },
  {
    file: "src/store/claims.ts",
    tests: ["test/store/claims.test.ts"],
    name: "what nobody can see goes first",
    breaks: "claims: what hides others is repaired before them",
    original: "return waiting.find(isSeen) ?? waiting[0];",
    planted: "return waiting[0] ?? waiting.find(isSeen);",
  },
  {
    ...CLAIMS,
    name: "attempts are not counted",
    breaks: "attempts: at most three",
    original: "attempts = attempts + 1, session_id = $sessionId,",
    planted: "session_id = $sessionId,",
  },
  {
    ...CLAIMS,
    name: "one attempt more than there are",
    breaks: "attempts: at most three",
    original: "if (ticket.attempts >= attemptsMax) {",
    planted: "if (ticket.attempts > attemptsMax) {",
  },
  {
    ...CLAIMS,
    name: "a lease never expires",
    breaks: "liveness: a dead agent's ticket is free again",
    original: "WHERE lease_expires_at_ms <= ?",
    planted: "WHERE lease_expires_at_ms <= ? - 3600000",
  },
  {
    ...CLAIMS,
    name: "a lease expires a second early",
    breaks: "leases: nobody is robbed of one that lasts",
    original: "WHERE lease_expires_at_ms <= ?",
    planted: "WHERE lease_expires_at_ms <= ? + 1000",
  },
  {
    ...CLAIMS,
    name: "the session of an expired lease goes on",
    breaks: "sessions: one runs exactly as long as it has its ticket",
    original:
      '  finishSession(call, { sessionId: ticket.sessionId, stopReason: "lease_lost", detail });\n',
    planted: "",
  },
  {
    file: "src/store/session-work.ts",
    tests: ["test/store/claims.test.ts"],
    name: "a session concludes a ticket that is no longer its own",
    breaks: "moves: only by the session that has the ticket",
    original: 'return moveTicket(call, { ticketId, event: "conclude", sessionId, reason });',
    planted: 'return moveTicket(call, { ticketId, event: "conclude", reason });',
  },
  {
    ...JOURNAL,
    name: "a step begins on an expired lease",
    breaks: "leases: no step without one",
    original: "\n        AND lease_expires_at_ms > $nowMs",
    planted: "",
  },
  {
    ...JOURNAL,
    name: "a step begins in any state of the ticket",
    breaks: "leases: no step without one",
    original:
      "AND session_id = $sessionId AND state = 'claimed'\n        AND lease_expires_at_ms > $nowMs",
    planted: "",
  },
  {
    ...JOURNAL,
    name: "nothing is under way",
    breaks: "quorum: two sessions do not take two members",
    original: "journal.state = 'intended' AND sessions.ended_at_ms IS NULL AS is_under_way",
    planted: "0 AS is_under_way",
    tests: ["test/guard/recent-steps.test.ts", "test/guard/collision.test.ts"],
  },
];
