// Settings by name and value, through every door that leads to them: what gives copies up or turns
// off what keeps them is refused in every mode, what nobody can tell is not run unasked.
import { expect, test } from "bun:test";
import type { EffectKind } from "../../src/domain/effect.ts";
import { type Door, PD, PD_DOORS, REDIS_DOORS } from "./doors.ts";
import { worstOf } from "./worst-effect.ts";

const STORE = "http://127.0.0.1:20180";
const NODE = "http://127.0.0.1:7001";

const PD_SETTINGS: readonly (readonly [EffectKind, string, readonly string[]])[] = [
  ["configure", "max-replicas", ["3", "5"]],
  ["destroy", "max-replicas", ["1", "0", "2", "0x1p1"]],
  ["unknown", "max-replicas", ["99"]],
  ["configure", "low-space-ratio", ["0.8"]],
  ["destroy", "low-space-ratio", ["1", "0.95", "0"]],
  ["unknown", "high-space-ratio", ["0", "1"]],
  ["configure", "replica-schedule-limit", ["64", "8"]],
  ["unknown", "replica-schedule-limit", ["1", "7"]],
  ["unknown", "region-schedule-limit", ["1"]],
  ["unknown", "low-space-ratio", ["0.6"]],
  ["unknown", "max-pending-peer-count", ["1"]],
  ["destroy", "replica-schedule-limit", ["0", "0.4"]],
  ["destroy", "max-snapshot-count", ["0"]],
  ["destroy", "max-pending-peer-count", ["0"]],
  ["unknown", "leader-schedule-limit", ["0", "1000000"]],
  ["configure", "leader-schedule-limit", ["4"]],
  ["configure", "max-store-down-time", ["30m", "1h0m0s"]],
  ["unknown", "max-store-down-time", ["1s", "soon"]],
  ["destroy", "max-store-down-time", ["1000h"]],
  ["configure", "patrol-region-interval", ["10ms"]],
  ["destroy", "patrol-region-interval", ["24h"]],
  ["configure", "enable-make-up-replica", ["true"]],
  ["destroy", "enable-make-up-replica", ["false"]],
  ["destroy", "enable-remove-down-replica", ["false"]],
  ["destroy", "enable-replace-offline-replica", ["false"]],
  ["destroy", "enable-joint-consensus", ["false"]],
  ["configure", "halt-scheduling", ["false"]],
  ["destroy", "halt-scheduling", ["true"]],
  ["destroy", "enable-placement-rules", ["false"]],
  ["unknown", "location-labels", ["zone"]],
  ["unknown", "isolation-level", ["zone"]],
  ["unknown", "unheard-of", ["1"]],
];

const TIKV_DOORS: readonly Door[] = [
  (name, value) => `tikv-ctl --host 127.0.0.1:20160 modify-tikv-config -n ${name} -v ${value}`,
  (name, value) => `curl -d '{"${name}":"${value}"}' ${STORE}/config`,
];

const TIKV_SETTINGS: readonly (readonly [EffectKind, string, readonly string[]])[] = [
  ["configure", "log.level", ["info", "debug"]],
  ["unknown", "log.level", ["fatal", "error"]],
  ["destroy", "raftstore.sync-log", ["false"]],
  ["destroy", "storage.reserve-space", ["0"]],
  ["destroy", "raftstore.raft-log-gc-size-limit", ["1KB"]],
  ["destroy", "rocksdb.wal-bytes-per-sync", ["0"]],
  ["destroy", "raftstore.max-peer-down-duration", ["1s"]],
  ["unknown", "storage.block-cache.capacity", ["1GB"]],
  ["unknown", "backup.num-threads", ["1"]],
];

const REDIS_SETTINGS: readonly (readonly [EffectKind, string, readonly string[]])[] = [
  ["configure", "appendonly", ["yes"]],
  ["destroy", "appendonly", ["no"]],
  ["configure", "appendfsync", ["always"]],
  ["unknown", "appendfsync", ["everysec"]],
  ["destroy", "appendfsync", ["no"]],
  ["unknown", "save", ["60 1", "3600 1 60 1", "30 1", "900 100", "3600 1 300 100", "60 2", "61 1"]],
  ["destroy", "save", ["", "999999999 1", "60 999999999", "900 10000"]],
  ["configure", "repl-backlog-size", ["1mb", "268435456"]],
  ["unknown", "repl-backlog-size", ["1", "100gb", "x"]],
  ["configure", "maxmemory", ["0", "67108864", "256mb"]],
  ["destroy", "maxmemory", ["1mb", "1", "-1", "64m"]],
  ["configure", "maxmemory-policy", ["noeviction"]],
  ["destroy", "maxmemory-policy", ["allkeys-lru", "volatile-ttl"]],
  ["configure", "maxclients", ["10000"]],
  ["unknown", "maxclients", ["128", "100"]],
  ["destroy", "dir", ["/tmp"]],
  ["destroy", "dbfilename", ["x"]],
  ["destroy", "replica-read-only", ["no"]],
  ["unknown", "min-replicas-to-write", ["0", "2"]],
  ["oversight", "requirepass", ["x"]],
  ["oversight", "bind", ["10.0.0.1"]],
  ["oversight", "port", ["0"]],
  ["configure", "loglevel", ["notice"]],
  ["unknown", "loglevel", ["nothing"]],
  ["unknown", "timeout", ["1"]],
  ["unknown", "lua-time-limit", ["0", "999999999"]],
  ["unknown", "slowlog-max-len", ["0", "1000000"]],
  ["unknown", "slowlog-log-slower-than", ["1"]],
];

const ALL = [
  [PD_DOORS, PD_SETTINGS],
  [TIKV_DOORS, TIKV_SETTINGS],
  [REDIS_DOORS, REDIS_SETTINGS],
] as const;

for (const [doors, settings] of ALL) {
  for (const [kind, name, values] of settings) {
    test(`${name} at ${values.join(" or ")} is ${kind}, whichever way it is set`, () => {
      const commands = values.flatMap((value) => doors.map((door) => door(name, value)));
      const judged = commands.map((command) => [command, worstOf(command)]);
      expect(judged).toEqual(commands.map((command) => [command, kind]));
    });
  }
}

const WORDS: readonly (readonly [EffectKind, readonly string[]])[] = [
  [
    "read",
    [
      "pd-ctl store limit",
      "redis-cli scan 0 match 'limit:*' count 100",
      "redis-cli memory usage a samples 5",
      "curl 'http://127.0.0.1:20180/debug/pprof/profile?seconds=10'",
      `curl '${PD}/debug/pprof/goroutine?debug=2'`,
      `read x; curl "${PD}/store/$x"`,
      `curl ${PD}/regions?limit=3`,
      `curl -G --data-urlencode 'key=a b' ${PD}/region/key`,
      "pd-ctl store check Down",
      "pd-ctl unsafe remove-failed-stores show",
      "pd-ctl scheduler config balance-hot-region-scheduler",
      "pd-ctl scheduler config evict-leader-scheduler show",
      "tikv-ctl --host 127.0.0.1:20160 mvcc -k zabc --show-cf=default",
      "redis-cli latency histogram",
      "redis-cli randomkey",
    ],
  ],
  [
    "configure",
    [
      "pd-ctl scheduler remove evict-leader-scheduler-4",
      `curl -X DELETE ${PD}/schedulers/evict-leader-scheduler`,
      `curl -X DELETE ${PD}/schedulers/shuffle-region-scheduler`,
      `curl -X DELETE ${PD}/scheduler-config/evict-leader-scheduler/delete/4`,
      `curl -d '{"name":"balance-region-scheduler"}' ${PD}/schedulers`,
      `curl -d '{"delay":0}' ${PD}/schedulers/all`,
      `curl -X PUT -d '{"log_level":"info"}' ${STORE}/log-level`,
      `curl -d '{"delay":0}' ${PD}/checker/replica`,
      "pd-ctl scheduler resume balance-region-scheduler",
      "pd-ctl scheduler config evict-leader-scheduler delete-store 4",
      "pd-ctl store limit 4 15 add-peer",
      `curl -d '{"type":"add-peer","rate":15}' ${PD}/store/4/limit`,
      "pd-ctl store weight 4 1 1",
      `curl -X DELETE ${PD}/operators/48`,
      `curl -d info ${PD}/admin/log`,
      "redis-cli client kill id 12",
      `curl -X PUT -d '{"fail_mode":"closed","clock_offset_ms":0}' ${NODE}/api/settings`,
      `curl -X DELETE ${NODE}/api/limits/tenant`,
    ],
  ],
  [
    "unknown",
    [
      "pd-ctl scheduler remove balance-region-scheduler",
      `curl -X DELETE ${PD}/schedulers/balance-region-scheduler`,
      "pd-ctl scheduler pause balance-region-scheduler 600",
      "pd-ctl scheduler pause all 31536000",
      `curl -d '{"delay":600}' ${PD}/schedulers/all`,
      "pd-ctl scheduler add shuffle-leader-scheduler",
      `curl -d '{"name":"grant-leader-scheduler","store_id":1}' ${PD}/schedulers`,
      `curl -d '{"name":"random-merge-scheduler"}' ${PD}/schedulers`,
      "pd-ctl store weight 4 0 0",
      `curl -d '{"leader":0,"region":0}' ${PD}/store/4/weight`,
      "pd-ctl store label 4 zone z1",
      "pd-ctl store label 4 zone=z1 host=h1",
      `curl -d '{"zone":"z1"}' ${PD}/store/4/label`,
      "pd-ctl store label 4 zone= --rewrite",
      "pd-ctl store label 4 zone --delete",
      `curl -d '{"zone":"z1"}' '${PD}/store/4/label?force=true'`,
      `curl -X DELETE ${PD}/operators`,
      "pd-ctl store limit all 1",
      `curl -d '{"name":"scatter-region","region_id":1}' ${PD}/operators`,
      `curl -d '"fatal"' ${PD}/admin/log`,
      `curl -X POST ${PD}/config`,
      "curl http://127.0.0.1:20180/debug/pprof/heap_activate",
      "curl 'http://127.0.0.1:20180/debug/pprof/profile?seconds=600'",
      "curl 'http://127.0.0.1:20180/debug/pprof/profile?seconds=1&frequency=1000000'",
      `curl '${PD}/debug/pprof/trace?seconds=1&seconds=36000'`,
      "curl http://127.0.0.1:20180/debug/pprof/heap_activate?interval=1",
      "curl -sG -d seconds=36000 http://127.0.0.1:20180/debug/pprof/profile",
      `curl -d '{"name":"evict-leader-scheduler","store_id":4}' ${PD}/schedulers`,
      `curl -d '{"store_id":4}' ${PD}/scheduler-config/evict-leader-scheduler/config`,
      `curl -d '{"delay":0}' ${PD}/schedulers/shuffle-leader-scheduler`,
      "pd-ctl scheduler add evict-leader-scheduler 4",
      "pd-ctl scheduler config evict-leader-scheduler add-store 4",
      "pd-ctl scheduler resume shuffle-leader-scheduler",
      "redis-cli scan 0 count 1000000000 match 'count 5'",
      "redis-cli scan 0 count 5 count 1000000000",
      "redis-cli memory usage a samples 1000000000",
      "redis-cli xinfo stream a full",
      "redis-cli client kill type normal",
      `curl -X PUT -d '{"fail_mode":"open"}' ${NODE}/api/settings`,
      `curl -X PUT -d '{"clock_offset_ms":60000}' ${NODE}/api/settings`,
      `curl -X PUT -d '{"limit":1000000}' ${NODE}/api/limits/tenant`,
      `curl -d '{"key":"acme","cost":30}' ${NODE}/check`,
    ],
  ],
  ["interrupt", ["redis-cli client pause 1000"]],
  ["start", ["curl -X PUT http://127.0.0.1:20180/resume_grpc"]],
  [
    "hidden",
    [
      `curl -d '{"schedulers-v2":[]}' ${PD}/config`,
      "curl -X PUT http://127.0.0.1:20180/pause_grpc",
      "curl http://127.0.0.1:20180/debug/pprof/heap_activat[e]",
      "curl http://127.0.0.1:20180/debug/ppr*/heap_activate",
      'read x; curl "http://127.0.0.1:20180/debug/pprof/$x"',
      'read x; curl "http://127.0.0.1:20180/$x"',
      'read x; curl -sG -d "seconds=$x" http://127.0.0.1:20180/debug/pprof/profile',
      "redis-cli config set $name 1",
      "redis-cli -p 6380 srandmember k -1000000000",
      "redis-cli xread block 0 streams s 0",
      "redis-cli module load /tmp/x.so",
      "redis-cli eval 'return 1' 0",
    ],
  ],
  ["unknown", ["redis-cli replicaof no one", "redis-cli SLAVEOF NO ONE"]],
  ["unknown", ["redis-cli -p 6380 config rewrite", "redis-cli CONFIG REWRITE"]],
  [
    "oversight",
    [`curl -d '{}' ${PD}/service-middleware/config/rate-limit`, "redis-cli acl deluser default"],
  ],
  [
    "destroy",
    [
      "pd-ctl store limit all 0.00001",
      "pd-ctl store limit 4 0",
      `curl -d '{"type":"add-peer","rate":0.0001}' ${PD}/store/4/limit`,
      `curl -d '{"store-limit":{"4":{"add-peer":0.0001}}}' ${PD}/config`,
      "pd-ctl store label 4 engine tiflash",
      "pd-ctl store label 4 engine=tiflash",
      `curl -d '{"$mode":"x"}' ${PD}/store/4/label`,
      `curl -d '{"delay":600}' ${PD}/checker/replica`,
      "curl -d '{}' http://127.0.0.1:2379/v3/cluster/member/remove",
      "curl -d '{}' http://127.0.0.1:2379/v3/maintenance/downgrade",
      `curl -X DELETE ${PD.replace("v1", "v2")}/keyspaces/x`,
      "redis-cli cluster forget x",
      "redis-cli sentinel remove x",
      ...["redis-cli replicaof no", "redis-cli replicaof no two", "redis-cli replicaof no one 1"],
      "redis-cli set a b",
      ...["redis-cli shutdown nosave", "redis-cli config set no-appendfsync-on-rewrite yes"],
      "curl -X POST http://127.0.0.1:2379/tso/api/v1/admin/reset-ts",
      "curl -X POST -d '{}' http://127.0.0.1:2379/scheduling/api/v1/config/rules",
      "curl -X PUT http://127.0.0.1:2379/pd/api/v1/fail/x",
      `curl -X POST ${NODE}/api/counters/acme/reset`,
    ],
  ],
];

for (const [kind, commands] of WORDS) {
  for (const command of commands) {
    test(`${JSON.stringify(command)} is ${kind}`, () => {
      expect(worstOf(command)).toBe(kind);
    });
  }
}
