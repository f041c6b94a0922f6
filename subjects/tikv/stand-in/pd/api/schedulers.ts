// Listing, adding, removing and pausing schedulers.
import { z } from "zod";
import { putJson, type WriteOutcome, writeSerially } from "../cluster/write.ts";
import { ERRORS } from "../go/errors.ts";
import { rfc3339OfMs } from "../go/format.ts";
import { json, type Reply } from "../http/reply.ts";
import type { ApiRequest, Route } from "../http/routes.ts";
import type { Cluster } from "../member.ts";
import { KEYS, readSchedulers, readStore } from "../metadata/records.ts";
import {
  EVICT_LEADER,
  isPaused,
  KNOWN_SCHEDULERS,
  STORE_SCHEDULERS,
  storeOfScheduler,
} from "../schedule/schedulers.ts";
import { readBody, writeReply } from "./body.ts";
import { shuffled } from "./regions.ts";

const LIST = "/pd/api/v1/schedulers";
const ONE = "/pd/api/v1/schedulers/{name}";
const EVICTED = `/pd/api/v1/scheduler-config/${EVICT_LEADER}/list`;

export const SCHEDULER_ROUTES: readonly Route[] = [
  { method: "GET", path: LIST, by: "cluster", handle: listSchedulers },
  { method: "POST", path: LIST, by: "cluster", handle: addScheduler },
  { method: "POST", path: ONE, by: "cluster", handle: pauseScheduler },
  { method: "DELETE", path: ONE, by: "cluster", handle: removeScheduler },
  { method: "GET", path: EVICTED, by: "cluster", handle: getEvictedStores },
];

const createSchema = z.object({ name: z.unknown().optional(), store_id: z.unknown().optional() });
const pauseSchema = z.object({ delay: z.number().int().min(0).optional() });

/** In random order, as PD's comes from a Go map. */
function listSchedulers({ member, office }: Cluster, request: ApiRequest): Reply {
  const names = shuffled([...readSchedulers(member.metadata).keys()], member.random);
  const status = request.query.get("status");
  if (status === "disabled") return json([]);
  if (status !== "paused") return json(names);
  const paused = names.filter((name) => isPaused(office, name, member.clock.now()));
  if (!request.query.has("timestamp")) return json(paused);
  const periods = paused.flatMap((name) => {
    const pause = office.pauses.get(name);
    if (!pause) return [];
    const paused_at = rfc3339OfMs(pause.pausedAtMs);
    return [{ name, paused_at, resume_at: rfc3339OfMs(pause.resumesAtMs) }];
  });
  return json(periods);
}

async function addScheduler(cluster: Cluster, request: ApiRequest): Promise<Reply> {
  const input = readBody(request.body, createSchema);
  if (input.state === "malformed") return input.reply;
  const { name, store_id } = input.value;
  if (typeof name !== "string") return json("missing scheduler name", 400);
  if (!KNOWN_SCHEDULERS.includes(name)) return json("unknown scheduler", 400);
  if (STORE_SCHEDULERS.includes(name)) return addForStore(cluster, { name, storeId: store_id });
  const { metadata } = cluster.member;
  if (readSchedulers(metadata).has(name)) return json(ERRORS.schedulerExisted, 500);
  const created = { puts: [putJson(KEYS.scheduler(name), { stores: [] })] };
  const outcome = await writeSerially(cluster, () => created);
  return writeReply(outcome, "The scheduler is created.");
}

interface StoreScheduler {
  readonly name: string;
  readonly storeId: unknown;
}

async function addForStore(cluster: Cluster, { name, storeId }: StoreScheduler): Promise<Reply> {
  if (storeId === undefined) return json("missing store id", 400);
  if (typeof storeId !== "number") return json("please input a right store id", 400);
  const { metadata } = cluster.member;
  if (!readStore(metadata, storeId)) return json(ERRORS.storeNotFound(storeId), 500);
  const isThere = readSchedulers(metadata).has(name);
  const outcome = await changeStores(cluster, {
    name,
    change: (stores) => [...stores.filter((id) => id !== storeId), storeId],
  });
  const done = isThere
    ? "The scheduler has been applied to the store."
    : "The scheduler is created.";
  return writeReply(outcome, done);
}

async function removeScheduler(cluster: Cluster, request: ApiRequest): Promise<Reply> {
  const name = request.params.name ?? "";
  const ofStore = storeOfScheduler(name);
  const schedulers = readSchedulers(cluster.member.metadata);
  const stores = schedulers.get(ofStore?.name ?? name)?.stores;
  if (!stores || (ofStore && !stores.includes(ofStore.storeId))) {
    return json(ERRORS.schedulerNotFound, 404);
  }
  const outcome = await changeStores(cluster, {
    name: ofStore?.name ?? name,
    change: (before) => (ofStore ? before.filter((id) => id !== ofStore.storeId) : []),
  });
  cluster.office.pauses.delete(name);
  return writeReply(outcome, "The scheduler is removed.");
}

interface StoresChange {
  readonly name: string;
  readonly change: (stores: readonly number[]) => readonly number[];
}

/** A scheduler without stores is gone. */
function changeStores(cluster: Cluster, { name, change }: StoresChange): Promise<WriteOutcome> {
  return writeSerially(cluster, () => {
    const before = readSchedulers(cluster.member.metadata).get(name)?.stores ?? [];
    const stores = change(before);
    if (stores.length === 0) return { deletes: [KEYS.scheduler(name)] };
    return { puts: [putJson(KEYS.scheduler(name), { stores })] };
  });
}

/** `delay` in seconds, not scaled; 0 resumes. */
function pauseScheduler({ member, office }: Cluster, request: ApiRequest): Reply {
  const input = readBody(request.body, pauseSchema);
  if (input.state === "malformed") return input.reply;
  const { delay } = input.value;
  if (delay === undefined) return json("missing pause time", 400);
  const known = [...readSchedulers(member.metadata).keys()];
  const { name } = request.params;
  const chosen = name === "all" ? known : known.filter((scheduler) => scheduler === name);
  if (chosen.length === 0) return json(ERRORS.schedulerNotFound, 500);
  const pausedAtMs = member.clock.now();
  for (const scheduler of chosen) {
    if (delay === 0) office.pauses.delete(scheduler);
    else office.pauses.set(scheduler, { pausedAtMs, resumesAtMs: pausedAtMs + delay * 1000 });
  }
  return json("Pause or resume the scheduler successfully.");
}

/** What evict-leader-scheduler is on for: the whole key range of each store. */
function getEvictedStores({ member }: Cluster): Reply {
  const scheduler = readSchedulers(member.metadata).get(EVICT_LEADER);
  if (!scheduler) return json(ERRORS.schedulerNotFound, 404);
  const whole = [{ "start-key": "", "end-key": "" }];
  const ranges = new Map(scheduler.stores.map((id) => [`${id}`, whole]));
  return json({ "store-id-ranges": ranges, batch: 3 });
}
