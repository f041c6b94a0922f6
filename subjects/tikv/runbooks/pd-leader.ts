// PD led by one member, its etcd by another, for long: the PD leader hangs (tikv/pd issue 10746).
import { diagnose } from "../../../src/runbooks/diagnosis.ts";
import { reviveMember } from "../../../src/runbooks/members.ts";
import {
  act,
  cannotFix,
  fixed,
  lineOf,
  lookAtMembers,
  lookAtVerdicts,
  noActionNeeded,
  ownVerdict,
  tryTwice,
} from "../../../src/runbooks/steps.ts";

/** Leadership is handed over, which harms nobody; a leader that will not let go is restarted. */
export const reunitePdLeaders = tryTwice(function* (ticket) {
  const verdicts = yield* lookAtVerdicts(ticket, `${lineOf(ticket.reason)}. Is it so now?`);
  const own = ownVerdict(ticket, verdicts);
  if (own?.state === "holds") return noActionNeeded(ticket, own);
  const { leader, etcd_leader: etcdLeader } = { ...ticket.evidence, ...own?.evidence };
  const members = yield* lookAtMembers(ticket, "What of the process of PD's leader?");
  const member = members?.find(({ name }) => name === leader);
  if (typeof leader !== "string" || typeof etcdLeader !== "string") {
    return yield* diagnose(ticket, "Compare leader and etcd_leader of PD's /members.");
  }
  if (member && member.state !== "running") return yield* reviveMember(ticket, member);
  const rootCause = `PD was led by ${leader} while its etcd was led by ${etcdLeader}.`;
  const transfer = yield* act({
    action: "transfer_pd_leader",
    target: etcdLeader,
    thought: `${etcdLeader} leads etcd and answers: it shall lead PD as well.`,
    reason: lineOf(ticket.reason),
  });
  if (!transfer.isError) return fixed({ rootCause, summary: lineOf(transfer.text) });
  const restart = yield* act({
    action: "restart_member",
    target: leader,
    thought: `${leader} does not hand leadership over: it hangs, and is restarted.`,
    reason: lineOf(transfer.text),
  });
  const summary = `Transfer: ${lineOf(transfer.text)}. Restart: ${lineOf(restart.text)}`;
  return restart.isError ? cannotFix({ rootCause, summary }) : fixed({ rootCause, summary });
});
