// What the proxy answers and takes on its control port, as schemas. Every call below /api needs
// the token: `Authorization: Bearer …`.
//   GET    /live                              200 as long as the process serves
//   GET    /api/links                         every node's way to Redis
//   PUT    /api/links/{node}/toxics/{name}    a toxic, in place of one of that name
//   DELETE /api/links/{node}/toxics/{name}    200 also when there was none
import { z } from "zod";

/** What is done to the bytes of a link. */
export const toxicSchema = z.discriminatedUnion("type", [
  /** Redis's answers are late by this much, give or take the jitter; their order stays. */
  z.strictObject({
    type: z.literal("latency"),
    latency_ms: z.int().min(0).max(60_000),
    jitter_ms: z.int().min(0).max(60_000),
  }),
  /** Connections stay open and nothing comes through. */
  z.strictObject({ type: z.literal("silence") }),
  /** Connections are closed, new ones at once. */
  z.strictObject({ type: z.literal("cut") }),
]);

export const toxicNameSchema = z.string().regex(/^[a-z0-9][a-z0-9_-]{0,63}$/);

export const linkSchema = z.object({
  node: z.string(),
  port: z.int(),
  /** Open from the node's side now. */
  connections: z.int().min(0),
  toxics: z.array(z.object({ name: z.string(), toxic: toxicSchema })),
});

/** GET /api/links, in declared order; PUT and DELETE of a toxic answer the one link. */
export const linksAnswerSchema = z.object({ links: z.array(linkSchema) });

/** Kept in the data directory: by node, by name of the toxic. */
export const toxicsFileSchema = z.record(z.string(), z.record(z.string(), toxicSchema));

export type Toxic = z.infer<typeof toxicSchema>;
export type Link = z.infer<typeof linkSchema>;
export type ToxicsFile = z.infer<typeof toxicsFileSchema>;
