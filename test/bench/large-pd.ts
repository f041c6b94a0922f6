// A PD and three stores that answer as those of a cluster with so many regions do, in one process:
// bodies of the true size, region by region where an endpoint lists them. Counts what it sends.
// Field names as PD v8.5.7 and TiKV v8.5.7 write them.

export interface LargePd {
  readonly url: string;
  /** Bytes of bodies sent since the last call. */
  takeBytes(): number;
  stop(): Promise<void>;
}

const STORES = [1, 4, 5];
const CHUNK_REGIONS = 1_000;

export function startLargePd(regions: number): LargePd {
  let bytes = 0;
  const status = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: (request) => count(storeAnswer(new URL(request.url).pathname, regions)),
  });
  const pd = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    idleTimeout: 60,
    fetch: (request) => {
      const url = new URL(request.url);
      if (/^\/pd\/api\/v1\/regions(\/check\/|\/store\/|$)/.test(url.pathname)) {
        return new Response(
          regionStream(regions, (sent) => {
            bytes += sent;
          }),
        );
      }
      return count(
        pdAnswer(url.pathname, { regions, pdUrl: url.origin, statusPort: status.port ?? 0 }),
      );
    },
  });
  function count(text: string | undefined): Response {
    if (text === undefined) return new Response("404 page not found\n", { status: 404 });
    bytes += text.length;
    return new Response(text);
  }
  return {
    url: `http://127.0.0.1:${pd.port}`,
    takeBytes: () => {
      const taken = bytes;
      bytes = 0;
      return taken;
    },
    stop: async () => {
      await Promise.all([pd.stop(true), status.stop(true)]);
    },
  };
}

interface PdFacts {
  readonly regions: number;
  readonly pdUrl: string;
  readonly statusPort: number;
}

function pdAnswer(path: string, facts: PdFacts): string | undefined {
  const member = {
    name: "pd-0",
    member_id: "@17059480018829312945",
    peer_urls: ["http://127.0.0.1:2380"],
    client_urls: [facts.pdUrl],
    deploy_path: "/",
    binary_version: "v8.5.7",
    git_hash: "6dce4a68e3",
  };
  const answers: Readonly<Record<string, unknown>> = {
    "/pd/api/v1/members": {
      header: { cluster_id: "@7468211234567890123" },
      members: [member],
      leader: member,
      etcd_leader: member,
    },
    "/pd/api/v1/health": [
      { name: "pd-0", member_id: member.member_id, client_urls: [facts.pdUrl], health: true },
    ],
    "/pd/api/v1/stores": { count: 3, stores: STORES.map((id) => storeInfo(id, facts)) },
    "/pd/api/v1/schedulers": [
      "balance-region-scheduler",
      "balance-leader-scheduler",
      "balance-hot-region-scheduler",
      "evict-slow-store-scheduler",
      "evict-stopping-store-scheduler",
    ],
    "/pd/api/v1/config/replicate": {
      "max-replicas": 3,
      "location-labels": "",
      "strictly-match-label": "false",
      "enable-placement-rules": "true",
      "enable-placement-rules-cache": "false",
      "isolation-level": "",
    },
    "/pd/api/v1/regions/count": { count: facts.regions, regions: null },
    "/pd/api/v1/trend": { stores: [], history: { start: 0, end: 0, entries: null } },
  };
  if (path === "/pd/api/v1/ping") return "";
  if (path === "/metrics") return pdMetrics(facts.regions);
  const answer = answers[path];
  if (answer === undefined) return undefined;
  // uint64 stand bare in PD's answers; here they are marked texts until now.
  return `${JSON.stringify(answer, null, 2).replace(/"@(\d+)"/g, "$1")}\n`;
}

function storeInfo(id: number, { regions, statusPort }: PdFacts): unknown {
  const now = Date.now();
  const leaders = Math.round(regions / STORES.length);
  return {
    store: {
      id,
      address: `127.0.0.1:2016${id}`,
      version: "8.5.7",
      status_address: `127.0.0.1:${statusPort}`,
      start_timestamp: 1_795_200_000,
      last_heartbeat: `@${now}000000`,
      node_state: 1,
      state_name: "Up",
    },
    status: {
      capacity: "1.818TiB",
      available: "1.204TiB",
      used_size: "611.3GiB",
      leader_count: leaders,
      leader_weight: 1,
      leader_score: leaders,
      leader_size: leaders * 96,
      region_count: regions,
      region_weight: 1,
      region_score: regions * 96,
      region_size: regions * 96,
      slow_score: 1,
      start_ts: "2026-11-20T18:40:00Z",
      last_heartbeat_ts: new Date(now).toISOString(),
      uptime: "48h53m5.123456789s",
    },
  };
}

function pdMetrics(regions: number): string {
  const kinds = ["miss", "extra", "down", "pending", "offline", "learner"];
  const states = kinds.map((kind) => `pd_regions_status{type="${kind}-peer-region-count"} 0`);
  return [
    "# TYPE pd_regions_status gauge",
    ...states,
    "# TYPE pd_cluster_status gauge",
    `pd_cluster_status{engine="tikv",store="",type="region_count"} ${regions}`,
    ...noise("go_memstats_pd", 2_000),
    "",
  ].join("\n");
}

function storeAnswer(path: string, regions: number): string | undefined {
  if (path === "/status") return "";
  if (path !== "/metrics") return undefined;
  const leaders = Math.round(regions / STORES.length);
  const buckets = Array.from({ length: 22 }, (_, n) => {
    const labels = `type="raw_get",priority="unknown",le="${5e-5 * 2 ** n}"`;
    return `tikv_grpc_msg_duration_seconds_bucket{${labels}} ${(n + 1) * 1_000}`;
  });
  return [
    "# TYPE tikv_grpc_msg_duration_seconds histogram",
    ...buckets,
    `tikv_grpc_msg_duration_seconds_bucket{type="raw_get",priority="unknown",le="+Inf"} 22000`,
    `tikv_grpc_msg_duration_seconds_sum{type="raw_get",priority="unknown"} 22`,
    `tikv_grpc_msg_duration_seconds_count{type="raw_get",priority="unknown"} 22000`,
    `tikv_raftstore_region_count{type="region"} ${regions}`,
    `tikv_raftstore_region_count{type="leader"} ${leaders}`,
    "tikv_raftstore_leader_missing 0",
    `tikv_store_size_bytes{type="capacity"} 1999307276288`,
    `tikv_store_size_bytes{type="available"} 1323848048640`,
    "process_start_time_seconds 1795200000",
    ...noise("tikv_other_metric", 6_000), // about half a megabyte, as a store's /metrics is
    "",
  ].join("\n");
}

function noise(name: string, lines: number): readonly string[] {
  return Array.from({ length: lines }, (_, n) => `${name}{type="some_type",cf="${n}"} ${n * 1.5}`);
}

/**
 * `{"count":N,"regions":[…]}` of about 535 bytes each, as /regions sends it: never all in memory.
 */
function regionStream(
  regions: number,
  onSent: (bytes: number) => void,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let next = 0;
  return new ReadableStream({
    pull(controller) {
      const head = next === 0 ? `{"count":${regions},"regions":[` : "";
      const size = Math.min(CHUNK_REGIONS, regions - next);
      const rows = Array.from({ length: size }, (_, n) => regionText(next + n + 1));
      next += size;
      const isLast = next >= regions;
      const text = `${head}${rows.join(",")}${isLast ? "]}" : ","}`;
      onSent(text.length);
      controller.enqueue(encoder.encode(text));
      if (isLast) controller.close();
    },
  });
}

function regionText(id: number): string {
  const key = (n: number) =>
    `7480000000000000FF${n.toString(16).padStart(16, "0").toUpperCase()}F8`;
  const peers = STORES.map((store) => ({
    role_name: "Voter",
    id: id * 10 + store,
    store_id: store,
  }));
  return JSON.stringify({
    id,
    start_key: key(id),
    end_key: key(id + 1),
    epoch: { conf_ver: 5, version: 24 },
    peers,
    leader: peers[0],
    cpu_usage: 0,
    written_bytes: 1_048_576,
    read_bytes: 0,
    written_keys: 912,
    read_keys: 0,
    approximate_size: 96,
    approximate_keys: 812_345,
  });
}
