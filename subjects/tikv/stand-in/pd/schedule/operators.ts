// Operators: what PD asks of a region. The stand-in knows one step, to hand leadership to another
// store; it reaches the region's leader in the reply to its next heartbeat.
import type { RegionHeartbeatReply } from "../../protocol.ts";
import type { Office } from "../cluster/office.ts";
import type { Cluster, PdMember } from "../member.ts";
import type { RegionRecord } from "../metadata/records.ts";

export interface Operator {
  /** Who asked: a scheduler's name, or `admin-transfer-leader`. */
  readonly desc: string;
  readonly isAdmin: boolean;
  readonly region: RegionRecord;
  readonly fromStoreId: number;
  readonly toStoreId: number;
  /** MiB. */
  readonly size: number;
  readonly createdAtNs: bigint;
  readonly status: OperatorStatus;
  /** Equals `createdAtNs` while it runs. */
  readonly finishedAtNs: bigint;
}

/** By pdpb.OperatorStatus: RUNNING, SUCCESS, CANCEL, TIMEOUT. */
export type OperatorStatus = "running" | "success" | "cancel" | "timeout";

export interface OperatorPlan {
  readonly desc: string;
  readonly isAdmin: boolean;
  readonly region: RegionRecord;
  readonly toStoreId: number;
}

export const OPERATOR_TIMEOUT_MS = 10_000; // of a leader transfer; not scaled, as messages are not

/** Undefined when the region has an operator already, has no leader, or is led there already. */
export function startOperator(cluster: Cluster, plan: OperatorPlan): Operator | undefined {
  const { member, office } = cluster;
  const statistics = office.regions.get(plan.region.id);
  const fromStoreId = statistics?.leaderStoreId;
  if (!statistics || fromStoreId === undefined || fromStoreId === plan.toStoreId) return undefined;
  if (office.operators.has(plan.region.id)) return undefined;
  const createdAtNs = stampNow(member);
  const operator: Operator = {
    ...plan,
    fromStoreId,
    size: statistics.approximateSize,
    createdAtNs,
    status: "running",
    finishedAtNs: createdAtNs,
  };
  office.operators.set(plan.region.id, operator);
  countEvent(office, `${plan.desc} create`);
  return operator;
}

/** Ends what has succeeded, was overtaken or took too long; forgets what ended long ago. */
export function settleOperators(cluster: Cluster): void {
  const { member, office } = cluster;
  const nowNs = stampNow(member);
  for (const operator of office.operators.values()) {
    const leader = office.regions.get(operator.region.id)?.leaderStoreId;
    const ageMs = Number((nowNs - operator.createdAtNs) / 1_000_000n);
    if (leader === operator.toStoreId) finishOperator(cluster, { operator, as: "success" });
    else if (leader !== operator.fromStoreId) {
      finishOperator(cluster, { operator, as: "cancel" });
    } else if (ageMs > OPERATOR_TIMEOUT_MS) {
      finishOperator(cluster, { operator, as: "timeout" });
    }
  }
  const keptNs = BigInt(member.settings.timings.recordsKeptMs) * 1_000_000n;
  const firstKept = office.finishedOperators.findIndex(
    (operator) => nowNs - operator.finishedAtNs <= keptNs,
  );
  office.finishedOperators.splice(0, firstKept < 0 ? office.finishedOperators.length : firstKept);
}

export interface OperatorEnd {
  readonly operator: Operator;
  readonly as: Exclude<OperatorStatus, "running">;
}

export function finishOperator({ member, office }: Cluster, end: OperatorEnd): void {
  const finished: Operator = { ...end.operator, status: end.as, finishedAtNs: stampNow(member) };
  office.operators.delete(end.operator.region.id);
  office.finishedOperators.push(finished);
  countEvent(office, `${finished.desc} ${end.as === "success" ? "finish" : end.as}`);
}

/** What the leaders on one store are asked now. Repeated until it is done or given up. */
export function operatorsFor(office: Office, storeId: number): RegionHeartbeatReply {
  const running = [...office.operators.values()].filter(
    (operator) => operator.fromStoreId === storeId,
  );
  return {
    operators: running.map((operator) => ({
      region_id: operator.region.id,
      transfer_leader_to: operator.toStoreId,
    })),
  };
}

/** Chance fills what the clock's milliseconds leave out. */
function stampNow(member: PdMember): bigint {
  return BigInt(member.clock.now()) * 1_000_000n + BigInt(Math.floor(member.random() * 1_000_000));
}

/** `key` is the operator's desc and what happened to it. */
function countEvent(office: Office, key: string): void {
  office.operatorCounts.set(key, (office.operatorCounts.get(key) ?? 0) + 1);
}
