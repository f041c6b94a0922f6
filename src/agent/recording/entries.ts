// What is kept of a session so that it can be run again without the world: each question that the
// loop asked of a port, and each answer, in the order in which they came.
import { z } from "zod";
import type { Json, JsonObject } from "../../domain/json.ts";

const json: z.ZodType<Json> = z.json();
const jsonObject: z.ZodType<JsonObject> = z.record(z.string(), z.json());
const count = z.int().positive();

const recordedError = z.object({
  /** Which of our errors it was, for the code that tells them apart. */
  of: z.enum(["operator", "model", "other"]),
  /** The code of an OperatorError, the failure of a ModelError. */
  code: z.string(),
  message: z.string(),
  retryAfterMs: z.number().optional(),
});
export type RecordedError = z.infer<typeof recordedError>;

const answer = z.union([
  /** The same as the answer before of this kind. */
  z.literal("="),
  z.object({ value: json }),
  z.object({ error: recordedError }),
]);
export type Answer = z.infer<typeof answer>;

const entry = z.union([
  z.tuple([z.literal("now"), z.number()]),
  z.tuple([z.literal("random"), z.number()]),
  /** Asked and answered at once: kind, question, answer. */
  z.tuple([z.literal("told"), z.string(), json, json]),
  /** Kind and question. */
  z.tuple([z.literal("asked"), z.string(), json]),
  /** Kind, the how manyth question of that kind, and its answer. */
  z.tuple([z.literal("answered"), z.string(), count, answer]),
  /** The agent was told to stop; the ticket was taken from it. The reason of either. */
  z.tuple([z.literal("aborted"), z.string()]),
  z.tuple([z.literal("lost"), z.string()]),
]);
export type Entry = z.infer<typeof entry>;

/** What is true of the whole session; in its first part. */
const head = z.object({
  /**
   * In 2 the guard's reading of commands stands as it was, and not what it was made from. Up to 3
   * there were no fences around the results of tools but the shell's.
   */
  version: z.union([z.literal(2), z.literal(3), z.literal(4)]),
  /** Every option of the agent that is no port. */
  settings: jsonObject,
  model: z.object({ name: z.string(), speaker: z.string(), canCondense: z.boolean() }),
  /** As they were claimed. */
  ticket: jsonObject,
  session: jsonObject,
});
export type RecordHead = z.infer<typeof head>;

/** The content of one `session_recorded`. */
const part = z.object({
  part: count,
  head: head.optional(),
  entries: z.array(entry),
  /** Nothing of the session comes after it. */
  isLast: z.boolean(),
});
export type RecordPart = z.infer<typeof part>;

/** Undefined for what this version did not write. */
export function parsePart(content: unknown): RecordPart | undefined {
  return part.safeParse(content).data;
}

/** As JSON has it: what a recorded value becomes when it is read again. */
export function toJson(value: unknown): Json {
  return value === undefined ? null : JSON.parse(JSON.stringify(value, writable));
}

/** An observation may hold integers that no number can: a member's id, say. */
function writable(_: string, value: unknown): unknown {
  return typeof value === "bigint" ? String(value) : value;
}

export function toJsonObject(value: object): JsonObject {
  return JSON.parse(JSON.stringify(value));
}
