// Settings of PD and TiKV by name and value, schedulers and labels by name: which of them leave
// the data as safe as it was. What gives copies up destroys; what is not known stays so. Pure.
import type { EffectKind } from "../../domain/effect.ts";
import {
  judgeSetting,
  lasting,
  MINUTE_MS,
  only,
  SECOND_MS,
  type Settings,
  within,
} from "./setting-values.ts";

/** Fewer than three copies, and one failure more loses data. */
const REPLICAS = { min: 3, max: 7 };
/** pkg/schedule/config/config.go of v8.5.7: defaults of at most 2048. */
const LIMIT = { min: 1, max: 2048 };

/** By the name without its section; the first that fits. */
const PD_SETTINGS: Settings = [
  [/^max-replicas$/, within({ ...REPLICAS, below: "destroy" })],
  [/placement-rules|replication-mode/, () => "destroy"],
  // A store that counts as full gets no copies; one that never does is filled up.
  [
    /^low-space-ratio$/,
    within({ min: 0.5, least: 0.7, max: 0.9, below: "destroy", above: "destroy" }),
  ],
  [/^high-space-ratio$/, within({ min: 0.3, max: 0.9 })],
  // Without them no copy that is lost is made anew.
  [/^replica-schedule-limit$/, within({ ...LIMIT, least: 8, below: "destroy" })],
  [
    /^max-(?:snapshot|pending-peer)-count$/,
    within({ min: 1, least: 8, max: 1024, below: "destroy" }),
  ],
  [/(?:^|\.)(?:add|remove)-peer$/, within({ min: 1, least: 5, max: 1000, below: "destroy" })],
  [/^region-schedule-limit$/, within({ ...LIMIT, least: 8 })],
  [/^max-store-down-time$/, lasting({ min: 10 * MINUTE_MS, max: 120 * MINUTE_MS })],
  [/^patrol-region-interval$/, lasting({ min: 1, max: SECOND_MS })],
  [
    /^enable-(?:remove-down|replace-offline|make-up|remove-extra)-replica$/,
    only(["true"], "destroy"),
  ],
  [/^enable-(?:location-replacement|joint-consensus)$/, only(["true"], "destroy")],
  [/^halt-scheduling$/, only(["false"], "destroy")],
  [/^(?:leader|merge|hot-region|witness)-schedule-limit$/, within(LIMIT)],
  [/^tolerant-size-ratio$/, within({ min: 0, max: 20 })],
  [/^leader-schedule-policy$/, only(["count", "size"])],
  [/^log\.level$/, kindOfLogLevel],
];

/** `schedule.replica-schedule-limit` or `replica-schedule-limit`, its value as text. */
export function kindOfPdSetting(name: string, value: string): EffectKind {
  return judgeSetting(PD_SETTINGS, name.replace(/^(?:schedule|replication)\./i, ""), value);
}

/**
 * How many copies of the data these words ask for; undefined when they name no number. Of several
 * nobody knows which one counts: 0.
 */
export function copiesAskedIn(text: string): number | undefined {
  const asked = [...text.matchAll(/max-replicas["']?[\s:=]+"?(\d+)/gi)].map(([, count]) => count);
  const [first, ...others] = asked.map(Number);
  return others.every((count) => count === first) ? first : 0;
}

/** What of TiKV's settings keeps acknowledged writes, logs of Raft and room for recovery. */
const KEEPS_DATA =
  /sync|wal|reserve|capacity|placeholder|gc|snap|stale|missing|down-duration|purge|retention|ttl/;
const CHECKS_DATA = /checksum|consistency|recover|disable|hang|hibernate|lease|checkpoint/;

const TIKV_SETTINGS: Settings = [
  [/^log[.-]level$/, kindOfLogLevel],
  // A cache holds what is elsewhere, too.
  [/^storage\.block-cache\.capacity$/, () => "unknown"],
  [new RegExp(`${KEEPS_DATA.source}|${CHECKS_DATA.source}`), () => "destroy"],
];

/** `raftstore.sync-log`, its value as text. */
export function kindOfTikvSetting(name: string, value: string): EffectKind {
  return judgeSetting(TIKV_SETTINGS, name, value);
}

/** Above these nothing is left that would show what goes on. */
export function kindOfLogLevel(value: string): EffectKind {
  return only(["debug", "info", "warn"])(value.toLowerCase());
}

/** How fast copies may come to a store and leave it; nearly nothing is none. */
export function kindOfStoreRate(rate: string): EffectKind {
  return kindOfPdSetting("add-peer", rate);
}

/** Of leaders and regions: a store of little weight is emptied. */
export function kindOfWeight(weight: string): EffectKind {
  return within({ min: 0.1, max: 10 })(weight);
}

/**
 * Stores with one of these are kept for something else
 * (pkg/schedule/placement/label_constraint.go): PD takes all copies away from them. Where a store
 * is, nobody has declared: by another word PD moves copies, and may put them all in one place.
 */
export function kindOfLabel(name: string): EffectKind {
  return /^(?:engine|exclusive|\$.*)$/i.test(name) ? "destroy" : "unknown";
}

/**
 * They keep the load even: PD's own. Of evict-leader one on each store leaves nobody to lead; the
 * action that adds it looks who else could.
 */
const HELPFUL = /^(?:balance-(?:leader|region|hot-region|witness)|evict-slow-[a-z]+)-scheduler$/;
/** They disturb on purpose, or for a while. */
const HINDERING =
  /^(?:evict-leader|grant-(?:leader|hot-region)|shuffle-[a-z-]+|random-merge|scatter-range)\b/;

export function kindOfAddedScheduler(name: string): EffectKind {
  return HELPFUL.test(name) ? "configure" : "unknown";
}

/** A pause that ends; "all" are those that are there. */
export function kindOfResumedScheduler(name: string): EffectKind {
  return name === "all" ? "configure" : kindOfAddedScheduler(name);
}

/** Also one that is paused. */
export function kindOfRemovedScheduler(name: string): EffectKind {
  return HINDERING.test(name) ? "configure" : "unknown";
}
