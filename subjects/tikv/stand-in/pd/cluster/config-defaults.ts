// PD's default settings that can be changed while it runs, in the order and encoding of its JSON:
// durations and most booleans are strings (pkg/schedule/config/config.go, server/config/config.go).
import type { GoJson } from "../go/json.ts";

export const CHANGEABLE_SECTIONS = ["schedule", "replication", "pd-server"] as const;
export type ChangeableSection = (typeof CHANGEABLE_SECTIONS)[number];

type Defaults = Readonly<Record<string, GoJson>>;

const SCHEDULE: Defaults = {
  "max-snapshot-count": 64,
  "max-pending-peer-count": 64,
  "max-merge-region-size": 54,
  "max-merge-region-keys": 540000,
  "split-merge-interval": "1h0m0s",
  "switch-witness-interval": "1h0m0s",
  "enable-one-way-merge": "false",
  "enable-cross-table-merge": "true",
  "patrol-region-interval": "10ms",
  "max-store-down-time": "30m0s",
  "max-store-preparing-time": "48h0m0s",
  "leader-schedule-limit": 4,
  "leader-schedule-policy": "count",
  "region-schedule-limit": 2048,
  "witness-schedule-limit": 4,
  "replica-schedule-limit": 64,
  "merge-schedule-limit": 8,
  "hot-region-schedule-limit": 4,
  "affinity-schedule-limit": 0,
  "split-scatter-schedule-limit": 0,
  "hot-region-cache-hits-threshold": 3,
  "tolerant-size-ratio": 0,
  "low-space-ratio": 0.8,
  "high-space-ratio": 0.7,
  "region-score-formula-version": "v2",
  "scheduler-max-waiting-operator": 5,
  "enable-remove-down-replica": "true",
  "enable-replace-offline-replica": "true",
  "enable-make-up-replica": "true",
  "enable-remove-extra-replica": "true",
  "enable-location-replacement": "true",
  "enable-debug-metrics": "false",
  "enable-joint-consensus": "true",
  "enable-tikv-split-region": "true",
  "enable-heartbeat-breakdown-metrics": "true",
  "enable-heartbeat-concurrent-runner": "true",
  "hot-regions-write-interval": "10m0s",
  "hot-regions-reserved-days": 7,
  "max-movable-hot-peer-size": 512,
  "enable-diagnostic": "true",
  "enable-witness": "false",
  "slow-store-evicting-affected-store-ratio-threshold": 0.3,
  "store-limit-version": "v1",
  "halt-scheduling": "false",
  "patrol-region-worker-count": 1,
  "max-affinity-merge-region-size": 256,
};

const REPLICATION: Defaults = {
  "max-replicas": 3,
  "location-labels": "",
  "strictly-match-label": "false",
  "enable-placement-rules": "true",
  "enable-placement-rules-cache": "false",
  "isolation-level": "",
};

const PD_SERVER: Defaults = {
  "use-region-storage": "true",
  "max-gap-reset-ts": "24h0m0s",
  "key-type": "table",
  "runtime-services": "",
  "metric-storage": "",
  "dashboard-address": "auto",
  "flow-round-by-digit": 3,
  "min-resolved-ts-persistence-interval": "1s",
  "server-memory-limit": 0,
  "server-memory-limit-gc-trigger": 0.7,
  "enable-gogc-tuner": "false",
  "gc-tuner-threshold": 0.6,
  "block-safe-point-v1": "false",
};

export const CONFIG_DEFAULTS: Readonly<Record<ChangeableSection, Defaults>> = {
  schedule: SCHEDULE,
  replication: REPLICATION,
  "pd-server": PD_SERVER,
};
