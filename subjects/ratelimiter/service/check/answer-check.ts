// One check: read, decide, answer, count.
import { readJsonBody } from "../http/read-body.ts";
import { type Refusal, refuse } from "../http/reply.ts";
import type { LimiterNode } from "../node.ts";
import { type Decision, decide } from "./decide.ts";
import { readCheck } from "./read-check.ts";
import { replyToCheck } from "./reply.ts";

export async function answerCheck(node: LimiterNode, request: Request): Promise<Response> {
  const arrivedAtMs = performance.now();
  const body = await readJsonBody(request);
  if (body.state === "refused") return refuseBadRequest(node, body.refusal);
  const ask = readCheck(body.value);
  if (ask.state === "refused") return refuseBadRequest(node, ask.refusal);
  const decision = await decide(node, ask.value);
  const failMode = node.settings.current.fail_mode;
  count(node, decision);
  const response = replyToCheck({ ask: ask.value, decision, failMode });
  node.metrics.checkSeconds.observe((performance.now() - arrivedAtMs) / 1000);
  return response;
}

export function refuseBadRequest(node: LimiterNode, refusal: Refusal): Response {
  node.metrics.badRequests.add({ code: refusal.code });
  return refuse(refusal);
}

function count({ metrics, settings }: LimiterNode, decision: Decision): void {
  if (decision.state === "never") metrics.badRequests.add({ code: "cost_above_limit" });
  else if (decision.state === "decided") metrics.checks.add(decision.isAllowed ? ALLOWED : DENIED);
  else metrics.checks.add(settings.current.fail_mode === "open" ? OPEN : CLOSED);
}

const ALLOWED = { decision: "allowed", by: "redis" } as const;
const DENIED = { decision: "denied", by: "redis" } as const;
const OPEN = { decision: "allowed", by: "fail_open" } as const;
const CLOSED = { decision: "denied", by: "fail_closed" } as const;
