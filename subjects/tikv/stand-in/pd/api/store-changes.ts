// Changing stores: state, labels, weights, limits, and the removal of tombstones.
import { z } from "zod";
import { planRemoval, planReturn, type StoreChange } from "../cluster/store-states.ts";
import { viewStores } from "../cluster/stores.ts";
import { putJson, writeSerially } from "../cluster/write.ts";
import { ERRORS } from "../go/errors.ts";
import { json, type Reply } from "../http/reply.ts";
import type { ApiRequest, Route } from "../http/routes.ts";
import type { Cluster } from "../member.ts";
import { KEYS, readStore, type StoreRecord } from "../metadata/records.ts";
import { readBody, readId, writeReply } from "./body.ts";

const TOMBSTONES = "/pd/api/v1/stores/remove-tombstone";

export const STORE_CHANGE_ROUTES: readonly Route[] = [
  { method: "DELETE", path: TOMBSTONES, by: "cluster", handle: removeTombstones },
  { method: "DELETE", path: "/pd/api/v1/store/{id}", by: "cluster", handle: removeStore },
  { method: "POST", path: "/pd/api/v1/store/{id}/state", by: "cluster", handle: setState },
  { method: "POST", path: "/pd/api/v1/store/{id}/label", by: "cluster", handle: setLabels },
  { method: "POST", path: "/pd/api/v1/store/{id}/weight", by: "cluster", handle: setWeight },
  { method: "POST", path: "/pd/api/v1/store/{id}/limit", by: "cluster", handle: setLimit },
];

const labelsSchema = z.record(z.string(), z.string());
const weightSchema = z.object({ leader: z.number().min(0), region: z.number().min(0) });
const limitSchema = z.object({
  rate: z.number().positive(),
  type: z.enum(["add-peer", "remove-peer"]).optional(),
});

function removeStore(cluster: Cluster, request: ApiRequest): Promise<Reply> | Reply {
  const id = readId(request.params.id);
  if (id.state === "malformed") return id.reply;
  const removal = { id: id.value, isForced: request.query.has("force") };
  const plan = () => planRemoval(cluster.member, removal);
  return changeStore(cluster, { plan, done: "The store is set as Offline." });
}

function setState(cluster: Cluster, request: ApiRequest): Promise<Reply> | Reply {
  const id = readId(request.params.id);
  if (id.state === "malformed") return id.reply;
  const state = request.query.get("state") ?? "";
  const done = "The store's state is updated.";
  const { member } = cluster;
  switch (state.toLowerCase()) {
    case "up":
      return changeStore(cluster, { plan: () => planReturn(member, id.value), done });
    case "offline": {
      const removal = { id: id.value, isForced: false };
      return changeStore(cluster, { plan: () => planRemoval(member, removal), done });
    }
    default:
      return json(`invalid state ${state}`, 400);
  }
}

interface PlannedChange {
  readonly plan: () => StoreChange;
  readonly done: string;
}

/** Decided when its turn comes, so that two removals at once cannot both be allowed. */
async function changeStore(cluster: Cluster, { plan, done }: PlannedChange): Promise<Reply> {
  const decided: { change?: StoreChange } = {};
  const outcome = await writeSerially(cluster, () => {
    const change = plan();
    decided.change = change;
    if (change.state === "refused") return undefined;
    return { puts: [putJson(KEYS.store(change.record.id), change.record)] };
  });
  const { change } = decided;
  if (change?.state === "refused") return json(change.reason, change.status);
  return writeReply(outcome, done);
}

function setLabels(cluster: Cluster, request: ApiRequest): Promise<Reply> | Reply {
  const input = readBody(request.body, labelsSchema);
  if (input.state === "malformed") return input.reply;
  const isReplacing = request.query.has("force");
  const done = "The store's label is updated.";
  return editStore(cluster, {
    id: request.params.id,
    done,
    edit: (record) => {
      const kept = isReplacing ? [] : record.labels.filter(({ key }) => !(key in input.value));
      const set = Object.entries(input.value).map(([key, value]) => ({ key, value }));
      return { ...record, labels: [...kept, ...set] };
    },
  });
}

function setWeight(cluster: Cluster, request: ApiRequest): Promise<Reply> | Reply {
  const input = readBody(request.body, weightSchema);
  if (input.state === "malformed") return input.reply;
  const { leader, region } = input.value;
  return editStore(cluster, {
    id: request.params.id,
    done: "The store's weight is updated.",
    edit: (record) => ({ ...record, leader_weight: leader, region_weight: region }),
  });
}

function setLimit(cluster: Cluster, request: ApiRequest): Promise<Reply> | Reply {
  const input = readBody(request.body, limitSchema);
  if (input.state === "malformed") return input.reply;
  const { rate, type } = input.value;
  return editStore(cluster, {
    id: request.params.id,
    done: "The store's limit is updated.",
    edit: (record) => ({
      ...record,
      limit: {
        add_peer: type === "remove-peer" ? record.limit.add_peer : rate,
        remove_peer: type === "add-peer" ? record.limit.remove_peer : rate,
      },
    }),
  });
}

interface StoreEdit {
  /** As in the path. */
  readonly id: string | undefined;
  readonly done: string;
  readonly edit: (record: StoreRecord) => StoreRecord;
}

/** Of the store that the path names; an unknown one is a 500, as these handlers have it. */
async function editStore(cluster: Cluster, change: StoreEdit): Promise<Reply> {
  const { metadata } = cluster.member;
  const id = readId(change.id);
  if (id.state === "malformed") return id.reply;
  if (!readStore(metadata, id.value)) return json(ERRORS.storeNotFound(id.value), 500);
  const outcome = await writeSerially(cluster, () => {
    const record = readStore(metadata, id.value);
    return record && { puts: [putJson(KEYS.store(record.id), change.edit(record))] };
  });
  return writeReply(outcome, change.done);
}

async function removeTombstones(cluster: Cluster): Promise<Reply> {
  const tombstones = viewStores(cluster).filter(({ record }) => record.state === "Tombstone");
  const held = tombstones.filter((store) => store.regionCount > 0);
  const free = tombstones.filter((store) => store.regionCount === 0);
  const deletes = free.map(({ record }) => KEYS.store(record.id));
  const outcome = await writeSerially(cluster, () => ({ deletes }));
  for (const { record } of free) cluster.office.stores.delete(record.id);
  if (held.length > 0) {
    return json(`failed stores: ${held.map(({ record }) => record.id).join(", ")}`, 500);
  }
  return writeReply(outcome, "Remove tombstone successfully.");
}
