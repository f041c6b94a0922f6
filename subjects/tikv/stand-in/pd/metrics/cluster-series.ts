// The PD leader's gauges on stores and regions (pkg/statistics/store_collection.go), computed when
// they are asked for, where PD refreshes them every 10 s.
import { regionScore } from "../api/store-info.ts";
import { readConfig, sectionOf } from "../cluster/config.ts";
import { REGION_FINDINGS } from "../cluster/office.ts";
import { isLowSpace, type StoreView, viewStores } from "../cluster/stores.ts";
import type { Cluster } from "../member.ts";
import type { Sample, Series } from "./series.ts";

export function clusterSeries(cluster: Cluster): readonly Series[] {
  const stores = viewStores(cluster);
  return [
    {
      name: "pd_cluster_status",
      type: "gauge",
      help: "Status of the cluster.",
      samples: stores.flatMap((store) => statusSamples(cluster, store)),
    },
    {
      name: "pd_regions_status",
      type: "gauge",
      help: "Status of the regions.",
      samples: regionSamples(cluster),
    },
    {
      name: "pd_scheduler_store_status",
      type: "gauge",
      help: "Store status for schedule",
      samples: stores.flatMap(storeSamples),
    },
    {
      name: "pd_config_status",
      type: "gauge",
      help: "Status of the scheduling configurations.",
      samples: configSamples(cluster),
    },
    {
      name: "pd_cluster_health_status",
      type: "gauge",
      help: "Status of the cluster.",
      samples: [...cluster.office.memberHealth].map(([name, isHealthy]) => ({
        labels: { name },
        value: isHealthy ? 1 : 0,
      })),
    },
    {
      name: "pd_schedule_operators_count",
      type: "counter",
      help: "Counter of schedule operators.",
      samples: operatorSamples(cluster),
    },
  ];
}

/** Exactly one of the first seven is 1, in PD's order of precedence. */
function statusSamples(cluster: Cluster, store: StoreView): readonly Sample[] {
  const { record, statistics } = store;
  const health = healthOf(cluster, store);
  const isRemoved = record.state === "Tombstone";
  const config = readConfig(cluster.member.metadata);
  const isLow = !isRemoved && health !== "down" && isLowSpace(store, config);
  const counts: Readonly<Record<string, number | boolean>> = {
    store_up_count: health === "up",
    store_disconnected_count: health === "disconnected",
    store_slow_count: health === "slow",
    store_down_count: health === "down",
    store_unhealth_count: health === "unhealthy",
    store_offline_count: record.state === "Offline",
    store_tombstone_count: isRemoved,
    store_low_space_count: isLow,
    store_preparing_count: 0,
    store_serving_count: record.state === "Up",
    store_removing_count: record.state === "Offline",
    store_removed_count: isRemoved,
  };
  const sizes: Readonly<Record<string, number>> = {
    storage_size: statistics?.usedSize ?? 0,
    storage_capacity: statistics?.capacity ?? 0,
    region_count: store.regionCount,
    leader_count: store.leaderCount,
    witness_count: 0,
    learner_count: 0,
  };
  return Object.entries(isRemoved ? counts : { ...counts, ...sizes }).map(([type, value]) => ({
    labels: { engine: "tikv", store: record.id, type },
    value: Number(value),
  }));
}

type Health = "up" | "slow" | "disconnected" | "unhealthy" | "down" | "leaving";

const SLOW_SCORE_MIN = 80; // slowStoreThreshold, pkg/core/store.go:41

function healthOf({ member }: Cluster, store: StoreView): Health {
  if (store.record.state !== "Up") return "leaving";
  if (store.stateName === "Down") return "down";
  if (store.silentMs > member.settings.timings.unhealthyMs) return "unhealthy";
  if (store.stateName === "Disconnected") return "disconnected";
  return (store.statistics?.slowScore ?? 0) >= SLOW_SCORE_MIN ? "slow" : "up";
}

/** `miss-peer-region-count`, but `empty-region-count`. */
function regionSamples({ office }: Cluster): readonly Sample[] {
  const regions = [...office.regions.values()];
  return REGION_FINDINGS.map((finding) => ({
    labels: { type: finding.endsWith("-region") ? `${finding}-count` : `${finding}-region-count` },
    value: regions.filter((region) => region.findings.includes(finding)).length,
  }));
}

function storeSamples(store: StoreView): readonly Sample[] {
  const { record, statistics } = store;
  if (record.state === "Tombstone") return [];
  const values: Readonly<Record<string, number>> = {
    region_score: regionScore(store),
    leader_score: store.leaderCount / Math.max(record.leader_weight, 1e-6),
    region_size: store.regionSize,
    region_count: store.regionCount,
    leader_size: store.leaderSize,
    leader_count: store.leaderCount,
    witness_count: 0,
    learner_count: 0,
    store_available: statistics?.available ?? 0,
    store_used: statistics?.usedSize ?? 0,
    store_capacity: statistics?.capacity ?? 0,
  };
  return Object.entries(values).map(([type, value]) => ({
    labels: { address: record.address, store: record.id, type },
    value,
  }));
}

function configSamples({ member }: Cluster): readonly Sample[] {
  const schedule = Object.entries(sectionOf(member.metadata, "schedule"));
  const replication = Object.entries(sectionOf(member.metadata, "replication"));
  return [...schedule, ...replication].flatMap(([type, value]) =>
    typeof value === "number" ? [{ labels: { type }, value }] : [],
  );
}

function operatorSamples({ office }: Cluster): readonly Sample[] {
  return [...office.operatorCounts].map(([key, value]) => {
    const [type, event] = key.split(" ");
    return { labels: { event: event ?? "", type: type ?? "" }, value };
  });
}
