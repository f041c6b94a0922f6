// GET /config in full: server/config/config.go:49-169, in its order.
import { sectionOf } from "../cluster/config.ts";
import type { GoJson } from "../go/json.ts";
import type { PdMember } from "../member.ts";
import { readSchedulers, readStores } from "../metadata/records.ts";
import { schedulerType } from "../schedule/schedulers.ts";
import { PD_VERSION } from "./members.ts";

export function fullConfig(member: PdMember): GoJson {
  return {
    ...addresses(member),
    lease: 5,
    log: { level: "info", format: "text", "disable-timestamp": false, file: { filename: "" } },
    "max-concurrent-tso-proxy-streamings": 5000,
    "tso-proxy-recv-from-client-timeout": "1h0m0s",
    "tso-save-interval": "5s",
    "tso-update-physical-interval": "50ms",
    "enable-local-tso": false,
    metric: { job: member.settings.self.name, address: "", interval: "15s" },
    schedule: scheduleSection(member),
    replication: sectionOf(member.metadata, "replication"),
    "pd-server": sectionOf(member.metadata, "pd-server"),
    "cluster-version": PD_VERSION.slice(1),
    labels: {},
    "quota-backend-bytes": "8GiB",
    "auto-compaction-mode": "periodic",
    "auto-compaction-retention-v2": "1h",
    "tick-interval": "500ms",
    "election-interval": "3s",
    "enable-prevote": true,
    "max-request-bytes": 157286400,
    security: { "cacert-path": "", "cert-path": "", "key-path": "", "redact-info-log": false },
    "label-property": {},
    dashboard: { "tidb-cacert-path": "", "tidb-cert-path": "", "tidb-key-path": "" },
    "replication-mode": { "replication-mode": "majority" },
    keyspace: { "pre-alloc": [], "wait-region-split": true },
    "micro-service": { "enable-scheduling-fallback": "true" },
    controller: { "degraded-mode-wait-duration": "0s", "ltb-max-wait-duration": "30s" },
  };
}

/** With what is not a setting of its own: store limits, schedulers, and halting only when on. */
export function scheduleSection({ metadata }: PdMember): GoJson {
  const { "halt-scheduling": isHalted, ...settings } = sectionOf(metadata, "schedule");
  const limits = readStores(metadata).map(({ id, limit }): [string, GoJson] => [
    `${id}`,
    { "add-peer": limit.add_peer, "remove-peer": limit.remove_peer },
  ]);
  const schedulers = [...readSchedulers(metadata)].map(([name, { stores }]) => ({
    type: schedulerType(name),
    args: stores.length > 0 ? stores.map(String) : null,
    disable: false,
    "args-payload": "",
  }));
  return {
    ...settings,
    "store-limit": new Map(limits),
    "schedulers-v2": schedulers,
    "halt-scheduling": isHalted === "true" ? "true" : undefined,
  };
}

function addresses({ settings }: PdMember): Readonly<Record<string, GoJson>> {
  const { self, members, dataDir } = settings;
  return {
    "client-urls": self.clientUrl,
    "peer-urls": self.peerUrl,
    "advertise-client-urls": self.clientUrl,
    "advertise-peer-urls": self.peerUrl,
    name: self.name,
    "data-dir": dataDir,
    "force-new-cluster": false,
    "enable-grpc-gateway": true,
    "initial-cluster": members.map(({ name, peerUrl }) => `${name}=${peerUrl}`).join(","),
    "initial-cluster-state": "new",
    "initial-cluster-token": "pd-cluster",
    join: "",
  };
}
