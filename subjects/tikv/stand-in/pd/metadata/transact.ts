// How a member changes the metadata: by a proposal to its own Raft node, or, where another member
// is the Raft leader, to that one over HTTP.
import { z } from "zod";
import { messageOf } from "../../../../../src/domain/errors.ts";
import type { PdMember } from "../member.ts";
import type { Transaction } from "./replica.ts";

export const PROPOSE_PATH = "/stand-in/propose";

export type TransactionOutcome =
  /** Committed, and visible in this member's replica. */
  | { readonly state: "written" }
  /** Committed, but a condition did not hold: nothing was written. */
  | { readonly state: "conflict" }
  /** It may or may not be written later. */
  | { readonly state: "uncertain"; readonly reason: string };

const proposalReplySchema = z.discriminatedUnion("state", [
  z.object({ state: z.literal("applied"), index: z.number().int(), result: z.string() }),
  z.object({ state: z.literal("not_leader"), leaderId: z.string().optional() }),
  z.object({ state: z.literal("uncertain"), reason: z.string() }),
]);
type ProposalReply = z.infer<typeof proposalReplySchema>;

const APPLY_POLL_MS = 5;

export interface TransactionRequest {
  readonly transaction: Transaction;
  readonly deadlineMs: number;
}

/** Never rejects. Takes at most `deadlineMs`, from now. */
export async function transact(
  member: PdMember,
  { transaction, deadlineMs }: TransactionRequest,
): Promise<TransactionOutcome> {
  const endsAtMs = member.clock.now() + deadlineMs;
  const command = JSON.stringify(transaction);
  const proposal = await member.raft.propose(command, deadlineMs);
  const reply =
    proposal.state === "not_leader"
      ? await proposeAt(member, { command, leaderId: proposal.leaderId, endsAtMs })
      : proposal;
  if (reply.state === "not_leader") return { state: "uncertain", reason: "etcd has no leader" };
  if (reply.state === "uncertain") return reply;
  if (reply.result === "conflict") return { state: "conflict" };
  const isVisible = await waitUntilApplied(member, { index: reply.index, endsAtMs });
  return isVisible ? { state: "written" } : { state: "uncertain", reason: "not applied here yet" };
}

interface RemoteProposal {
  readonly command: string;
  readonly leaderId: string | undefined;
  readonly endsAtMs: number;
}

async function proposeAt(member: PdMember, proposal: RemoteProposal): Promise<ProposalReply> {
  const { command, leaderId, endsAtMs } = proposal;
  const leader = member.settings.members.find((plan) => plan.name === leaderId);
  const leftMs = endsAtMs - member.clock.now();
  if (!leader || leader === member.settings.self || leftMs <= 0) {
    return { state: "not_leader", leaderId: undefined };
  }
  try {
    const response = await fetch(`${leader.clientUrl}${PROPOSE_PATH}`, {
      method: "POST",
      body: JSON.stringify({ command, deadlineMs: leftMs }),
      signal: AbortSignal.timeout(leftMs),
    });
    return proposalReplySchema.parse(await response.json());
  } catch (error) {
    return { state: "uncertain", reason: messageOf(error) };
  }
}

interface AwaitedIndex {
  readonly index: number;
  readonly endsAtMs: number;
}

async function waitUntilApplied(
  member: PdMember,
  { index, endsAtMs }: AwaitedIndex,
): Promise<boolean> {
  while (member.metadata.appliedIndex() < index) {
    if (member.signal.aborted || member.clock.now() >= endsAtMs) return false;
    await member.clock.sleep(APPLY_POLL_MS, member.signal);
  }
  return true;
}
