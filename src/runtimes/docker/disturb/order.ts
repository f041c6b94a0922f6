// What a helper container is told: one word of JSON on its command line. Outside writes it, inside
// reads it, and the label of the container keeps it, so that the same again is known as the same.
import { z } from "zod";
import type { Disturbance, DisturbanceType } from "../../../domain/disturbance.ts";
import { OperatorError } from "../../../domain/errors.ts";
import { parseJsonText } from "../../../infra/json-text.ts";

const DELAYED = z.object({
  type: z.literal("latency"),
  delayMs: z.number().nonnegative(),
  jitterMs: z.number().nonnegative(),
  peers: z.array(z.string()),
});
const LOST = z.object({
  type: z.literal("loss"),
  percent: z.number().min(0).max(100),
  peers: z.array(z.string()),
});
const BOUNDED = z.object({ type: z.literal("bandwidth"), kbitPerSecond: z.number().positive() });
const PARTED = z.object({
  type: z.literal("partition"),
  direction: z.enum(["both", "in", "out"]),
  peers: z.array(z.string()),
});
const FILLED = z.object({ type: z.literal("disk"), freeBytes: z.number().nonnegative() });

/** What a helper can do; CPU and memory are the engine's. */
const HELD = z.discriminatedUnion("type", [DELAYED, LOST, BOUNDED, PARTED, FILLED]);

export const HELD_TYPES = ["latency", "loss", "bandwidth", "partition", "disk"] as const;

const ORDER = z.discriminatedUnion("do", [
  /** Until it is killed. `hosts` are the peers' names for the engine's own name server. */
  z.object({ do: z.literal("hold"), disturbance: HELD, hosts: z.array(z.string()) }),
  /** Takes away whatever of it is found, and ends. */
  z.object({
    do: z.literal("lift"),
    type: z.enum(["latency", "loss", "bandwidth", "partition", "disk"]),
  }),
]);

export type Held = z.infer<typeof HELD>;
export type HeldType = Held["type"];
export type Order = z.infer<typeof ORDER>;
export type HoldOrder = Extract<Order, { do: "hold" }>;

/** A helper prints it when what it was told to hold is in force. */
export const IN_FORCE = "in force";
/** Where a helper finds the volume that it fills. */
export const VOLUME_DIR = "/disturbed";
/**
 * The group that helpers run in, and nobody else: what they send themselves is told by it. "OP".
 */
export const HELPER_GROUP = 0x4f50;

export function isHeldType(type: DisturbanceType): type is HeldType {
  return HELD_TYPES.some((held) => held === type);
}

/** Throws code "usage" for a figure out of its range, and for peers that cannot be. */
export function parseHeld(disturbance: Disturbance, member: string): Held {
  const doing = `disturbing ${member}`;
  const { data, error } = HELD.safeParse(disturbance);
  if (!data) throw new OperatorError("usage", `${doing}: ${z.prettifyError(error)}`);
  if (!("peers" in data)) return data;
  if (data.peers.length === 0) throw new OperatorError("usage", `${doing}: no peers are named`);
  if (!data.peers.includes(member)) return data;
  throw new OperatorError("usage", `${doing}: it is no peer of its own`);
}

/** Throws code "usage" for what is none. */
export function parseOrder(text: string): Order {
  const { data, error } = ORDER.safeParse(parseJsonText(text));
  if (data) return data;
  throw new OperatorError("usage", `"${text}" is no order to disturb: ${z.prettifyError(error)}`);
}
