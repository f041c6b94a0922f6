// operator actions list | show | approve | deny: the steps for which an agent in mode approve
// waits.
import { OperatorError } from "../domain/errors.ts";
import { canonicalJson } from "../domain/json.ts";
import type { Approval } from "../domain/session.ts";
import type { TicketDesk, TicketOps } from "../domain/ticket-ops.ts";
import { plainLines } from "../panels/plain-text.ts";
import { factLines, tableLines } from "../panels/table.ts";
import { formatDuration, formatTime } from "../panels/units.ts";
import type { CommandContext, ExitCode } from "./context.ts";
import { chooseFrom, isFlagSet, parseId, refuseSurplus } from "./flags.ts";
import { printEither } from "./tickets-json.ts";
import { openExistingStore } from "./tickets-store.ts";

type Verb = (store: TicketOps, context: CommandContext) => Promise<void>;

const VERBS = { list, show, approve, deny } satisfies Record<string, Verb>;
const VERB_NAMES = ["list", "show", "approve", "deny"] as const;
/** How many ids a message names when the one typed does not exist. */
const NAMED_MAX = 5;

export async function runActions(context: CommandContext): Promise<ExitCode> {
  const verb = chooseFrom(context.words[0] ?? "list", VERB_NAMES, "verb of actions");
  refuseSurplus(context.words, { max: verb === "list" ? 1 : 2, after: "actions" });
  using store = await openExistingStore(context);
  await VERBS[verb](store, context);
  return 0;
}

async function list(desk: TicketDesk, context: CommandContext): Promise<void> {
  const showsAll = isFlagSet(context.flags, "all");
  const approvals = await desk.listApprovals(showsAll ? {} : { state: "pending" });
  const none = showsAll ? "no actions were asked for" : "no actions wait for approval";
  const lines = () => (approvals.length === 0 ? [none] : listLines(approvals));
  printEither(context, { json: approvals, lines });
}

async function show(store: TicketOps, context: CommandContext): Promise<void> {
  const approval = await namedApproval(store, context);
  const nowMs = context.clock.now();
  printEither(context, { json: approval, lines: () => showLines(approval, nowMs) });
}

async function approve(store: TicketOps, context: CommandContext): Promise<void> {
  const { id } = await namedApproval(store, context);
  printDecided(context, await store.decideApproval(id, "approved"));
}

async function deny(store: TicketOps, context: CommandContext): Promise<void> {
  const { id } = await namedApproval(store, context);
  printDecided(context, await store.decideApproval(id, "denied"));
}

function printDecided(context: CommandContext, approval: Approval): void {
  const lines = () => [`Action #${approval.id} -> ${approval.state}`];
  printEither(context, { json: approval, lines });
}

function listLines(approvals: readonly Approval[]): readonly string[] {
  const rows = approvals.map((approval) => [
    String(approval.id),
    approval.state,
    `#${approval.ticketId}`,
    formatTime(approval.requestedAtMs),
    canonicalJson(approval.operation),
    approval.reason,
  ]);
  return tableLines(["ID", "STATE", "TICKET", "ASKED", "OPERATION", "REASON"], rows);
}

function showLines(approval: Approval, nowMs: number): readonly string[] {
  const leftMs = approval.expiresAtMs - nowMs;
  const isOpen = approval.state === "pending" && leftMs > 0;
  return [
    `Action #${approval.id}`,
    ...factLines([
      ["state", isOpen ? `pending, ${formatDuration(leftMs)} left` : approval.state],
      ["ticket", `#${approval.ticketId}`],
      ["session", approval.sessionId],
      ["reason", approval.reason],
      ["asked", formatTime(approval.requestedAtMs)],
      ["sha-256", approval.operationHash],
    ]),
    "",
    "Operation",
    ...plainLines(JSON.stringify(approval.operation, null, 2)).map((line) => `  ${line}`),
  ];
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
