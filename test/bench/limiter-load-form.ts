// What the load on a limiter is told and what it reports, as JSON between two processes.
import { z } from "zod";

export const loadOptionsSchema = z.object({
  /** Of the nodes, asked in turn. */
  ports: z.array(z.int()),
  perSecond: z.int(),
  warmUpMs: z.int(),
  measureMs: z.int(),
  seed: z.int(),
});

export const loadLineSchema = z.discriminatedUnion("type", [
  z.object({ type: z.literal("measuring") }),
  z.object({ type: z.literal("measured") }),
  z.object({
    type: z.literal("result"),
    /** Due and decided, by 200 or 429, within the time that was measured. */
    answeredPerSecond: z.number(),
    /** From when a check was due to its answer. */
    p50Ms: z.number(),
    p99Ms: z.number(),
    /** From when a check was due to when it left: the load's own part of the latency. */
    lateP99Ms: z.number(),
    /** Of the whole run, its warm-up included. */
    allowed: z.int(),
    denied: z.int(),
    undecided: z.int(),
    allowedAboveLimit: z.int(),
    wronglyDenied: z.int(),
    judgedDenials: z.int(),
  }),
]);

export type LoadOptions = z.infer<typeof loadOptionsSchema>;
export type LoadLine = z.infer<typeof loadLineSchema>;
export type LoadResult = Extract<LoadLine, { type: "result" }>;
