// What PD does over gRPC, here as JSON over HTTP (protocol.ts), what the members say to each other,
// and the faults that can be switched on.
import { z } from "zod";
import {
  joinRequestSchema,
  PD_PATHS,
  regionHeartbeatSchema,
  storeHeartbeatSchema,
} from "../../protocol.ts";
import { observeRegions, observeStore } from "../cluster/heartbeats.ts";
import { joinStore } from "../cluster/join.ts";
import { ERRORS } from "../go/errors.ts";
import { compact, json, type Reply } from "../http/reply.ts";
import type { ApiRequest, Route } from "../http/routes.ts";
import { type Cluster, FAILPOINTS, type PdMember } from "../member.ts";
import { readStore } from "../metadata/records.ts";
import { PROPOSE_PATH } from "../metadata/transact.ts";
import { operatorsFor, settleOperators } from "../schedule/operators.ts";
import { readBody, writeReply } from "./body.ts";

const FAILPOINT = "/stand-in/failpoints/{name}";

export const STAND_IN_ROUTES: readonly Route[] = [
  { method: "POST", path: PD_PATHS.join, by: "office", handle: join },
  { method: "POST", path: PD_PATHS.storeHeartbeat, by: "office", handle: storeHeartbeat },
  { method: "POST", path: PD_PATHS.regionHeartbeat, by: "office", handle: regionHeartbeat },
  { method: "POST", path: PROPOSE_PATH, by: "member", handle: propose },
  { method: "GET", path: "/stand-in/failpoints", by: "member", handle: listFailpoints },
  { method: "PUT", path: FAILPOINT, by: "member", handle: setFailpoint },
  { method: "DELETE", path: FAILPOINT, by: "member", handle: setFailpoint },
];

const proposeSchema = z.object({ command: z.string(), deadlineMs: z.number() });

async function join(cluster: Cluster, request: ApiRequest): Promise<Reply> {
  const input = readBody(request.body, joinRequestSchema);
  if (input.state === "malformed") return input.reply;
  const outcome = await joinStore(cluster, input.value);
  return outcome.state === "joined" ? compact(outcome.reply) : writeReply(outcome, "");
}

/** Answers with the operators of the store, so that they need not wait for a region heartbeat. */
async function storeHeartbeat(cluster: Cluster, request: ApiRequest): Promise<Reply> {
  const input = readBody(request.body, storeHeartbeatSchema);
  if (input.state === "malformed") return input.reply;
  const { store_id } = input.value;
  const refusal = refuseStore(cluster.member, store_id);
  if (refusal) return refusal;
  const outcome = await observeStore(cluster, input.value);
  if (outcome.state !== "written") return writeReply(outcome, "");
  return compact(operatorsFor(cluster.office, store_id));
}

async function regionHeartbeat(cluster: Cluster, request: ApiRequest): Promise<Reply> {
  const input = readBody(request.body, regionHeartbeatSchema);
  if (input.state === "malformed") return input.reply;
  const { store_id } = input.value;
  const refusal = refuseStore(cluster.member, store_id);
  if (refusal) return refusal;
  const outcome = await observeRegions(cluster, input.value);
  if (outcome.state !== "written") return writeReply(outcome, "");
  settleOperators(cluster);
  return compact(operatorsFor(cluster.office, store_id));
}

function refuseStore({ metadata }: PdMember, storeId: number): Reply | undefined {
  const record = readStore(metadata, storeId);
  if (!record) return json(ERRORS.storeNotFound(storeId), 404);
  return record.state === "Tombstone" ? json(ERRORS.storeRemoved(storeId), 410) : undefined;
}

/** From a PD leader that is no Raft leader. */
async function propose(member: PdMember, request: ApiRequest): Promise<Reply> {
  const input = readBody(request.body, proposeSchema);
  if (input.state === "malformed") return input.reply;
  return compact(await member.raft.propose(input.value.command, input.value.deadlineMs));
}

function listFailpoints(member: PdMember): Reply {
  return json([...member.failpoints]);
}

function setFailpoint(member: PdMember, request: ApiRequest): Reply {
  const name = FAILPOINTS.find((failpoint) => failpoint === request.params.name);
  if (name === undefined) return json(`unknown failpoint: one of ${FAILPOINTS.join(", ")}`, 404);
  if (request.method === "PUT") member.failpoints.add(name);
  else member.failpoints.delete(name);
  member.log.warn("failpoint", { name, "is-on": request.method === "PUT" });
  return json([...member.failpoints]);
}
