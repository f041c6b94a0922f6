// What stand-in stores and stand-in PD members say to each other, in place of gRPC: JSON over HTTP
// on PD's client port, below /stand-in/. A PD follower forwards these to the leader like everything
// else.
import { z } from "zod";

export const PD_PATHS = {
  join: "/stand-in/join",
  storeHeartbeat: "/stand-in/store-heartbeat",
  regionHeartbeat: "/stand-in/region-heartbeat",
} as const;

const peerSchema = z.object({ id: z.number().int(), store_id: z.number().int() });

export const regionSchema = z.object({
  id: z.number().int(),
  /** Uppercase hex; "" is the end of the key space. */
  start_key: z.string(),
  end_key: z.string(),
  peers: z.array(peerSchema),
});

/**
 * POST join: a store announces itself by its address and gets, or gets back, its id. Idempotent.
 */
export const joinRequestSchema = z.object({
  /** host:port of the key-value port, and of the status port. */
  address: z.string(),
  status_address: z.string(),
  labels: z.array(z.object({ key: z.string(), value: z.string() })),
  version: z.string(),
  /** Seconds. */
  start_timestamp: z.number().int(),
});

/**
 * `regions` is empty until as many stores have joined as there are replicas: then PD lays them out.
 */
export const joinReplySchema = z.object({
  store_id: z.number().int(),
  regions: z.array(regionSchema),
  /** All stores known: where peers are reached. */
  stores: z.array(z.object({ id: z.number().int(), address: z.string() })),
});

/** POST store-heartbeat, every 10 s (scaled). Sizes in bytes. */
export const storeHeartbeatSchema = z.object({
  store_id: z.number().int(),
  capacity: z.number().int(),
  available: z.number().int(),
  used_size: z.number().int(),
  /** Seconds. */
  start_timestamp: z.number().int(),
  slow_score: z.number().int(),
  is_busy: z.boolean(),
});

/**
 * POST region-heartbeat: by a region's leader, every 60 s (scaled) and at once when it becomes
 * leader.
 */
export const regionHeartbeatSchema = z.object({
  store_id: z.number().int(),
  regions: z.array(
    z.object({
      region_id: z.number().int(),
      term: z.number().int(),
      down_peers: z.array(z.object({ peer: peerSchema, down_seconds: z.number().int() })),
      pending_peers: z.array(peerSchema),
      /** MiB, at least 1. */
      approximate_size: z.number().int(),
      approximate_keys: z.number().int(),
      /** Since the last heartbeat. */
      written_bytes: z.number().int(),
      read_bytes: z.number().int(),
      written_keys: z.number().int(),
      read_keys: z.number().int(),
    }),
  ),
});

/** What the leader of a region is asked to do; so far, to hand leadership to another store. */
export const regionHeartbeatReplySchema = z.object({
  operators: z.array(
    z.object({ region_id: z.number().int(), transfer_leader_to: z.number().int() }),
  ),
});

/**
 * A store heartbeat is answered likewise, so that an operator need not wait for the regions' turn.
 */
export const storeHeartbeatReplySchema = regionHeartbeatReplySchema;

/**
 * On a store's key-value port. Keys and values are UTF-8 text; a key belongs to the region whose
 * [start_key, end_key) holds its bytes in uppercase hex.
 */
export const KV_PATHS = { get: "/kv/get", put: "/kv/put", raft: "/raft" } as const;

export const getRequestSchema = z.object({ key: z.string() });
export const putRequestSchema = z.object({
  key: z.string(),
  value: z.string(),
  /**
   * Epoch milliseconds, by the clock of the machine that all members share: a store that comes to
   * it later does nothing, as its client has given up. Without it a write may happen at any time.
   */
  expires_at_ms: z.number().optional(),
});

/** HTTP 200 with these bodies; anything else is a failure whose fate is unknown. */
export const kvReplySchema = z.discriminatedUnion("type", [
  z.object({ type: z.literal("value"), value: z.string().nullable() }),
  z.object({ type: z.literal("written") }),
  /** `leader` is the address to try next, when known. */
  z.object({ type: z.literal("not_leader"), leader: z.string().nullable() }),
  z.object({ type: z.literal("disk_full") }),
  /** Its time was over when the store came to it: nothing was done. */
  z.object({ type: z.literal("expired") }),
  /** No quorum within the deadline: the write may or may not happen later. */
  z.object({ type: z.literal("uncertain"), reason: z.string() }),
]);

export type Region = z.infer<typeof regionSchema>;
export type JoinRequest = z.infer<typeof joinRequestSchema>;
export type JoinReply = z.infer<typeof joinReplySchema>;
export type StoreHeartbeat = z.infer<typeof storeHeartbeatSchema>;
export type RegionHeartbeat = z.infer<typeof regionHeartbeatSchema>;
export type RegionHeartbeatReply = z.infer<typeof regionHeartbeatReplySchema>;
export type PutRequest = z.infer<typeof putRequestSchema>;
export type KvReply = z.infer<typeof kvReplySchema>;
