// A home with a database, and commands that are run in it; what they print is collected.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Command, ExitCode, Flags } from "../../src/commands/context.ts";
import { OperatorError } from "../../src/domain/errors.ts";
import type { Session } from "../../src/domain/session.ts";
import type { Ticket } from "../../src/domain/ticket.ts";
import { TicketOpsDB } from "../../src/store/ticket-ops-db.ts";
import { commandContext } from "../support/command-context.ts";
import { type HurriedClock, hurriedClock } from "../support/hurried-clock.ts";
import { verdictWith } from "../support/verdicts.ts";

export interface Ran {
  readonly lines: readonly string[];
  readonly exitCode: ExitCode | undefined;
  /** What it was rejected with. */
  readonly failure: OperatorError | undefined;
}

export interface DeskRoom extends AsyncDisposable {
  readonly home: string;
  readonly clock: HurriedClock;
  run(command: Command, words: readonly string[], flags?: Flags): Promise<Ran>;
  /** The database that the commands read; made by the first call. */
  store(): TicketOpsDB;
}

export async function openDeskRoom(
  variables: Readonly<Record<string, string>> = {},
): Promise<DeskRoom> {
  const home = await mkdtemp(join(tmpdir(), "operator-desk-"));
  const clock = hurriedClock();
  let store: TicketOpsDB | undefined;
  return {
    home,
    clock,
    store: () => {
      store ??= TicketOpsDB.open({ path: join(home, "tickets.db"), clock });
      return store;
    },
    run: async (command, words, flags = {}) => {
      const lines: string[] = [];
      const print = (line: string) => lines.push(line);
      const env = { OPERATOR_HOME: home, ...variables };
      const context = commandContext({ typed: [], env, self: [], print });
      const ended = await endOf(command({ ...context, clock, words, flags }));
      return { lines, ...ended };
    },
    [Symbol.asyncDispose]: async () => {
      store?.[Symbol.dispose]();
      await rm(home, { recursive: true });
    },
  };
}

/** Opens a ticket and claims it. */
export async function claimedTicket(
  store: TicketOpsDB,
  reason = "no answer",
): Promise<{ ticket: Ticket; session: Session }> {
  await store.recordViolations([{ verdict: verdictWith({ reason }), sinceMs: 500 }]);
  const request = {
    agentId: "agent-1",
    leaseMs: 30_000,
    model: "runbook",
    mode: "execute",
  } as const;
  const claimed = await store.claim(request);
  if (!claimed) throw new Error("there is a ticket to claim");
  return claimed;
}

async function endOf(running: Promise<ExitCode>): Promise<Pick<Ran, "exitCode" | "failure">> {
  try {
    return { exitCode: await running, failure: undefined };
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    return { exitCode: undefined, failure: error };
  }
}
