// An agent in a process of its own, for a test that kills it: `doomed-agent.ts <home> <scratch>`.
import { join } from "node:path";
import { systemClock } from "../../src/infra/clock.ts";
import { TicketOpsDB } from "../../src/store/ticket-ops-db.ts";
import { lampSubject } from "../support/memory-subject.ts";
import { says, shellCall } from "../support/scripted-model.ts";
import { runOrdinary } from "./world.ts";

const [home = "", scratch = ""] = process.argv.slice(2);

await runOrdinary({
  agentId: "doomed",
  home,
  store: TicketOpsDB.open({ path: join(home, "tickets.db"), clock: systemClock }),
  lamps: lampSubject(),
  script: [says(shellCall(`touch ${scratch}/begun; sleep 30`))],
  leaseMs: 300,
});
