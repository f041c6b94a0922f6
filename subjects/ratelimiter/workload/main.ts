// The load generator: asks the nodes for permission until it is told to stop, keeps its own account
// of what they allowed and denied, and says at its end whether the declared limits were kept.
import { OperatorError } from "../../../src/domain/errors.ts";
import type { LoadIncident, LoadLedger } from "../../../src/domain/load.ts";
import type { Topology, WorkloadOptions } from "../../../src/domain/subject.ts";
import { portOf } from "../member-plan.ts";
import type { Accusation } from "./account.ts";
import type { NodePort } from "./balancer.ts";
import { LedgerFile } from "./ledger-file.ts";
import { runLoad } from "./load.ts";
import type { Counts } from "./seconds.ts";

/** Resolves with 0 when the limits were kept, else with 3. */
export async function runWorkload(options: WorkloadOptions): Promise<number> {
  const nodes = nodesOf(options.topology);
  using ledger = new LedgerFile(options.ledgerFile, options.clock.now());
  await runLoad({ ...options, nodes, ledger });
  const result = conclude(ledger);
  options.print(JSON.stringify(result));
  return result.verdict === "kept" ? 0 : 3;
}

type Conclusion = LoadLedger & Pick<Counts, "failures" | "unsent" | "retries">;

/** Over all lives of the generator that wrote into this file. */
function conclude({ totals, incidents }: LedgerFile): Conclusion {
  const { allowed, denied, failures, unsent, retries, judged } = totals;
  const list = incidents.list();
  const isAnswered = allowed + denied > 0;
  const figures = {
    allowed,
    denied,
    allowed_above_limit: isAnswered ? sumOf(list, "allowed_above_limit") : null,
    // A run that is shorter than a window has judged no denial.
    wrongly_denied:
      isAnswered && (judged > 0 || denied === 0) ? sumOf(list, "wrongly_denied") : null,
  };
  const isChecked = figures.allowed_above_limit !== null && figures.wrongly_denied !== null;
  const verdict = list.length > 0 ? "broken" : isChecked ? "kept" : "unchecked";
  return { type: "ledger", verdict, figures, incidents: list, failures, unsent, retries };
}

function sumOf(incidents: readonly LoadIncident[], name: Accusation["name"]): number {
  const counts = incidents.map((incident) => (incident.name === name ? incident.count : 0));
  return counts.reduce((sum, count) => sum + count, 0);
}

function nodesOf(topology: Topology): readonly NodePort[] {
  const nodes = topology.members.filter(({ role }) => role === "limiter");
  if (nodes.length > 0)
    return nodes.map((node) => ({ name: node.name, port: portOf(node, "api") }));
  throw new OperatorError("usage", `load ${topology.subject}: its topology names no node`, {
    hint: "the load generator asks the nodes that `operator subject up` started",
  });
}
