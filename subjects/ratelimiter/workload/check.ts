// One check as a client makes it: at one node, and when that one does not answer, once at another.

import { parseJsonText } from "../../../src/infra/json-text.ts";
import { checkAnswerSchema } from "../service/answers.ts";
import type { Account, Decision } from "./account.ts";
import type { Balancer, Node } from "./balancer.ts";
import type { LineReply } from "./node-line.ts";

export interface CheckTools {
  readonly account: Account;
  readonly balancer: Balancer;
}

export interface CheckResult {
  readonly decision: Decision;
  readonly isRetried: boolean;
}

/** Four times what a node gives Redis. */
export const ANSWER_MS = 1_000;
const UNITS = 1;

/** Never rejects. Takes at most about twice `ANSWER_MS`. */
export async function performCheck(key: string, tools: CheckTools): Promise<CheckResult> {
  const first = tools.balancer.choose();
  if (first === undefined) return { decision: "undecided", isRetried: false };
  const answer = await ask(key, { ...tools, node: first });
  if (answer.state === "answered") return { decision: answer.decision, isRetried: false };
  const second = tools.balancer.choose(first);
  if (second === undefined) return { decision: "undecided", isRetried: false };
  const { decision } = await ask(key, { ...tools, node: second });
  return { decision, isRetried: true };
}

interface Answer {
  readonly state: LineReply["state"];
  readonly decision: Decision;
}

async function ask(
  key: string,
  { account, balancer, node }: CheckTools & { readonly node: Node },
): Promise<Answer> {
  const sentMs = performance.now();
  const attempt = account.begin({ key, units: UNITS, node: node.name, sentMs });
  const body = JSON.stringify({ key, cost: UNITS });
  const reply = await node.line.exchange({ method: "POST", path: "/check", body }, ANSWER_MS);
  const decision = decisionOf(reply, key);
  account.end(attempt, { decision, atMs: performance.now() });
  if (reply.state === "lost") balancer.passOver(node);
  return { state: reply.state, decision };
}

function decisionOf(reply: LineReply, key: string): Decision {
  if (reply.state === "lost" || (reply.status !== 200 && reply.status !== 429)) return "undecided";
  const answer = checkAnswerSchema.safeParse(parseJsonText(reply.text)).data;
  if (answer?.key !== key || answer.allowed !== (reply.status === 200)) return "undecided";
  if (!answer.allowed) return "denied";
  return answer.decided_by === "redis" ? "allowed" : "allowed_unasked";
}
