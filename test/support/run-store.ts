// Runs one store stand-in as a process of its own: `bun run-store.ts <member> <plan.json>`. Its
// stdin is a pipe of the test's: when that ends, the test is gone, and so is this.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Topology } from "../../src/domain/subject.ts";
import { systemClock, systemRandom } from "../../src/infra/clock.ts";
import { printLineTo } from "../../src/infra/output.ts";
import { runStoreStandIn } from "../../subjects/tikv/stand-in/store/main.ts";

const [, , name = "", planFile = ""] = process.argv;
const plan: { topology: Topology; home: string } = JSON.parse(readFileSync(planFile, "utf8"));
const member = plan.topology.members.find((candidate) => candidate.name === name);
if (member === undefined) throw new Error(`no member ${name} in ${planFile}`);

const stopping = new AbortController();
process.stdin.on("end", () => process.exit(1)).resume();
process.on("SIGTERM", () => stopping.abort("SIGTERM"));
process.exit(
  await runStoreStandIn({
    member,
    topology: plan.topology,
    dataDir: join(plan.home, name),
    clock: systemClock,
    random: systemRandom,
    signal: stopping.signal,
    log: printLineTo(1),
  }),
);
