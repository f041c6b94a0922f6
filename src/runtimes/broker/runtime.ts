// The broker runtime: members as a broker shows them, for who has no engine's socket, and shall
// have none. What may be done is decided on the other side.
import type { z } from "zod";
import { OperatorError, unreachable } from "../../domain/errors.ts";
import type { JsonObject } from "../../domain/json.ts";
import type { MemberOperation, MemberStatus, Runtime } from "../../domain/runtime.ts";
import type { MemberPlan, Topology } from "../../domain/subject.ts";
import { planOf } from "../member-errors.ts";
import { type AskOptions, askBroker } from "./ask.ts";
import {
  logAnswerSchema,
  membersAnswerSchema,
  type OfferedOperation,
  operationAnswerSchema,
  type Question,
} from "./protocol.ts";

export interface BrokerPlace {
  /** The path of the broker's socket. */
  readonly socket: string;
  readonly subject: string;
  /** URLs that a person named, beside the members' own. */
  readonly endpoints: readonly string[];
  /** Of every member: what the broker does not tell, a token. */
  readonly settings: JsonObject;
}

/** The engine itself is given ten seconds for a look. */
const LOOK_MS = 15_000;
/** To stop, and to start until a store has read its data, as long as both may take. */
const OPERATE_MS = 250_000;

/**
 * Asks the broker which members there are; from then on they are declared. Rejects with code
 * "runtime" when it does not answer, "usage" when it serves another subject.
 */
export async function openBrokerRuntime(place: BrokerPlace): Promise<Runtime> {
  const topology = topologyOf(place, await look(place));
  return {
    name: "broker",
    topology,
    members: async () => (await look(place)).members,
    async logs(name, { lines }) {
      const { name: member } = planOf(topology, name);
      const question = { do: "logs", member, lines } as const;
      return (await askBroker(lookOf(place, question), logAnswerSchema)).log;
    },
    async operate(name, operation, signal = new AbortController().signal) {
      const { name: member } = planOf(topology, name);
      const question = { do: offeredOf(operation, member), member };
      const options = { socket: place.socket, question, deadlineMs: OPERATE_MS, signal };
      return (await askBroker(options, operationAnswerSchema)).member;
    },
  };
}

function lookOf({ socket }: BrokerPlace, question: Question): AskOptions {
  return { socket, question, deadlineMs: LOOK_MS, signal: new AbortController().signal };
}

type Look = z.output<typeof membersAnswerSchema>;

async function look(place: BrokerPlace): Promise<Look> {
  const { socket, subject } = place;
  const answer = await askBroker(lookOf(place, { do: "members" }), membersAnswerSchema);
  if (answer.subject === subject) return answer;
  const message = `the broker at ${socket} serves ${answer.subject}, not ${subject}`;
  throw new OperatorError("usage", message, { hint: "OPERATOR_BROKER names another one's socket" });
}

function topologyOf(place: BrokerPlace, { time_scale, members }: Look): Topology {
  const { subject, endpoints, settings } = place;
  const declare = ({ name, role, isStandIn, ports }: MemberStatus): MemberPlan => ({
    ...{ name, role, isStandIn, ports, settings },
    host: name,
  });
  return { subject, timeScale: time_scale, members: members.map(declare), endpoints };
}

function offeredOf(operation: MemberOperation, member: string): OfferedOperation {
  switch (operation) {
    case "kill":
      throw new OperatorError("usage", `killing ${member}: a broker kills nobody`, {
        hint: `stop ${member}, or kill it where the engine is`,
      });
    case "start":
    case "stop":
    case "restart":
    case "pause":
    case "resume":
      return operation;
    default:
      return unreachable(operation);
  }
}
