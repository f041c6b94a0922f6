// An agent without a monitor: one ticket, a cluster that is nothing but documented answers, and a
// model that follows a script. For what has to do with the agent and its model alone.
import type { Session } from "../../src/domain/session.ts";
import type { Ticket } from "../../src/domain/ticket.ts";
import type { TicketOpsDB } from "../../src/store/ticket-ops-db.ts";
import { serveFakeTikv } from "../support/fake-tikv.ts";
import {
  type MessagesApi,
  type MessagesApiOptions,
  startMessagesApi,
} from "../support/messages-api.ts";
import { calls, message, type ScriptedMessage } from "../support/messages-api-replies.ts";
import { verdictWith } from "../support/verdicts.ts";
import { openWorld, type Program, type World } from "./world.ts";

export const FAKE_KEY = "not-a-real-key-0123456789";

export interface LoneAgent extends AsyncDisposable {
  readonly world: World;
  readonly api: MessagesApi;
  readonly store: TicketOpsDB;
  /** The cluster's PD: a URL. */
  readonly tikv: string;
  /** With these flags besides the ones that it needs. */
  start(flags?: readonly string[]): Program;
  /** To the end of the ticket; its lines. */
  run(flags?: readonly string[]): Promise<readonly string[]>;
  outcome(): Promise<{ readonly ticket: Ticket; readonly session: Session }>;
}

export async function openLoneAgent(script: MessagesApiOptions["script"]): Promise<LoneAgent> {
  const world = openWorld();
  const tikv = serveFakeTikv();
  const api = await startMessagesApi({ script });
  const store = world.store("tickets.db");
  const verdict = verdictWith({ subject: "tikv", invariant: "store_unreachable", entity: "tikv1" });
  await store.recordViolations([{ verdict, sinceMs: Date.now() }]);
  // Tests look at files that commands read and write.
  const unseen = ["--sandbox", "off"];
  const words = ["agent", ...unseen, "--model", "claude-sonnet-5-5", "--pd", tikv.pd[0].url];
  const start: LoneAgent["start"] = (flags = []) =>
    world.start([...words, ...flags], claudeAt(api.url));
  return {
    ...{ world, api, store, tikv: tikv.pd[0].url },
    start,
    run: async (flags = []) => {
      const { exited, lines } = start(["--once", ...flags]);
      await exited;
      return lines;
    },
    outcome: () => outcomeIn(store),
    async [Symbol.asyncDispose]() {
      await world[Symbol.asyncDispose]();
      await api.stop();
      await tikv[Symbol.asyncDispose]();
    },
  };
}

/** What an agent's environment needs for a model on loopback. */
export function claudeAt(url: string): Readonly<Record<string, string>> {
  return { ANTHROPIC_API_KEY: FAKE_KEY, ANTHROPIC_BASE_URL: url };
}

/** A message with one command. */
export function runs(command: string): ScriptedMessage {
  return message([calls("shell", { command, reason: "to see" })]);
}

export function concludes(outcome: string): ScriptedMessage {
  const [root_cause, summary] = ["its process was killed", "it was looked at"];
  return message([calls("conclude", { outcome, root_cause, summary })]);
}

async function outcomeIn(store: TicketOpsDB): ReturnType<LoneAgent["outcome"]> {
  const ticket = await store.getTicket(1);
  const session = (await store.sessionsOf(1)).at(-1);
  if (!ticket || !session) throw new Error("the ticket has had no session");
  return { ticket, session };
}
