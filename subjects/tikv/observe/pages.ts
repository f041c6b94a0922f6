// The metrics pages of PD and of a store, as far as they are used.
// Names as TiKV v8.5.7 registers them (src/server/metrics.rs, components/raftstore) and PD v8.5.7.
import { readSamples, type Sample } from "../../../src/infra/prometheus-text.ts";
import type { Histogram, PdMetrics, RegionHealth, StoreMetrics } from "../observation.ts";

const SAMPLES_MAX = 50_000;

const PD_NAMES = new Set([
  "process_start_time_seconds",
  "service_member_role",
  "etcd_server_has_leader",
  "pd_regions_status",
]);

const LATENCY = "tikv_grpc_msg_duration_seconds";
const STORE_NAMES = new Set([
  "process_start_time_seconds",
  "tikv_raftstore_region_count",
  "tikv_raftstore_leader_missing",
  "tikv_store_size_bytes",
  `${LATENCY}_bucket`,
  `${LATENCY}_count`,
]);

/** Point reads and writes. Scans, coprocessor and lock waits take long for good reasons. */
const POINT_REQUESTS = new Set([
  "kv_get",
  "kv_batch_get",
  "kv_prewrite",
  "kv_commit",
  "raw_get",
  "raw_batch_get",
  "raw_put",
  "raw_batch_put",
  "raw_delete",
]);

/** Throws when the page has no sign of being PD's. */
export function parsePdPage(page: string): PdMetrics {
  const samples = readPage(page, PD_NAMES);
  const startedAt = readOne(samples, { name: "process_start_time_seconds" });
  if (startedAt === null) throw new SyntaxError("not a PD metrics page");
  const etcdLeaders = readOne(samples, { name: "etcd_server_has_leader" });
  return {
    startedAtMs: Math.round(startedAt * 1000),
    isLeader: samples.some(({ name, value }) => name === "service_member_role" && value === 1),
    hasEtcdLeader: etcdLeaders === null ? null : etcdLeaders === 1,
    regions: regionsOf(samples),
  };
}

/** Throws when the page has no sign of being a store's. */
export function parseStorePage(page: string): StoreMetrics {
  const samples = readPage(page, STORE_NAMES);
  const startedAt = readOne(samples, { name: "process_start_time_seconds" });
  if (startedAt === null) throw new SyntaxError("not a store's metrics page");
  return {
    startedAtMs: Math.round(startedAt * 1000),
    leaderCount: readOne(samples, { name: "tikv_raftstore_region_count", type: "leader" }),
    leaderMissing: readOne(samples, { name: "tikv_raftstore_leader_missing" }),
    capacityBytes: readOne(samples, { name: "tikv_store_size_bytes", type: "capacity" }),
    availableBytes: readOne(samples, { name: "tikv_store_size_bytes", type: "available" }),
    latency: latencyOf(samples),
  };
}

/** A page ends in a newline; one that does not was cut. */
function readPage(page: string, names: ReadonlySet<string>): readonly Sample[] {
  if (!page.endsWith("\n")) throw new SyntaxError("the page is cut short");
  return readSamples(page, { names, samplesMax: SAMPLES_MAX });
}

/** Null when PD reports no count at all: it is a follower, or was elected just now. */
function regionsOf(samples: readonly Sample[]): RegionHealth | null {
  const count = (kind: string) =>
    readOne(samples, { name: "pd_regions_status", type: `${kind}-peer-region-count` });
  const health = {
    missPeer: count("miss"),
    downPeer: count("down"),
    pendingPeer: count("pending"),
    offlinePeer: count("offline"),
  };
  return Object.values(health).every((value) => value === null) ? null : health;
}

function latencyOf(samples: readonly Sample[]): Histogram {
  const byBound = new Map<number, number>();
  let total = 0;
  for (const { name, labels, value } of samples) {
    if (!name.startsWith(LATENCY) || !POINT_REQUESTS.has(labels.type ?? "")) continue;
    if (name.endsWith("_count")) total += value;
    const boundMs = Number(labels.le) * 1000;
    if (Number.isFinite(boundMs)) byBound.set(boundMs, (byBound.get(boundMs) ?? 0) + value);
  }
  const buckets = [...byBound].sort(([left], [right]) => left - right);
  const boundsMs = buckets.map(([boundMs]) => boundMs);
  return { boundsMs, counts: buckets.map(([, count]) => count), total };
}

/** Of the first sample with these labels, whatever others it has; null when there is none. */
function readOne(
  samples: readonly Sample[],
  { name, ...labels }: Readonly<Record<string, string>> & { readonly name: string },
): number | null {
  const found = samples.find(
    (sample) =>
      sample.name === name &&
      Object.entries(labels).every(([label, value]) => sample.labels[label] === value),
  );
  return found && Number.isFinite(found.value) ? found.value : null;
}
