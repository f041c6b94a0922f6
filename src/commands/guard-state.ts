// The state of a cluster as JSON, for `guard explain --state`: what a test writes by hand, or what
// `monitor --once --json` and `subject status --json` print.
import { readFile } from "node:fs/promises";
import { z } from "zod";
import type { History, StepCount } from "../agent/guard/history.ts";
import { NO_HISTORY } from "../agent/guard/history.ts";
import { messageOf } from "../domain/errors.ts";
import type { Observation, ObservedMember, QuorumGroup } from "../domain/observation.ts";
import { usage } from "./flags.ts";

/** What a state file says; undefined where it is silent. */
export interface GivenState {
  readonly subject: string | undefined;
  readonly observation: Observation;
  readonly quorums: readonly QuorumGroup[] | undefined;
  readonly inRepair: readonly string[];
  readonly history: History;
}

const HEALTH = ["up", "down", "unknown"] as const;
const HEALTH_OF_STATE = { running: "up", paused: "down", stopped: "down" } as const;

const memberFacts = z
  .object({
    role: z.string().min(1).optional(),
    health: z.enum(HEALTH).optional(),
    state: z.enum(["running", "paused", "stopped"]).optional(),
  })
  .refine(({ health, state }) => health !== undefined || state !== undefined, {
    error: `needs a health: ${HEALTH.join(", ")}; or a state: running, paused, stopped`,
  });
const namedMember = z.object({ name: z.string().min(1) }).and(memberFacts);
const membersByName = z
  .record(
    z.string().min(1),
    z.union([z.enum(HEALTH).transform((health) => ({ health })), memberFacts]),
  )
  .transform((members) => Object.entries(members).map(([name, facts]) => ({ name, ...facts })));

const count = z.object({
  steps: z.int().min(0).default(0),
  interruptions: z.int().min(0).default(0),
});

const names = z.array(z.string());
const bytes = z.number().min(0);

/** As `monitor --once --json` prints them. */
const quorum = z
  .object({
    name: z.string().default("members"),
    members: names,
    spare: z.int().min(0),
    holding: names.optional(),
    cut_off: names.optional(),
    copies: z.int().min(1).optional(),
    held_bytes: bytes.nullable().optional(),
    bound_bytes: bytes.optional(),
    undeclared: names.nullable().optional(),
  })
  .transform(
    ({
      cut_off: cutOff,
      held_bytes: heldBytes,
      bound_bytes: boundBytes,
      ...group
    }): QuorumGroup => ({
      ...group,
      ...{ cutOff, heldBytes, boundBytes },
    }),
  );

const stateSchema = z.object({
  subject: z.string().optional(),
  members: z.union([z.array(namedMember), membersByName]).default([]),
  at_ms: z.number().optional(),
  age_ms: z.number().min(0).optional(),
  quorums: z.array(quorum).optional(),
  in_repair: names.default([]),
  history: z
    .object({
      ticket: count.optional(),
      hour: count.optional(),
      started: z.record(z.string(), z.int().min(0)).optional(),
    })
    .default({}),
});

type Member = Pick<ObservedMember, "name"> & z.infer<typeof memberFacts>;

/** Rejects with code "usage" and the place of what is wrong. */
export async function readState(file: string, nowMs: number): Promise<GivenState> {
  const parsed = stateSchema.safeParse(await readJson(file));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw wrong(file, `${issue?.path.join(".") || "the file"}: ${issue?.message}`);
  }
  const { subject, members, at_ms, age_ms = 0, quorums, in_repair, history } = parsed.data;
  const endedAtMs = at_ms === undefined ? nowMs - age_ms : at_ms;
  const observed = members.map(describeMember);
  return {
    subject,
    observation: { subject: subject ?? "", startedAtMs: endedAtMs, endedAtMs, members: observed },
    quorums,
    inRepair: in_repair,
    history: {
      ticket: countOf(history.ticket),
      hour: countOf(history.hour ?? history.ticket),
      ...(history.started && { started: history.started }),
    },
  };
}

async function readJson(file: string): Promise<unknown> {
  const text = await readFile(file, "utf8").catch((error: unknown) => {
    throw wrong(file, messageOf(error));
  });
  // Of several lines, as a monitor prints them, the last one is the present.
  const whole = Promise.try(() => JSON.parse(text));
  return whole.catch(() => readLastLine(file, text));
}

function readLastLine(file: string, text: string): Promise<unknown> {
  const last = text.trimEnd().split("\n").at(-1) ?? "";
  return Promise.try(() => JSON.parse(last)).catch((error: unknown) => {
    throw wrong(file, messageOf(error));
  });
}

/** Without a role it is the name without its number: `tikv2` is a tikv. */
function describeMember({ name, role, health, state }: Member): ObservedMember {
  const seen = health ?? (state === undefined ? "unknown" : HEALTH_OF_STATE[state]);
  return { name, role: role ?? name.replace(/[-_]?\d+$/, ""), health: seen, detail: seen };
}

function countOf(given: StepCount | undefined): StepCount {
  return given ?? NO_HISTORY.ticket;
}

function wrong(file: string, why: string) {
  return usage(`reading the state ${file}: ${why}`);
}
