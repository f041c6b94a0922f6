// An agent in mode approve in a process of its own, which asks for one command and then gives up:
// `waiting-agent.ts <home> <command>`. Its lines are on stdout.
import { join } from "node:path";
import { systemClock } from "../../src/infra/clock.ts";
import { TicketOpsDB } from "../../src/store/ticket-ops-db.ts";
import { lampSubject } from "../support/memory-subject.ts";
import { concludeCall, says, shellCall } from "../support/scripted-model.ts";
import { runOrdinary } from "./world.ts";

const [home = "", command = ""] = process.argv.slice(2);

await runOrdinary({
  agentId: `waiting-${process.pid}`,
  home,
  store: TicketOpsDB.open({
    path: join(home, "tickets.db"),
    clock: systemClock,
    backoffMs: 10,
    busyTimeoutMs: 20_000,
  }),
  lamps: lampSubject(),
  script: [says(shellCall(command)), says(concludeCall("cannot_fix"))],
  mode: "approve",
  print: console.log,
  leaseMs: 2_000,
  once: false,
});
