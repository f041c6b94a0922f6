// One PD member while it runs: its replica of the metadata, its part in the Raft group, and, while
// it is PD leader, what a leader holds in memory.
import type { Clock } from "../../../../src/domain/clock.ts";
import type { Log } from "../log.ts";
import type { RaftNode } from "../raft/consensus.ts";
import type { Office } from "./cluster/office.ts";
import { readLeader } from "./metadata/records.ts";
import type { MetadataReplica } from "./metadata/replica.ts";
import type { PdPlan, PdSettings } from "./settings.ts";

export interface PdMember {
  readonly settings: PdSettings;
  readonly metadata: MetadataReplica;
  readonly raft: RaftNode;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
  readonly signal: AbortSignal;
  readonly startedAtMs: number;
  /** Faults switched on over HTTP; gone after a restart. */
  readonly failpoints: Set<Failpoint>;
  /** What this member has seen of the lease: its text, and when that last changed, by own clock. */
  lease: { readonly text: string | undefined; readonly changedAtMs: number };
  /** Present while it is PD leader; read it through `officeOf`, which knows the lease. */
  office: Office | undefined;
  /** The etcd leader that it saw last, since when by own clock, and how often it was a new one. */
  etcd: {
    readonly leaderId: string | undefined;
    readonly changedAtMs: number;
    readonly changes: number;
  };
}

export const FAILPOINTS = [
  "leader-loop-hung", // keeps the PD leader's lease although etcd leads elsewhere (tikv/pd#10746)
  "etcd-leader-away", // hands etcd leadership to another member whenever it has it
] as const;
export type Failpoint = (typeof FAILPOINTS)[number];

/** The PD leader at work: what it leads, and what it holds while it does. */
export interface Cluster {
  readonly member: PdMember;
  readonly office: Office;
}

/** What the PD leader holds; undefined when this member is not PD leader, or its lease ran out. */
export function officeOf(member: PdMember): Office | undefined {
  const { office } = member;
  return office && member.clock.now() < office.validUntilMs ? office : undefined;
}

/**
 * The PD leader as far as this member can tell. Undefined also when etcd has no leader, and as soon
 * as a lease that nobody renews must be over for its holder: the leader key is removed later, when
 * the next etcd leader finds it so.
 */
export function knownLeader(member: PdMember): PdPlan | undefined {
  if (officeOf(member)) return member.settings.self;
  const sinceRenewalMs = member.clock.now() - member.lease.changedAtMs;
  if (!etcdLeader(member) || sinceRenewalMs > member.settings.timings.leaseMs) return undefined;
  const leader = readLeader(member.metadata);
  return member.settings.members.find((plan) => plan.name === leader?.name);
}

/** The Raft leader; undefined without a quorum, as the leader itself steps down then. */
export function etcdLeader(member: PdMember): PdPlan | undefined {
  const leaderId = member.raft.leaderId();
  return member.settings.members.find((plan) => plan.name === leaderId);
}
