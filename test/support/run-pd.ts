// Runs one PD stand-in as a process of its own: `bun run-pd.ts <member> <plan.json>`.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Topology } from "../../src/domain/subject.ts";
import { systemClock, systemRandom } from "../../src/infra/clock.ts";
import { printLineTo } from "../../src/infra/output.ts";
import { runPdStandIn } from "../../subjects/tikv/stand-in/pd/main.ts";

const [, , name = "", planFile = ""] = process.argv;
const plan: { topology: Topology; home: string } = JSON.parse(readFileSync(planFile, "utf8"));
const member = plan.topology.members.find((candidate) => candidate.name === name);
if (member === undefined) throw new Error(`no member ${name} in ${planFile}`);

const stopping = new AbortController();
process.on("SIGTERM", () => stopping.abort("SIGTERM"));
process.exit(
  await runPdStandIn({
    member,
    topology: plan.topology,
    dataDir: join(plan.home, name),
    clock: systemClock,
    random: systemRandom,
    signal: stopping.signal,
    log: printLineTo(1),
  }),
);
