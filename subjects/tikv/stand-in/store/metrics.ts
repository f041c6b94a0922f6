// The store's /metrics page: TiKV's names, as far as a stand-in can fill them truthfully.
// Names and labels: TiKV v8.5.7 src/server/metrics.rs, components/raftstore, components/pd_client.
import { readFileSync } from "node:fs";
import { histogramLines } from "./histogram.ts";
import { STORE_VERSION } from "./settings.ts";
import { ledRegions, type Store } from "./store.ts";

type Labels = Readonly<Record<string, string>>;
type Sample = readonly [labels: Labels, value: number];

interface Family {
  readonly name: string;
  readonly type: "gauge" | "counter";
  readonly samples: readonly Sample[];
}

const PAGE_BYTES = 4096;
const LATENCY = "tikv_grpc_msg_duration_seconds";

/** Prometheus text format 0.0.4, ending in a newline. */
export function metricsPage(store: Store): string {
  const families = [...storeFamilies(store), ...processFamilies(store)];
  return `${[...families.map(familyText), latencyText(store)].join("\n")}\n`;
}

function storeFamilies(store: Store): Family[] {
  const { disk, requests, pdCounts } = store;
  const regions = store.cluster?.regions ?? [];
  const leaderless = regions.filter(({ node }) => node.leaderId() === undefined);
  return [
    gauge("tikv_store_size_bytes", [
      [{ type: "capacity" }, disk.capacityBytes],
      [{ type: "available" }, disk.availableBytes],
      [{ type: "used" }, disk.usedBytes],
    ]),
    gauge("tikv_raftstore_region_count", [
      [{ type: "region" }, regions.length],
      [{ type: "leader" }, ledRegions(store).length],
    ]),
    gauge("tikv_raftstore_leader_missing", [[{}, leaderless.length]]),
    gauge("tikv_raftstore_slow_score", [[{}, 1]]),
    counter("tikv_grpc_msg_fail_total", [
      [{ type: "raw_get" }, requests.raw_get.failures],
      [{ type: "raw_put" }, requests.raw_put.failures],
    ]),
    counter("tikv_pd_heartbeat_message_total", [[{ type: "send" }, pdCounts.heartbeats]]),
    counter("tikv_pd_reconnect_total", [[{ type: "failure" }, pdCounts.failures]]),
    gauge("tikv_server_info", [[{ version: STORE_VERSION, hash: "stand-in" }, 1]]),
  ];
}

function processFamilies(store: Store): Family[] {
  const { user, system } = process.cpuUsage();
  const virtualBytes = virtualMemoryBytes();
  return [
    counter("process_cpu_seconds_total", [[{}, (user + system) / 1e6]]),
    gauge("process_resident_memory_bytes", [[{}, process.memoryUsage.rss()]]),
    ...(virtualBytes === undefined
      ? []
      : [gauge("process_virtual_memory_bytes", [[{}, virtualBytes]])]),
    gauge("process_start_time_seconds", [[{}, store.startedAtMs / 1000]]),
  ];
}

function latencyText({ requests }: Store): string {
  const lines = Object.entries(requests).flatMap(([type, { durations }]) =>
    histogramLines(LATENCY, labelText({ type, priority: "unknown" }), durations),
  );
  return [`# TYPE ${LATENCY} histogram`, ...lines].join("\n");
}

function familyText({ name, type, samples }: Family): string {
  const lines = samples.map(([labels, value]) => {
    const text = labelText(labels);
    return text === "" ? `${name} ${value}` : `${name}{${text}} ${value}`;
  });
  return [`# TYPE ${name} ${type}`, ...lines].join("\n");
}

function gauge(name: string, samples: readonly Sample[]): Family {
  return { name, type: "gauge", samples };
}

function counter(name: string, samples: readonly Sample[]): Family {
  return { name, type: "counter", samples };
}

function labelText(labels: Labels): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}="${value}"`)
    .join(",");
}

/** Undefined where there is no /proc. */
function virtualMemoryBytes(): number | undefined {
  if (process.platform !== "linux") return undefined;
  const [pages] = readFileSync("/proc/self/statm", "utf8").split(" ");
  return Number(pages) * PAGE_BYTES;
}
