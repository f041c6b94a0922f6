// Listing operators, and moving one region's leader by hand.
import { z } from "zod";
import { viewStores } from "../cluster/stores.ts";
import { ERRORS } from "../go/errors.ts";
import { json, type Reply } from "../http/reply.ts";
import type { ApiRequest, Route } from "../http/routes.ts";
import type { Cluster } from "../member.ts";
import { readRegions } from "../metadata/records.ts";
import {
  operatorObject,
  operatorRecordText,
  operatorStatusText,
  operatorText,
} from "../schedule/operator-text.ts";
import { finishOperator, type Operator, startOperator } from "../schedule/operators.ts";
import { readBody, readId } from "./body.ts";
import { shuffled } from "./regions.ts";

const LIST = "/pd/api/v1/operators";
const ONE = "/pd/api/v1/operators/{region_id}";

export const OPERATOR_ROUTES: readonly Route[] = [
  { method: "GET", path: LIST, by: "cluster", handle: listOperators },
  { method: "POST", path: LIST, by: "cluster", handle: createOperator },
  { method: "DELETE", path: LIST, by: "cluster", handle: cancelOperators },
  { method: "GET", path: `${LIST}/records`, by: "cluster", handle: listRecords },
  { method: "GET", path: ONE, by: "cluster", handle: getOperator },
  { method: "DELETE", path: ONE, by: "cluster", handle: cancelOperator },
];

const operatorSchema = z.object({
  name: z.unknown().optional(),
  region_id: z.unknown().optional(),
  to_store_id: z.unknown().optional(),
});

function listOperators({ member, office }: Cluster, request: ApiRequest): Reply {
  const kinds = request.query.getAll("kind");
  const running = [...office.operators.values()].filter(
    (operator) => kinds.length === 0 || kinds.some((kind) => isOfKind(operator, kind)),
  );
  const operators = shuffled(running, member.random);
  if (request.query.has("object")) return json(operators.map(operatorObject));
  return json(operators.map((operator) => operatorText(operator, member.startedAtMs)));
}

function isOfKind(operator: Operator, kind: string): boolean {
  return kind === "leader" || (kind === "admin" && operator.isAdmin);
}

function createOperator(cluster: Cluster, request: ApiRequest): Reply {
  const input = readBody(request.body, operatorSchema);
  if (input.state === "malformed") return input.reply;
  const { name, region_id, to_store_id } = input.value;
  if (typeof name !== "string") return json("missing operator name", 400);
  if (name !== "transfer-leader") return json("unknown operator", 400);
  if (typeof region_id !== "number") return json("missing region id", 400);
  if (typeof to_store_id !== "number") {
    return json("missing store id to transfer leader to", 400);
  }
  return transferLeader(cluster, { regionId: region_id, toStoreId: to_store_id });
}

interface Transfer {
  readonly regionId: number;
  readonly toStoreId: number;
}

function transferLeader(cluster: Cluster, { regionId, toStoreId }: Transfer): Reply {
  const { member } = cluster;
  const region = readRegions(member.metadata).find((record) => record.id === regionId);
  if (!region) return json(ERRORS.regionNotFound(regionId), 500);
  if (!region.peers.some((peer) => peer.store_id === toStoreId)) {
    return json(`region has no voter in store ${toStoreId}`, 500);
  }
  const store = viewStores(cluster).find(({ record }) => record.id === toStoreId);
  if (store && store.silentMs > member.settings.timings.unhealthyMs) {
    return json(ERRORS.storeUnhealthy(toStoreId), 500);
  }
  const plan = { desc: "admin-transfer-leader", isAdmin: true, region, toStoreId };
  const operator = startOperator(cluster, plan);
  return operator ? json("The operator is created.") : json(ERRORS.addOperator, 500);
}

function cancelOperators(cluster: Cluster): Reply {
  for (const operator of cluster.office.operators.values()) {
    finishOperator(cluster, { operator, as: "cancel" });
  }
  return json("All pending operators are canceled.");
}

/** `from` in Unix seconds. */
function listRecords({ member, office }: Cluster, request: ApiRequest): Reply {
  const from = request.query.get("from") ?? "0";
  if (!/^\d+$/.test(from)) {
    return json(`strconv.ParseInt: parsing ${JSON.stringify(from)}: invalid syntax`, 400);
  }
  const fromNs = BigInt(from) * 1_000_000_000n;
  const records = office.finishedOperators.filter(({ finishedAtNs }) => finishedAtNs >= fromNs);
  if (records.length === 0) return json(ERRORS.operatorNotFound, 500);
  return json(records.map((operator) => operatorRecordText(operator, member.startedAtMs)));
}

/** The running one, or the last that has ended and is still kept. */
function getOperator({ member, office }: Cluster, request: ApiRequest): Reply {
  const id = readId(request.params.region_id);
  if (id.state === "malformed") return id.reply;
  const operator =
    office.operators.get(id.value) ??
    office.finishedOperators.findLast(({ region }) => region.id === id.value);
  if (!operator) return json(ERRORS.operatorNotFound, 500);
  return json(operatorStatusText(operator, member.startedAtMs));
}

function cancelOperator(cluster: Cluster, request: ApiRequest): Reply {
  const id = readId(request.params.region_id);
  if (id.state === "malformed") return id.reply;
  const operator = cluster.office.operators.get(id.value);
  if (!operator) return json(ERRORS.operatorNotFound, 500);
  finishOperator(cluster, { operator, as: "cancel" });
  return json("The pending operator is canceled.");
}
