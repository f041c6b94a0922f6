// The texts in which PD's API shows operators (pkg/schedule/operator/operator.go).
import { goDuration, goTimeString } from "../go/format.ts";
import type { GoJson } from "../go/json.ts";
import { OPERATOR_TIMEOUT_MS, type Operator, type OperatorStatus } from "./operators.ts";

const TIMEOUT_TEXT = `${OPERATOR_TIMEOUT_MS / 1000}s`;
const LEADER_BIT = 256;
const ADMIN_BIT = 1;
const STATUS_NUMBERS: Readonly<Record<OperatorStatus, number>> = {
  running: 1,
  success: 2,
  cancel: 3,
  timeout: 6,
};

/** `startedAtMs` is the process's start, which Go's monotonic clock counts from. */
export function operatorText(operator: Operator, startedAtMs: number): string {
  const { desc, region, fromStoreId, toStoreId, size } = operator;
  const createdAt = stampText(operator.createdAtNs, startedAtMs);
  const ending =
    operator.status === "success" ? " finished" : operator.status === "timeout" ? " timeout" : "";
  return (
    `${desc} {${briefOf(operator)}} (kind:${kindOf(operator)}, ` +
    `region:${region.id}(${region.version}, ${region.conf_ver}), ` +
    `createAt:${createdAt}, startAt:${createdAt}, ` +
    `currentStep:${operator.status === "success" ? 1 : 0}, size:${size}, ` +
    `steps:[0:{transfer leader from store ${fromStoreId} to store ${toStoreId}}], ` +
    `timeout:[${TIMEOUT_TEXT}])${ending}`
  );
}

/** As in GET /operators/{region_id}. */
export function operatorStatusText(operator: Operator, startedAtMs: number): string {
  const text = operatorText(operator, startedAtMs);
  return `status: ${operator.status.toUpperCase()}, operator: ${text}`;
}

/** As in GET /operators/records. */
export function operatorRecordText(operator: Operator, startedAtMs: number): string {
  const finishedAt = stampText(operator.finishedAtNs, startedAtMs);
  const duration = goDuration(operator.finishedAtNs - operator.createdAtNs);
  const text = operatorText(operator, startedAtMs);
  return `${text} (finishAt:${finishedAt}, duration:${duration})`;
}

/** As in GET /operators?object. */
export function operatorObject(operator: Operator): GoJson {
  const { desc, region, isAdmin, status } = operator;
  return {
    desc,
    brief: briefOf(operator),
    region_id: region.id,
    region_epoch: { conf_ver: region.conf_ver, version: region.version },
    kind: isAdmin ? ADMIN_BIT | LEADER_BIT : LEADER_BIT,
    timeout: TIMEOUT_TEXT,
    status: STATUS_NUMBERS[status],
  };
}

function briefOf({ fromStoreId, toStoreId }: Operator): string {
  return `transfer leader: store ${fromStoreId} to ${toStoreId}`;
}

function kindOf(operator: Operator): string {
  return operator.isAdmin ? "admin,leader" : "leader";
}

function stampText(epochNs: bigint, startedAtMs: number): string {
  const uptimeNs = epochNs - BigInt(startedAtMs) * 1_000_000n;
  return goTimeString(epochNs, uptimeNs);
}
