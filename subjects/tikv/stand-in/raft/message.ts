// What members of a Raft group say to each other, as types and as the schema of the wire format.
// Every message carries its sender's term; a higher one always wins.
import { z } from "zod";

const positionSchema = z.object({ index: z.number().int(), term: z.number().int() });

const entrySchema = z.object({
  index: z.number().int(),
  term: z.number().int(),
  /** null is the no-op with which a leader begins its term. */
  command: z.string().nullable(),
});

const envelope = {
  group: z.number().int(),
  from: z.string(),
  to: z.string(),
  term: z.number().int(),
};

/** A poll (pre-vote) asks whether a vote would be won, and changes no one's term. */
const phaseSchema = z.enum(["poll", "vote"]);

export const raftMessageSchema = z.discriminatedUnion("type", [
  z.object({
    ...envelope,
    type: z.literal("vote_request"),
    phase: phaseSchema,
    /** The term in which the sender would lead. */
    bid: z.number().int(),
    last: positionSchema,
    /** Told to campaign by the leader itself: a living leader is no reason to refuse. */
    transfer: z.boolean(),
  }),
  z.object({
    ...envelope,
    type: z.literal("vote_reply"),
    phase: phaseSchema,
    bid: z.number().int(),
    granted: z.boolean(),
  }),
  z.object({
    ...envelope,
    type: z.literal("append"),
    previous: positionSchema,
    entries: z.array(entrySchema),
    commit: z.number().int(),
    /** By the leader's clock; the reply gives it back. */
    sent_at_ms: z.number(),
  }),
  z.object({
    ...envelope,
    type: z.literal("append_reply"),
    accepted: z.boolean(),
    /**
     * Accepted: the log equals the leader's up to here. Refused: it does so at least up to here.
     */
    match: z.number().int(),
    /** The index before the entries that this answers. */
    previous: z.number().int(),
    sent_at_ms: z.number(),
  }),
  z.object({
    ...envelope,
    type: z.literal("snapshot"),
    last: positionSchema,
    state: z.string(),
    sent_at_ms: z.number(),
  }),
  z.object({ ...envelope, type: z.literal("timeout_now") }),
]);

/** One POST: everything that waited for one peer. The answer's body has the same form. */
export const raftBatchSchema = z.object({
  from: z.string(),
  messages: z.array(raftMessageSchema),
});

export type LogPosition = z.infer<typeof positionSchema>;
export type LogEntry = z.infer<typeof entrySchema>;
export type RaftMessage = z.infer<typeof raftMessageSchema>;
export type VotePhase = z.infer<typeof phaseSchema>;
export type MessageOf<T extends RaftMessage["type"]> = Extract<RaftMessage, { type: T }>;
