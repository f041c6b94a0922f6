// Whether a broker answers, for those who only want to know.
import { OperatorError } from "../../domain/errors.ts";
import { askBroker } from "./ask.ts";
import { membersAnswerSchema } from "./protocol.ts";

export type BrokerReport =
  | { readonly state: "available"; readonly subject: string; readonly members: number }
  | { readonly state: "absent"; readonly reason: string; readonly remedy: string | undefined };

/** Shorter than what a health check waits. */
const DEADLINE_MS = 5_000;

/** Never rejects for a broker, or its engine, that does not answer. */
export async function describeBroker(socket: string): Promise<BrokerReport> {
  const question = { do: "members" } as const;
  const { signal } = new AbortController();
  try {
    const look = { socket, question, deadlineMs: DEADLINE_MS, signal };
    const { subject, members } = await askBroker(look, membersAnswerSchema);
    return { state: "available", subject, members: members.length };
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    return { state: "absent", reason: error.message, remedy: error.hint };
  }
}
