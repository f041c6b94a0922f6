// Who is PD leader. "Etcd leader" is the Raft leader; "PD leader" is the holder of the leader key,
// which stands as long as its lease is renewed. Only an etcd leader campaigns, and a PD leader that
// is no etcd leader any more resigns. Each tick makes at most one proposal.
import { randomBytes } from "node:crypto";
import { type Accession, takeOffice } from "./cluster/office.ts";
import { putJson } from "./cluster/write.ts";
import { etcdLeader, officeOf, type PdMember } from "./member.ts";
import { KEYS, readClusterId, readLeader, readSchedulers } from "./metadata/records.ts";
import type { Transaction } from "./metadata/replica.ts";
import { transact } from "./metadata/transact.ts";
import { DEFAULT_SCHEDULERS } from "./schedule/schedulers.ts";
import type { PdPlan } from "./settings.ts";

/** Within the 2 s that a member has to end in. */
const RESIGN_MS = 1_000;

/** One step of the leader loop. Never rejects. */
export async function tickLeadership(member: PdMember): Promise<void> {
  watchLease(member);
  if (member.failpoints.has("etcd-leader-away")) moveEtcdLeader(member, othersOf(member));
  if (member.office) return keepOrLeaveOffice(member);
  // Not before everything committed by earlier leaders is in this replica.
  if (!member.raft.canRead()) return;
  const leader = readLeader(member.metadata);
  if (!leader) return campaign(member);
  // Its own key of an earlier life is let go at once, as CheckLeader of pkg/member/member.go does.
  if (leader.name === member.settings.self.name || isLeaseOver(member)) {
    await removeLeaderKey(member);
  }
}

/** Lets the leader key go, so that another can have it before the lease runs out. */
export async function resign(member: PdMember, reason: string): Promise<void> {
  const { office } = member;
  if (!office) return;
  leaveOffice(member, reason);
  const transaction: Transaction = {
    conditions: [{ key: KEYS.leader, value: office.leaderText }],
    puts: [],
    deletes: [KEYS.leader, KEYS.lease],
  };
  await transact(member, { transaction, deadlineMs: RESIGN_MS });
}

/** To the one of these that answered last. False when this is no etcd leader, or nobody can. */
export function moveEtcdLeader(member: PdMember, candidates: readonly PdPlan[]): boolean {
  if (member.raft.role() !== "leader") return false;
  const names = candidates.map((plan) => plan.name);
  return [...member.raft.peers()]
    .filter((peer) => names.includes(peer.nodeId))
    .sort((left, right) => left.silentMs - right.silentMs)
    .some((peer) => member.raft.transferLeadership(peer.nodeId));
}

export function othersOf({ settings }: PdMember): readonly PdPlan[] {
  return settings.members.filter((plan) => plan !== settings.self);
}

function watchLease(member: PdMember): void {
  const nowMs = member.clock.now();
  const text = member.metadata.get(KEYS.lease);
  if (text !== member.lease.text) member.lease = { text, changedAtMs: nowMs };
  const leaderId = member.raft.leaderId();
  if (leaderId === member.etcd.leaderId) return;
  const changes = member.etcd.changes + (leaderId === undefined ? 0 : 1);
  member.etcd = { leaderId, changedAtMs: nowMs, changes };
}

async function keepOrLeaveOffice(member: PdMember): Promise<void> {
  const { office } = member;
  const { leaseMs } = member.settings.timings;
  if (!office) return;
  if (!officeOf(member)) return leaveOffice(member, "lease expired");
  const isEtcdLeader = etcdLeader(member) === member.settings.self;
  if (!isEtcdLeader && !member.failpoints.has("leader-loop-hung")) {
    return resign(member, "etcd leader changed, resigns pd leadership");
  }
  const sentAtMs = member.clock.now();
  if (sentAtMs - office.renewedAtMs < leaseMs / 3) return;
  const lease = { nonce: office.nonce, renewals: office.renewals + 1 };
  const renewal: Transaction = {
    conditions: [{ key: KEYS.leader, value: office.leaderText }],
    puts: [putJson(KEYS.lease, lease)],
    deletes: [],
  };
  const outcome = await transact(member, {
    transaction: renewal,
    deadlineMs: office.validUntilMs - sentAtMs,
  });
  if (outcome.state === "conflict") return leaveOffice(member, "leader key is another's");
  if (outcome.state !== "written") return;
  office.renewals = lease.renewals;
  office.renewedAtMs = sentAtMs;
  office.validUntilMs = sentAtMs + leaseMs;
}

function leaveOffice(member: PdMember, reason: string): void {
  member.office = undefined;
  member.log.info("no longer a leader because lease has expired, pd leader will step down", {
    "leader-name": member.settings.self.name,
    reason,
  });
}

async function campaign(member: PdMember): Promise<void> {
  const { leaseMs, writeMs } = member.settings.timings;
  const sentAtMs = member.clock.now();
  const nonce = randomBytes(8).toString("hex");
  const leaderText = JSON.stringify({ name: member.settings.self.name, nonce });
  const transaction: Transaction = {
    conditions: [{ key: KEYS.leader, value: null }],
    puts: [
      { key: KEYS.leader, value: leaderText },
      putJson(KEYS.lease, { nonce, renewals: 0 }),
      ...firstRecords(member),
    ],
    deletes: [],
  };
  const outcome = await transact(member, { transaction, deadlineMs: Math.min(leaseMs, writeMs) });
  if (outcome.state !== "written") return;
  const validUntilMs = sentAtMs + leaseMs;
  const accession: Accession = { leaderText, nonce, nowMs: member.clock.now(), validUntilMs };
  member.office = takeOffice(member.metadata, accession);
  const fields = { "leader-name": member.settings.self.name };
  member.log.info("PD leader is ready to serve", fields);
}

/** What the first leader of a new cluster draws and writes, once. */
function firstRecords(member: PdMember): Transaction["puts"] {
  if (readClusterId(member.metadata) !== 0n) return [];
  // As PD makes it: seconds in the upper half, chance in the lower.
  const seconds = BigInt(Math.floor(member.clock.now() / 1000));
  const clusterId = (seconds << 32n) | BigInt(randomBytes(4).readUInt32BE());
  const known = readSchedulers(member.metadata);
  const missing = DEFAULT_SCHEDULERS.filter((name) => !known.has(name));
  return [
    { key: KEYS.clusterId, value: `${clusterId}` },
    ...missing.map((name) => putJson(KEYS.scheduler(name), { stores: [] })),
  ];
}

/** A lease counts from its last change, and anew for each etcd leader, as etcd's lessor does. */
function isLeaseOver(member: PdMember): boolean {
  const seenAtMs = Math.max(member.lease.changedAtMs, member.etcd.changedAtMs);
  return member.clock.now() - seenAtMs > member.settings.timings.leaseMs;
}

async function removeLeaderKey(member: PdMember): Promise<void> {
  const transaction: Transaction = {
    conditions: [
      { key: KEYS.leader, value: member.metadata.get(KEYS.leader) ?? null },
      { key: KEYS.lease, value: member.metadata.get(KEYS.lease) ?? null },
    ],
    puts: [],
    deletes: [KEYS.leader, KEYS.lease],
  };
  await transact(member, { transaction, deadlineMs: member.settings.timings.leaseMs });
}
