// A TiKV cluster that is nothing but documented answers: two PD members and three stores, well.
// The answers are those of PD and TiKV v8.5.7, ids beyond 2^53, omissions and strings for sizes
// included; a test changes one and looks what is made of it.
import { type FakePeer, serveFakePeer } from "./fake-peer.ts";

export interface FakeTikv extends AsyncDisposable {
  /** pd-0 leads. */
  readonly pd: readonly [FakePeer, FakePeer];
  /** Status ports of stores 1, 4 and 5. */
  readonly stores: readonly [FakePeer, FakePeer, FakePeer];
  /** Sets one answer of PD's API at both members. */
  answerPd(path: string, body: string, status?: number): void;
}

const API = "/pd/api/v1";
const STORE_IDS = [1, 4, 5];

export function serveFakeTikv(): FakeTikv {
  const pd = [serveFakePeer(), serveFakePeer()] as const;
  const stores = [serveFakePeer(), serveFakePeer(), serveFakePeer()] as const;
  const answerPd = (path: string, body: string, status = 200) => {
    for (const { answers } of pd) answers.set(path, { body, status });
  };
  answerPd(`${API}/ping`, "");
  answerPd(`${API}/members`, membersBody(pd));
  answerPd(`${API}/health`, healthBody(pd));
  answerPd(`${API}/stores`, storesBody(stores));
  answerPd(`${API}/schedulers`, SCHEDULERS);
  answerPd(`${API}/config/replicate`, REPLICATION);
  answerPd(`${API}/config/rules`, RULES);
  pd[0].answers.set("/metrics", { body: pdPage(1) });
  pd[1].answers.set("/metrics", { body: pdPage(0) });
  for (const { answers } of stores) {
    answers.set("/status", { body: "" });
    answers.set("/metrics", { body: storePage({ requests: 1_000 }) });
  }
  const close = async () => {
    await Promise.all([...pd, ...stores].map((peer) => peer[Symbol.asyncDispose]()));
  };
  return { pd, stores, answerPd, [Symbol.asyncDispose]: close };
}

/** A JSON body with some text in it replaced; fails when there is none. */
export function change(peer: FakePeer, path: string, [from, to]: readonly [string, string]): void {
  const answer = peer.answers.get(path);
  if (answer === undefined || answer === "hang") throw new Error(`no answer at ${path}`);
  if (!answer.body.includes(from)) throw new Error(`no ${from} in the answer at ${path}`);
  peer.answers.set(path, { ...answer, body: answer.body.replace(from, to) });
}

const SCHEDULERS = `[
  "evict-slow-store-scheduler",
  "balance-leader-scheduler",
  "balance-hot-region-scheduler",
  "balance-region-scheduler",
  "evict-stopping-store-scheduler"
]
`;

const REPLICATION = `{
  "max-replicas": 3,
  "location-labels": "zone,host",
  "strictly-match-label": "false",
  "enable-placement-rules": "true",
  "enable-placement-rules-cache": "false",
  "isolation-level": ""
}
`;

const RULES = `[
  {
    "group_id": "pd",
    "id": "default",
    "start_key": "",
    "end_key": "",
    "role": "voter",
    "is_witness": false,
    "count": 3,
    "location_labels": ["zone", "host"]
  }
]
`;

function membersBody(pd: readonly FakePeer[]): string {
  const members = pd.map(({ url }, index) => memberText(index, url));
  return `{"header":{"cluster_id":7468211234567890123},
 "members":[${members.join(",\n  ")}],
 "leader":${members[0]},
 "etcd_leader":${members[0]}}
`;
}

function memberText(index: number, url: string): string {
  return `{"name":"pd-${index}","member_id":1705948001882931294${index},
   "peer_urls":["http://10.0.1.${index + 1}:2380"],"client_urls":["${url}"],
   "deploy_path":"/","binary_version":"v8.5.7","git_hash":"6dce4a68e3"}`;
}

function healthBody(pd: readonly FakePeer[]): string {
  const entries = pd.map(
    ({ url }, index) =>
      `{"name":"pd-${index}","member_id":1705948001882931294${index},` +
      `"client_urls":["${url}"],"health":true}`,
  );
  return `[${entries.join(",\n ")}]\n`;
}

function storesBody(stores: readonly FakePeer[]): string {
  const entries = stores.map(({ host }, index) => storeText(STORE_IDS[index] ?? 0, host));
  return `{\n  "count": ${entries.length},\n  "stores": [${entries.join(",\n")}]\n}\n`;
}

/** `state` and `node_state` Preparing are absent at zero; sizes have four digits. */
function storeText(id: number, statusHost: string): string {
  return `{
  "store": {
    "id": ${id},
    "address": "10.0.1.1${id}:20160",
    "labels": [{"key": "zone", "value": "z1"}, {"key": "host", "value": "h${id}"}],
    "version": "8.5.7",
    "peer_address": "10.0.1.1${id}:20160",
    "status_address": "${statusHost}",
    "git_hash": "0123456789abcdef0123456789abcdef01234567",
    "start_timestamp": 1795200000,
    "deploy_path": "/",
    "last_heartbeat": 1795375985123456789,
    "node_state": 1,
    "state_name": "Up"
  },
  "status": {
    "capacity": "1.818TiB",
    "available": "1.204TiB",
    "used_size": "611.3GiB",
    "leader_count": 4213,
    "leader_weight": 1,
    "leader_score": 4213,
    "leader_size": 402114,
    "region_count": 12640,
    "region_weight": 1,
    "region_score": 1498774.8125,
    "region_size": 1207431,
    "slow_score": 1,
    "slow_trend": {"cause_value": 250421.3, "cause_rate": 0, "result_value": 1234.5},
    "start_ts": "2026-11-20T18:40:00Z",
    "last_heartbeat_ts": "2026-11-22T19:33:05.123456789Z",
    "uptime": "48h53m5.123456789s"
  }
}`;
}

/** `role` 1 on the leader, which alone counts regions. */
export function pdPage(role: 0 | 1): string {
  const kinds = ["miss", "extra", "down", "pending", "offline", "learner"];
  const counts = kinds.map((kind) => `pd_regions_status{type="${kind}-peer-region-count"} 0`);
  return [
    "# TYPE service_member_role gauge",
    `service_member_role{service="PD"} ${role}`,
    "etcd_server_has_leader 1",
    "process_start_time_seconds 1.79520000012e+09",
    ...(role === 1 ? counts : []),
    "",
  ].join("\n");
}

export interface StorePageOptions {
  /** Point reads since the start, all of them below 0.8 ms but for `slow`. */
  readonly requests: number;
  /** Of these, as many as took between 0.8 and 1.6 s. */
  readonly slow?: number;
  readonly leaderMissing?: number;
  readonly startedAt?: number;
}

export function storePage(options: StorePageOptions): string {
  const { requests, slow = 0, leaderMissing = 0, startedAt = 1_795_200_000 } = options;
  const bucket = (le: string, count: number) =>
    `tikv_grpc_msg_duration_seconds_bucket{type="kv_get",priority="unknown",le="${le}"} ${count}`;
  return [
    `process_start_time_seconds ${startedAt}`,
    'tikv_store_size_bytes{type="capacity"} 1.998881e+12',
    'tikv_store_size_bytes{type="available"} 1.323812e+12',
    'tikv_raftstore_region_count{type="leader"} 4213',
    'tikv_raftstore_region_count{type="region"} 12640',
    `tikv_raftstore_leader_missing ${leaderMissing}`,
    "# TYPE tikv_grpc_msg_duration_seconds histogram",
    ...["0.0002", "0.0004", "0.0008"].map((le) => bucket(le, requests - slow)),
    bucket("0.8192", requests - slow),
    ...["1.6384", "+Inf"].map((le) => bucket(le, requests)),
    `tikv_grpc_msg_duration_seconds_sum{type="kv_get",priority="unknown"} ${requests / 2000}`,
    `tikv_grpc_msg_duration_seconds_count{type="kv_get",priority="unknown"} ${requests}`,
    'tikv_grpc_msg_duration_seconds_bucket{type="coprocessor",priority="unknown",le="+Inf"} 9',
    'tikv_grpc_msg_duration_seconds_count{type="coprocessor",priority="unknown"} 9',
    "",
  ].join("\n");
}
