// What is said over the broker's socket: one question and its answer, each one line of JSON; then
// the connection ends. Both sides parse by these schemas, for neither trusts the other.
import { z } from "zod";
import type { MemberStatus } from "../../domain/runtime.ts";

/** All that can be done through a broker. Whoever could kill, could do without asking. */
export const OFFERED_OPERATIONS = ["start", "stop", "restart", "pause", "resume"] as const;
export type OfferedOperation = (typeof OFFERED_OPERATIONS)[number];

/** For a refusal, in the order of harm. */
export const OFFERED = ["members", "logs", ...OFFERED_OPERATIONS] as const;

export const LOG_LINES_MAX = 1_000;
/** With its newline. */
export const QUESTION_BYTES_MAX = 1_024;

export const memberSchema = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$/);

export const questionSchema = z.discriminatedUnion("do", [
  z.strictObject({ do: z.literal("members") }),
  z.strictObject({
    do: z.literal("logs"),
    member: memberSchema,
    lines: z.int().min(1).max(LOG_LINES_MAX),
  }),
  z.strictObject({ do: z.enum(OFFERED_OPERATIONS), member: memberSchema }),
]);
export type Question = z.infer<typeof questionSchema>;

const disturbanceSchema = z.object({
  member: z.string(),
  type: z.enum(["latency", "loss", "bandwidth", "partition", "cpu", "memory", "disk"]),
  text: z.string(),
});

const statusSchema = z
  .object({
    name: z.string(),
    role: z.string(),
    state: z.enum(["running", "paused", "stopped"]),
    is_stand_in: z.boolean(),
    pid: z.number().nullable(),
    started_at_ms: z.number().nullable(),
    ports: z.record(z.string(), z.number()),
    last_exit: z.string().nullable(),
    has_failed: z.boolean().optional(),
    health: z.enum(["starting", "healthy", "unhealthy"]).optional(),
    disturbances: z.array(disturbanceSchema).optional(),
  })
  .transform(
    ({
      is_stand_in,
      started_at_ms,
      last_exit,
      has_failed,
      disturbances,
      ...same
    }): MemberStatus => ({
      ...same,
      ...(disturbances ? { disturbances } : {}),
      ...(has_failed === undefined ? {} : { hasFailed: has_failed }),
      isStandIn: is_stand_in,
      startedAtMs: started_at_ms,
      lastExit: last_exit,
    }),
  );

export const failureSchema = z.object({
  ok: z.literal(false),
  code: z.enum(["usage", "not_found", "conflict", "runtime", "interrupted"]),
  message: z.string(),
  hint: z.string().optional(),
});
export type Failure = z.infer<typeof failureSchema>;

/** Ports are those inside the members' network, where each is called by its name. */
export const membersAnswerSchema = z.object({
  ok: z.literal(true),
  subject: z.string(),
  time_scale: z.number(),
  members: z.array(statusSchema),
});
export const logAnswerSchema = z.object({ ok: z.literal(true), log: z.string() });
export const operationAnswerSchema = z.object({ ok: z.literal(true), member: statusSchema });

/** As it is said. */
export type Answer =
  | z.input<typeof membersAnswerSchema>
  | z.input<typeof logAnswerSchema>
  | z.input<typeof operationAnswerSchema>
  | Failure;

export function sayStatus(status: MemberStatus): z.input<typeof statusSchema> {
  const { name, role, state, isStandIn, pid, startedAtMs, ports, health } = status;
  const { lastExit, hasFailed } = status;
  const disturbances = status.disturbances?.map((found) => ({ ...found }));
  return {
    ...{ name, role, state, pid, ports: { ...ports }, health, disturbances },
    ...{ is_stand_in: isStandIn, started_at_ms: startedAtMs, last_exit: lastExit },
    has_failed: hasFailed,
  };
}
