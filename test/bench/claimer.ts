// One of the claiming processes: claims until nothing is left, prints the ids.
import { systemClock } from "../../src/infra/clock.ts";
import { TicketOpsDB } from "../../src/store/ticket-ops-db.ts";

const [path = ""] = process.argv.slice(2);
using store = await TicketOpsDB.open({ path, clock: systemClock });
const agentId = `claimer-${process.pid}`;
const request = { agentId, leaseMs: 600_000, model: "runbook", mode: "execute" } as const;
for (let claim = await store.claim(request); claim; claim = await store.claim(request)) {
  console.log(claim.ticket.id);
}
