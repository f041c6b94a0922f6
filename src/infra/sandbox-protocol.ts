// What is said through the door of a sandbox: one line of JSON asks for a connection to an address,
// or for a program outside; then come the connection's bytes, or the program's lines.
import { z } from "zod";
import { parseJsonText } from "./json-text.ts";

export interface Address {
  /** A name, or an IP address as it is written in a URL without brackets. */
  readonly host: string;
  readonly port: number;
  /** It speaks TLS, as a person said: nobody can read what goes to it. */
  readonly isSealed?: boolean;
}

/** One place in the sandbox where something listens, for one address outside. */
const listening = z.object({ ip: z.string(), port: z.number(), for: z.string() });

/** What the relay in the sandbox is told. */
const relayPlan = z.object({ door: z.string(), listen: z.array(listening) });

const doorRequest = z.union([
  z.object({ connect: z.string() }),
  z.object({ ask: z.array(z.string()) }),
]);

const doorAnswer = z.union([
  z.object({ stream: z.enum(["stdout", "stderr"]), lines: z.string() }),
  z.object({ exitCode: z.number() }),
]);

export type RelayPlan = z.infer<typeof relayPlan>;
export type DoorRequest = z.infer<typeof doorRequest>;
export type DoorAnswer = z.infer<typeof doorAnswer>;

/** Names the door's socket to who asks in the sandbox. */
export const DOOR_ENV = "OPERATOR_DOOR";

/** The door's word that a connection stands. */
export const CONNECTED = "ok\n";

/** Throws for what is none. */
export function readRelayPlan(text: string): RelayPlan {
  return relayPlan.parse(JSON.parse(text));
}

/** Undefined for what is none: the sandbox may send anything. */
export function readRequest(line: string): DoorRequest | undefined {
  return doorRequest.safeParse(parseJsonText(line)).data;
}

export function readAnswer(line: string): DoorAnswer | undefined {
  return doorAnswer.safeParse(parseJsonText(line)).data;
}

export function nameOf({ host, port }: Address): string {
  return `${host}:${port}`;
}
