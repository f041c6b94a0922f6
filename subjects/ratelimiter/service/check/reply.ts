// A decision as HTTP. Headers: draft-ietf-httpapi-ratelimit-headers-11, sections 3 and 4, fields of
// RFC 9651: RateLimit-Policy tells quota and window; RateLimit what is available, and for how long
// no more is, which is until the next unit leaves the window (as -10 had it, too).
import { unreachable } from "../../../../src/domain/errors.ts";
import type { NodeSettings, Rule } from "../../declared.ts";
import type { CheckAnswer } from "../answers.ts";
import { refuse } from "../http/reply.ts";
import type { Decision } from "./decide.ts";
import type { CheckAsk } from "./read-check.ts";

export interface Decided {
  readonly ask: CheckAsk;
  readonly decision: Decision;
  readonly failMode: NodeSettings["fail_mode"];
}

/** Of the one policy that there is. */
const POLICY = '"default"';
/** Redis is tried again by then; less would be a storm. */
const RETRY_AFTER_FAILURE_S = 1;

export function replyToCheck({ ask, decision, failMode }: Decided): Response {
  switch (decision.state) {
    case "decided":
      return decision.isAllowed ? allow(ask, decision) : deny(ask, decision);
    case "never":
      return refuse({
        status: 400,
        code: "cost_above_limit",
        message: `cost ${ask.cost} can never pass: the limit is ${decision.rule.limit}`,
      });
    case "undecided":
      return failMode === "open" ? failOpen(ask, decision.rule) : failClosed(decision);
    default:
      return unreachable(decision);
  }
}

type DecidedBy<State extends Decision["state"]> = Extract<Decision, { state: State }>;

function allow(ask: CheckAsk, decision: DecidedBy<"decided">): Response {
  return answerOf(200, bodyOf(ask, decision));
}

function deny(ask: CheckAsk, decision: DecidedBy<"decided">): Response {
  return answerOf(429, bodyOf(ask, decision));
}

function bodyOf({ key, cost }: CheckAsk, decision: DecidedBy<"decided">): CheckAnswer {
  const { limit, window_ms } = decision.rule;
  return {
    allowed: decision.isAllowed,
    key,
    cost,
    limit,
    remaining: Math.max(0, limit - decision.used),
    window_ms,
    reset_ms: decision.resetMs,
    retry_after_ms: decision.retryAfterMs,
    decided_by: "redis",
  };
}

/** Nothing is known of what remains, so nothing is promised. */
function failOpen({ key, cost }: CheckAsk, { limit, window_ms }: Rule): Response {
  return answerOf(200, {
    allowed: true,
    key,
    cost,
    limit,
    remaining: 0,
    window_ms,
    reset_ms: 0,
    retry_after_ms: 0,
    decided_by: "fail_open",
  });
}

function failClosed({ failure, reason }: DecidedBy<"undecided">): Response {
  return refuse({
    status: 503,
    code: `redis_${failure}`,
    message: `not decided, and this node fails closed: ${reason}`,
    headers: { "retry-after": String(RETRY_AFTER_FAILURE_S) },
  });
}

function answerOf(status: 200 | 429, body: CheckAnswer): Response {
  const headers: Record<string, string> = {
    "content-type": "application/json",
    "ratelimit-policy": `${POLICY};q=${body.limit};w=${secondsOf(body.window_ms)}`,
  };
  if (body.decided_by === "redis") {
    headers.ratelimit = `${POLICY};r=${body.remaining};t=${secondsOf(body.reset_ms)}`;
  }
  if (!body.allowed) headers["retry-after"] = String(secondsOf(body.retry_after_ms));
  return new Response(JSON.stringify(body), { status, headers });
}

/** The draft and Retry-After know whole seconds only: never sooner than it is true. */
function secondsOf(ms: number): number {
  return Math.ceil(ms / 1000);
}
