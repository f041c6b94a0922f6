// PD's JSON, as far as it is used: unknown fields are passed over, what is used must be right.
// Every parser throws for what is not such an answer. Field names and omissions: tikv/pd
// pkg/response/store.go and kvproto pdpb, metapb, of v8.5.7.
import { z } from "zod";
import { parseExactJson } from "../../../src/infra/exact-json.ts";
import type { ListedStore, Replication } from "../observation.ts";

const idSchema = z.union([z.number().int(), z.bigint()]).transform(String);

/** `BytesSize` of docker/go-units, which PD prints sizes with: four digits, binary units. */
const SIZE = /^(\d+(?:\.\d+)?)(B|KiB|MiB|GiB|TiB|PiB|EiB)$/;
const UNITS = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];

const sizeSchema = z.string().regex(SIZE).transform(parseSize);

/** Far more than there are anywhere: each is asked, and judged, in every look. */
const MEMBERS_MAX = 100;
const STORES_MAX = 2_000;

// Who was added and was never up has no name yet.
const memberSchema = z.object({
  name: z.string().default(""),
  client_urls: z.array(z.string()).default([]),
});

const membersSchema = z.object({
  header: z.object({ cluster_id: idSchema }),
  members: z.array(memberSchema).max(MEMBERS_MAX),
  // Absent while there is none.
  leader: memberSchema.nullish(),
  etcd_leader: memberSchema.nullish(),
});

const storesSchema = z.object({
  stores: z
    .array(
      z.object({
        store: z.object({
          id: idSchema,
          address: z.string(),
          status_address: z.string().optional(),
          labels: z.array(z.object({ key: z.string(), value: z.string() })).default([]),
          state_name: z.string(),
        }),
        status: z.object({
          capacity: sizeSchema,
          available: sizeSchema,
          leader_count: z.number().int(),
          leader_weight: z.number(),
          region_count: z.number().int(),
          last_heartbeat_ts: z.string().optional(),
        }),
      }),
    )
    .max(STORES_MAX)
    .nullable(),
});

const healthSchema = z.array(z.object({ name: z.string(), health: z.boolean() })).max(MEMBERS_MAX);
const schedulersSchema = z.array(z.string()).nullable();
const replicationSchema = z.object({
  "max-replicas": z.number().int(),
  "location-labels": z.string(),
  // Releases before 4.0 know of no rules.
  "enable-placement-rules": z.string().default("false"),
});
const OTHER = z.unknown().optional();
// pkg/schedule/placement/rule.go: what is zero or empty may be absent. A field more might take
// voters away, as `override` does: then nothing is known of them.
const rulesSchema = z
  .array(
    z.strictObject({
      group_id: z.string().default(""),
      start_key: z.string().default(""),
      end_key: z.string().default(""),
      role: z.enum(["voter", "leader", "follower", "learner"]),
      count: z.number().int(),
      is_witness: z.boolean().default(false),
      override: z.boolean().default(false),
      ...{ id: z.string(), index: OTHER, version: OTHER, create_timestamp: OTHER },
      ...{ isolation_level: OTHER, label_constraints: OTHER, location_labels: OTHER },
    }),
  )
  .nullable();
const evictionSchema = z.object({ "store-id-ranges": z.record(z.string(), z.unknown()) });
export interface Membership {
  readonly clusterId: string;
  readonly members: readonly { readonly name: string; readonly url: string | undefined }[];
  readonly leader: string | null;
  readonly etcdLeader: string | null;
}

export function parseMembers(text: string): Membership {
  const { header, members, leader, etcd_leader } = read(membersSchema, text);
  return {
    clusterId: header.cluster_id,
    members: members.map(({ name, client_urls }) => ({ name, url: client_urls[0] })),
    leader: leader?.name ?? null,
    etcdLeader: etcd_leader?.name ?? null,
  };
}

export function parseStores(text: string): readonly ListedStore[] {
  return (read(storesSchema, text).stores ?? []).map(({ store, status }) => ({
    id: store.id,
    address: store.address,
    statusAddress: store.status_address ?? null,
    stateName: store.state_name,
    capacityBytes: status.capacity === 0 ? null : status.capacity,
    availableBytes: status.capacity === 0 ? null : status.available,
    leaderCount: status.leader_count,
    leaderWeight: status.leader_weight,
    regionCount: status.region_count,
    lastHeartbeat: status.last_heartbeat_ts ?? null,
    isTiflash: store.labels.some(({ key, value }) => key === "engine" && value === "tiflash"),
  }));
}

export function parseHealth(text: string): Readonly<Record<string, boolean>> {
  return Object.fromEntries(read(healthSchema, text).map(({ name, health }) => [name, health]));
}

/** Sorted: PD lists them in random order. */
export function parseSchedulerNames(text: string): readonly string[] {
  return [...(read(schedulersSchema, text) ?? [])].sort();
}

/** The evict-leader scheduler's own config: ids of the stores that it empties, sorted. */
export function parseEvictedStoreIds(text: string): readonly string[] {
  return Object.keys(read(evictionSchema, text)["store-id-ranges"]).sort();
}

/** Whether placement rules are what counts, too. */
export function parseReplication(text: string): Replication & { readonly hasRules: boolean } {
  const config = read(replicationSchema, text);
  return {
    maxReplicas: config["max-replicas"],
    locationLabels: config["location-labels"],
    hasRules: config["enable-placement-rules"] === "true",
  };
}

/**
 * Of each range that rules speak of, the voters that one group gives it: of those the fewest, as if
 * no other group gave it any. Where one overrides those before it in its group
 * (prepareRulesForApply in pkg/schedule/placement/rule.go), each counts as if it were alone. A
 * witness votes and holds nothing. Null where no rule gives voters.
 */
export function parseFewestVoters(text: string): number | null {
  const rules = read(rulesSchema, text) ?? [];
  const overridden = rules.filter(({ override }) => override).map(({ group_id }) => group_id);
  const voters = new Map<string, number>();
  for (const { role, is_witness, group_id, start_key, end_key, id, count } of rules) {
    if (role === "learner" || is_witness) continue;
    const alone = overridden.includes(group_id) ? id : "";
    const range = JSON.stringify([group_id, start_key, end_key, alone]);
    voters.set(range, (voters.get(range) ?? 0) + count);
  }
  return voters.size === 0 ? null : Math.min(...voters.values());
}

function parseSize(text: string): number {
  const [, amount = "", unit = ""] = SIZE.exec(text) ?? [];
  return Math.round(Number(amount) * 1024 ** UNITS.indexOf(unit));
}

function read<T>(schema: z.ZodType<T>, text: string): T {
  const parsed = schema.safeParse(parseExactJson(text));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new SyntaxError(`${issue?.path.join(".") || "the whole"}: ${issue?.message}`);
}
