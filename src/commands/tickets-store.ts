// The database for people: looked into when it is there, never made by looking.
import type { TicketOps } from "../domain/ticket-ops.ts";
import type { CommandContext } from "./context.ts";
import { isDatabaseMissing, openStore } from "./open-store.ts";

/** An empty one, kept nowhere, when there is no such file yet. Rejects with code "database". */
export async function openExistingStore(context: CommandContext): Promise<TicketOps> {
  if (!isDatabaseMissing(context)) return openStore(context);
  const { TicketOpsDB } = await import("../store/ticket-ops-db.ts");
  return TicketOpsDB.open({ path: ":memory:", clock: context.clock });
}
