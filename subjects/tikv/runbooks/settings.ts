// What is set wrong in PD is set right: left-over and missing schedulers, replication, Offline.
import { diagnose } from "../../../src/runbooks/diagnosis.ts";
import { change, repairIfViolated, type Seen } from "../../../src/runbooks/repair.ts";
import {
  type Ending,
  lineOf,
  type SeenVerdict,
  type Steps,
  tryTwice,
} from "../../../src/runbooks/steps.ts";

import { givesUpLabels } from "../labels.ts";

const EVICTION = "evict-leader-scheduler";

export const removeEviction = tryTwice((ticket) => repairIfViolated(ticket, repairEviction));
export const addMissingScheduler = tryTwice((ticket) => repairIfViolated(ticket, repairMissing));
export const restoreReplication = tryTwice((ticket) => repairIfViolated(ticket, repairReplication));
export const cancelOffline = tryTwice((ticket) => repairIfViolated(ticket, repairOffline));
export const evenOutLeaders = tryTwice((ticket) => repairIfViolated(ticket, repairImbalance));

function* repairEviction({ own }: Seen): Steps<Ending> {
  const names = Array.isArray(own.evidence.schedulers) ? own.evidence.schedulers : [];
  const isShared = names.includes(EVICTION);
  const target = isShared ? EVICTION : `${EVICTION}-${own.evidence.store_id}`;
  return yield* change({
    rootCause: `An evict-leader scheduler was left on ${own.entity}.`,
    action: "remove_scheduler",
    target,
    ...(isShared ? { args: { store: own.entity } } : {}),
    thought: `Nothing but a scheduler keeps the leaders off ${own.entity}: I take it out.`,
    reason: lineOf(own.reason),
  });
}

function* repairMissing({ own }: Seen): Steps<Ending> {
  return yield* change({
    rootCause: `The default scheduler ${own.entity} had been removed from PD.`,
    action: "add_scheduler",
    target: own.entity,
    thought: `${own.entity} belongs to every PD: I put it back.`,
    reason: lineOf(own.reason),
  });
}

/** Labels that were added isolate copies more: that is somebody's decision, and does no harm. */
function* repairReplication({ ticket, own }: Seen): Steps<Ending> {
  const { declared_max_replicas: replicas, declared_location_labels: labels } = own.evidence;
  const { location_labels: now } = own.evidence;
  const isLess = givesUpLabels(textOf(labels), textOf(now));
  if (own.entity === "location-labels" && isLess) {
    const less = `By "${labels}", as declared, PD would isolate copies less than by "${now}"`;
    return yield* diagnose(ticket, `${less}: which is meant?`);
  }
  return yield* change({
    rootCause: `PD's replication had been changed: ${lineOf(own.reason)}.`,
    action: "restore_replication",
    target: "cluster",
    args: { max_replicas: replicas, ...(!isLess && { location_labels: labels }) },
    thought: "It differs from what was declared: I set it back.",
    reason: lineOf(own.reason),
  });
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** A removal that has somewhere to go may be meant; one that can never end is a left-over. */
function* repairOffline({ ticket, own }: Seen): Steps<Ending> {
  const { stores_staying: staying, stores_needed: needed } = own.evidence;
  if (typeof needed !== "number" || typeof staying !== "number" || staying >= needed) {
    const advice = `${staying ?? "Nobody knows how many"} stores stay: is the removal meant?`;
    return yield* diagnose(ticket, advice);
  }
  return yield* change({
    rootCause: `${own.entity} was left Offline: ${staying} stores stay for ${needed} replicas.`,
    action: "cancel_offline",
    target: own.entity,
    thought: `It can never end: ${staying} stores stay, ${needed} replicas need a store each.`,
    reason: lineOf(own.reason),
  });
}

/** Uneven leaders are mostly a symptom: of leaders kept off a store, or of no one evening them. */
function* repairImbalance({ ticket, verdicts }: Seen): Steps<Ending> {
  const isViolated = ({ state }: SeenVerdict) => state === "violated";
  const eviction = verdicts.find(
    (verdict) => verdict.invariant === "evict_leader_left" && isViolated(verdict),
  );
  if (eviction) return yield* repairEviction({ ticket, verdicts, own: eviction });
  const balancer = verdicts.find(
    (verdict) =>
      verdict.invariant === "schedulers_missing" &&
      verdict.entity === "balance-leader-scheduler" &&
      isViolated(verdict),
  );
  if (balancer) return yield* repairMissing({ ticket, verdicts, own: balancer });
  return yield* diagnose(ticket, "Look at leader weights, schedule limits and hot regions.");
}
