// An agent in a process of its own that never gets beyond one change of a dial, for a test that
// kills it: `doomed-dialer.ts <home> <dials file> <stop> <script>`. `stop` says where: "before" or
// "after" the change, and of which dial to what: `after right=7`.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ActionCall } from "../../src/domain/action.ts";
import { systemClock } from "../../src/infra/clock.ts";
import { TicketOpsDB } from "../../src/store/ticket-ops-db.ts";
import { dialSubject } from "../support/dial-subject.ts";
import { concludeCall, says } from "../support/scripted-model.ts";
import { setCall } from "./dial-world.ts";
import { runOrdinary } from "./world.ts";

const [home = "", file = "", stop = "", turns = ""] = process.argv.slice(2);

function stopAt(moment: "before" | "after") {
  return async ({ target, args }: ActionCall) => {
    if (stop !== `${moment} ${target}=${args.value}`) return;
    writeFileSync(`${file}.reached`, "");
    await new Promise(() => setInterval(() => undefined, 60_000));
  };
}

const calls = turns.split(" ").map((turn) => {
  const [target = "", value] = turn.split("=");
  return setCall(target, Number(value));
});

await runOrdinary({
  home,
  store: TicketOpsDB.open({ path: join(home, "tickets.db"), clock: systemClock }),
  lamps: dialSubject(file, { before: stopAt("before"), after: stopAt("after") }),
  script: [says(...calls), says(concludeCall("cannot_fix"))],
  leaseMs: 60_000,
});
