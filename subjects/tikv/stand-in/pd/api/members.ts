// The PD members themselves: who they are, who leads, how each is.
import { ERRORS } from "../go/errors.ts";
import type { GoJson } from "../go/json.ts";
import { probeMembers } from "../health.ts";
import { compact, emptyReply, json, type Reply } from "../http/reply.ts";
import type { ApiRequest, Route } from "../http/routes.ts";
import { moveEtcdLeader, othersOf } from "../leadership.ts";
import { etcdLeader, knownLeader, type PdMember } from "../member.ts";
import { readBootstrapTime, readClusterId } from "../metadata/records.ts";
import type { PdPlan } from "../settings.ts";

export const PD_VERSION = "v8.5.7";
/** No build of PD: this is the stand-in. */
export const NO_GIT_HASH = "0".repeat(40);
const BUILD_TIME = "2026-06-17 01:35:24";

export const MEMBER_ROUTES: readonly Route[] = [
  { method: "GET", path: "/pd/api/v1/ping", by: "member", handle: () => emptyReply() },
  { method: "GET", path: "/pd/api/v1/version", by: "member", handle: getVersion },
  { method: "GET", path: "/pd/api/v1/status", by: "member", handle: getStatus },
  { method: "GET", path: "/pd/api/v1/health", by: "member", handle: getHealth },
  { method: "GET", path: "/pd/api/v2/ready", by: "member", handle: getReady },
  { method: "GET", path: "/pd/ping", by: "member", handle: () => emptyReply() },
  { method: "GET", path: "/pd/health", by: "member", handle: getHealth },
  { method: "GET", path: "/health", by: "member", handle: getEtcdHealth },
  { method: "GET", path: "/version", by: "member", handle: getEtcdVersion },
  { method: "GET", path: "/pd/api/v1/members", by: "leader", handle: getMembers },
  { method: "GET", path: "/pd/api/v1/leader", by: "leader", handle: getLeader },
  { method: "POST", path: "/pd/api/v1/leader/resign", by: "leader", handle: moveLeader },
  { method: "POST", path: "/pd/api/v1/leader/transfer/{next}", by: "leader", handle: moveLeader },
];

function getVersion(): Reply {
  return json({ version: PD_VERSION, build_time: "", hash: "", branch: "" });
}

function getStatus(member: PdMember): Reply {
  return json({
    build_ts: BUILD_TIME,
    version: PD_VERSION,
    git_hash: NO_GIT_HASH,
    start_timestamp: Math.floor(member.startedAtMs / 1000),
  });
}

async function getHealth(member: PdMember): Promise<Reply> {
  const healths = await probeMembers(member);
  const rows = member.settings.members.map(({ name, memberId, clientUrl }) => ({
    name,
    member_id: memberId,
    client_urls: [clientUrl],
    health: healths.get(name) === true,
  }));
  return json(rows);
}

/** Ready once it knows the regions, which a follower has from its metadata. */
function getReady(member: PdMember, request: ApiRequest): Reply {
  const isLoaded = readBootstrapTime(member.metadata) !== undefined;
  const status = isLoaded ? 200 : 500;
  return request.query.has("verbose")
    ? compact({ region_loaded: isLoaded }, status)
    : emptyReply(status);
}

function getEtcdHealth(member: PdMember): Reply {
  if (etcdLeader(member)) return compact({ health: "true", reason: "" });
  return compact({ health: "false", reason: "RAFT NO LEADER" }, 503);
}

function getEtcdVersion(): Reply {
  return compact({ etcdserver: "3.5.15", etcdcluster: "3.5.0" });
}

function getMembers(member: PdMember): Reply {
  const leader = knownLeader(member);
  const etcd = etcdLeader(member);
  return json({
    header: { cluster_id: readClusterId(member.metadata) },
    members: member.settings.members.map(memberJson),
    leader: leader && memberJson(leader),
    etcd_leader: etcd && memberJson(etcd),
  });
}

function getLeader(member: PdMember): Reply {
  const leader = knownLeader(member);
  return json(leader ? memberJson(leader) : null);
}

function memberJson(plan: PdPlan): GoJson {
  return {
    name: plan.name,
    member_id: plan.memberId,
    peer_urls: [plan.peerUrl],
    client_urls: [plan.clientUrl],
    deploy_path: "/",
    binary_version: PD_VERSION,
    git_hash: NO_GIT_HASH,
  };
}

/** Both move etcd's leadership; PD's follows it when the leader loop notices. */
function moveLeader(member: PdMember, request: ApiRequest): Reply {
  const { next } = request.params;
  const command = next === undefined ? "resign" : "transfer";
  const candidates =
    next === undefined
      ? othersOf(member)
      : member.settings.members.filter((plan) => plan.name === next);
  const done = json(`The ${command} command is submitted.`);
  if (next === undefined && member.settings.members.length === 1) return done;
  if (candidates.length === 0) return json("no valid pd to transfer etcd leader", 500);
  if (member.raft.role() !== "leader") return json(`${ERRORS.moveLeader}: not leader`, 500);
  if (candidates.includes(member.settings.self)) return done;
  return moveEtcdLeader(member, candidates) ? done : json(ERRORS.moveLeader, 500);
}
