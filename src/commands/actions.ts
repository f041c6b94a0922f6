// operator actions list | show | approve | deny | revise: the steps for which an agent in mode
// approve waits, and a person's word on them.
import { createRedactor } from "../agent/redact.ts";
import { OperatorError } from "../domain/errors.ts";
import type { Approval, Decision } from "../domain/session.ts";
import type { TicketDesk, TicketOps } from "../domain/ticket-ops.ts";
import { decidedLines, listLines, showLines } from "./actions-lines.ts";
import { alterationOf, alteredLines, isAltered } from "./altered-rows.ts";
import type { CommandContext, ExitCode } from "./context.ts";
import { chooseFrom, isFlagSet, parseId, refuseSurplus, textFlag, usage } from "./flags.ts";
import { printEither } from "./tickets-json.ts";
import { openExistingStore } from "./tickets-store.ts";

type Verb = (store: TicketOps, context: CommandContext) => Promise<ExitCode | undefined>;

const VERBS = { list, show, approve, deny, revise } satisfies Record<string, Verb>;
const VERB_NAMES = ["list", "show", "approve", "deny", "revise"] as const;
/** Words after the verb; a person's own are as many as they are. */
const WORDS_MAX = {
  list: 1,
  show: 2,
  approve: 2,
  deny: Number.POSITIVE_INFINITY,
  revise: Number.POSITIVE_INFINITY,
};
/** How many ids a message names when the one typed does not exist. */
const NAMED_MAX = 5;

export async function runActions(context: CommandContext): Promise<ExitCode> {
  const verb = chooseFrom(context.words[0] ?? "list", VERB_NAMES, "verb of actions");
  refuseSurplus(context.words, { max: WORDS_MAX[verb], after: "actions" });
  const takesReason = verb === "deny" || verb === "revise";
  if (!takesReason && textFlag(context.flags, "reason") !== undefined) {
    throw usage(`--reason is for deny and revise, not for ${verb}`);
  }
  using store = await openExistingStore(context);
  return (await VERBS[verb](store, context)) ?? 0;
}

async function list(desk: TicketDesk, context: CommandContext): Promise<undefined> {
  const showsAll = isFlagSet(context.flags, "all");
  const approvals = await desk.listApprovals(showsAll ? {} : { state: "pending" });
  const none = showsAll ? "no actions were asked for" : "no actions wait for approval";
  const lines = () => (approvals.length === 0 ? [none] : listLines(approvals));
  printEither(context, { json: approvals, lines });
}

async function show(store: TicketOps, context: CommandContext): Promise<ExitCode> {
  const approval = await namedApproval(store, context);
  const nowMs = context.clock.now();
  const alteration = await alterationOf(store, { ticketId: approval.ticketId });
  const lines = () => [...alteredLines(alteration), ...showLines(approval, nowMs)];
  printEither(context, { json: { ...approval, ...alteration }, lines });
  return isAltered(alteration) ? 3 : 0;
}

function approve(store: TicketOps, context: CommandContext): Promise<undefined> {
  return decide(store, { context, decision: "approved" });
}

async function deny(store: TicketOps, context: CommandContext): Promise<undefined> {
  const words = await typedWords(context);
  await decide(store, { context, decision: "denied", words });
}

/** The words go back to the model as the result of its call, and it goes on. */
async function revise(store: TicketOps, context: CommandContext): Promise<undefined> {
  const words = await typedWords(context);
  if (words === undefined) {
    const example = "operator actions revise 1 'restart it, do not replace it'";
    throw usage("revise with which words? they go back to the model", example);
  }
  await decide(store, { context, decision: "revised", words });
}

interface Answer {
  readonly context: CommandContext;
  readonly decision: Decision;
  readonly words?: string | undefined;
}

async function decide(store: TicketOps, { context, decision, words }: Answer): Promise<undefined> {
  const { id } = await namedApproval(store, context);
  const decided = await store.decideApproval(id, decision, words);
  printEither(context, { json: decided, lines: () => decidedLines(decided) });
}

/** After the id, or as --reason; without secrets, for they leave for the model and the audit. */
async function typedWords({ words, flags, env }: CommandContext): Promise<string | undefined> {
  const typed = words.slice(2).join(" ").trim();
  const flagged = textFlag(flags, "reason")?.trim() ?? "";
  if (typed !== "" && flagged !== "") {
    throw usage("the words are typed twice: after the id, and as --reason");
  }
  const said = typed === "" ? flagged : typed;
  if (said === "") return undefined;
  const { secretsOf } = await import("./known-secrets.ts");
  return createRedactor(secretsOf(env))(said);
}

/** The approval whose id was typed after the verb. */
async function namedApproval(store: TicketOps, { words }: CommandContext): Promise<Approval> {
  const approvalId = parseId(words[1], "action");
  const approval = await store.getApproval(approvalId);
  if (approval) return approval;
  const newest = (await store.listApprovals({})).slice(0, NAMED_MAX);
  const ids = newest.map(({ id }) => id).join(", ");
  const there = ids === "" ? "none were asked for" : `the newest are ${ids}`;
  throw new OperatorError("not_found", `unknown action ${approvalId}: ${there}`);
}
