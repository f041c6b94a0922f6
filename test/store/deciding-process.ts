// Another person, or another agent, on the same database: `deciding-process.ts <work> <path>`. Says
// when it is ready, and prints the ids of the approvals that it won.
import { once } from "node:events";
import { OperatorError } from "../../src/domain/errors.ts";
import type { Approval } from "../../src/domain/session.ts";
import { systemClock } from "../../src/infra/clock.ts";
import { TicketOpsDB } from "../../src/store/ticket-ops-db.ts";
import { SEEN } from "../support/asking.ts";

const WORK = {
  approve: (store: TicketOpsDB, { id }: Approval) => decided(store.decideApproval(id, "approved")),
  deny: (store: TicketOpsDB, { id }: Approval) => decided(store.decideApproval(id, "denied")),
  use: (store: TicketOpsDB, { id, holderId, operationHash }: Approval) =>
    store.useApproval(id, { sessionId: holderId, operationHash, seen: SEEN }),
};

export type Work = keyof typeof WORK;

export function startDeciding(work: Work, path: string) {
  return Bun.spawn([process.execPath, import.meta.path, work, path], {
    stdio: ["pipe", "pipe", "inherit"],
  });
}

if (import.meta.main) {
  const [work = "", path = ""] = process.argv.slice(2);
  const win = Object.entries(WORK).find(([name]) => name === work)?.[1];
  if (!win) throw new Error(`no such work: ${work}`);
  using store = TicketOpsDB.open({ path, clock: systemClock, busyTimeoutMs: 20_000 });
  const newestFirst = await store.listApprovals({});
  // They meet in the middle.
  const approvals = work === "deny" ? newestFirst.toReversed() : newestFirst;
  console.log("ready");
  await once(process.stdin, "data");
  for (const approval of approvals) if (await win(store, approval)) console.log(approval.id);
  process.exit(0);
}

function decided(deciding: Promise<unknown>): Promise<boolean> {
  return deciding.then(
    () => true,
    (error: unknown) => {
      if (error instanceof OperatorError && error.code === "conflict") return false;
      throw error;
    },
  );
}
