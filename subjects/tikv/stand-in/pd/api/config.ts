// Reading and changing PD's settings.
import { z } from "zod";
import { messageOf } from "../../../../../src/domain/errors.ts";
import { checkSetting, sectionOf } from "../cluster/config.ts";
import { putJson, writeSerially } from "../cluster/write.ts";
import { ERRORS } from "../go/errors.ts";
import { json, type Reply } from "../http/reply.ts";
import type { ApiRequest, Route } from "../http/routes.ts";
import { type Cluster, knownLeader, officeOf, type PdMember } from "../member.ts";
import { type ConfigRecord, KEYS, readConfigRecord } from "../metadata/records.ts";
import type { PdPlan } from "../settings.ts";
import { readBody, writeReply } from "./body.ts";
import { fullConfig, scheduleSection } from "./full-config.ts";

const V1 = "/pd/api/v1";

export const CONFIG_ROUTES: readonly Route[] = [
  { method: "GET", path: `${V1}/config`, by: "member", handle: getConfig },
  { method: "POST", path: `${V1}/config`, by: "office", handle: setConfig },
  { method: "GET", path: `${V1}/config/schedule`, by: "leader", handle: getSchedule },
  { method: "POST", path: `${V1}/config/schedule`, by: "office", handle: setSchedule },
  { method: "GET", path: `${V1}/config/replicate`, by: "leader", handle: getReplication },
  { method: "POST", path: `${V1}/config/replicate`, by: "office", handle: setReplication },
  { method: "GET", path: `${V1}/config/rules`, by: "cluster", handle: listRules },
];

const settingsSchema = z.record(z.string(), z.json());

/** Answered here, but a follower needs the leader for it, and fails where that does not answer. */
async function getConfig(member: PdMember): Promise<Reply> {
  if (!officeOf(member)) {
    const leader = knownLeader(member);
    if (!leader) return json(ERRORS.leaderNil, 500);
    const failure =
      leader === member.settings.self ? undefined : await askForConfig(member, leader);
    if (failure !== undefined) return json(failure, 500);
  }
  return json(fullConfig(member));
}

/** What the leader would say of schedule and replication is in this replica, too. */
async function askForConfig(member: PdMember, leader: PdPlan): Promise<string | undefined> {
  const url = `${leader.clientUrl}/pd/api/v1/config`;
  const limits = [member.signal, AbortSignal.timeout(member.settings.timings.proxyMs)];
  try {
    const response = await fetch(url, { signal: AbortSignal.any(limits) });
    return response.ok ? undefined : ERRORS.sendRequest(response.status);
  } catch (error) {
    return `Get ${JSON.stringify(url)}: ${messageOf(error)}`;
  }
}

function getSchedule(member: PdMember): Reply {
  return json(scheduleSection(member));
}

function getReplication(member: PdMember): Reply {
  return json(sectionOf(member.metadata, "replication"));
}

/** The one that a fresh cluster has: it follows max-replicas. Others cannot be made here. */
function listRules({ member }: Cluster): Reply {
  const replication = sectionOf(member.metadata, "replication");
  if (replication["enable-placement-rules"] !== "true") return json(ERRORS.placementDisabled, 412);
  const labels = String(replication["location-labels"]);
  const whole = { start_key: "", end_key: "" };
  const location = labels === "" ? {} : { location_labels: labels.split(",") };
  const count = replication["max-replicas"] ?? 0;
  const rule = { group_id: "pd", id: "default", ...whole, role: "voter", is_witness: false, count };
  return json([{ ...rule, ...location }]);
}

function setConfig(cluster: Cluster, request: ApiRequest): Promise<Reply> | Reply {
  return setIn(cluster, { body: request.body, prefix: "" });
}

function setSchedule(cluster: Cluster, request: ApiRequest): Promise<Reply> | Reply {
  return setIn(cluster, { body: request.body, prefix: "schedule." });
}

function setReplication(cluster: Cluster, request: ApiRequest): Promise<Reply> | Reply {
  return setIn(cluster, { body: request.body, prefix: "replication." });
}

interface ConfigInput {
  readonly body: string;
  /** What stands before each name of the body. */
  readonly prefix: string;
}

/** All or nothing. */
async function setIn(cluster: Cluster, { body, prefix }: ConfigInput): Promise<Reply> {
  const input = readBody(body, settingsSchema);
  if (input.state === "malformed") return input.reply;
  const changes: Record<string, ConfigRecord[string]> = {};
  for (const [name, value] of Object.entries(input.value)) {
    const change = checkSetting(`${prefix}${name}`, value);
    if (change.state === "refused") return json(change.reason, 400);
    changes[change.name] = change.value;
  }
  const outcome = await writeSerially(cluster, () => {
    const merged = { ...readConfigRecord(cluster.member.metadata), ...changes };
    return { puts: [putJson(KEYS.config, merged)] };
  });
  return writeReply(outcome, "The config is updated.");
}
