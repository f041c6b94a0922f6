// What a command that names a cluster by its endpoints takes for declared: of what is not resolved
// the tickets say it, whoever had seen it first.
import { expect, test } from "bun:test";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openSubject } from "../../src/commands/open-subject.ts";
import { systemClock } from "../../src/infra/clock.ts";
import { evaluate } from "../../src/monitor/evaluate.ts";
import { TicketOpsDB } from "../../src/store/ticket-ops-db.ts";
import { commandContext } from "../support/command-context.ts";
import { serveFakeTikv } from "../support/fake-tikv.ts";
import { verdictWith } from "../support/verdicts.ts";

const CLUSTER = "7468211234567890123";
const DRIFT = verdictWith({
  ...{ subject: "tikv", invariant: "replication_drifted", entity: "max-replicas" },
  evidence: { declared_max_replicas: 5, declared_location_labels: "", cluster_id: CLUSTER },
});

test("drift is not declared by whoever looks anew, until its ticket is resolved", async () => {
  await using cluster = serveFakeTikv();
  const home = await mkdtemp(join(tmpdir(), "operator-open-"));
  try {
    const typed = ["--pd", cluster.pd[0].url];
    const context = commandContext({ typed, env: { OPERATOR_HOME: home }, self: [] });
    const drift = async () => {
      const { subject } = await openSubject(context, "tikv");
      const { signal } = context;
      const current = await subject.observe({ probeDeadlineMs: 2_000, signal });
      const verdicts = evaluate(subject.invariants, { current, previous: undefined });
      return verdicts.find(({ invariant }) => invariant === DRIFT.invariant)?.state;
    };
    expect(await drift()).toBe("holds");
    using store = TicketOpsDB.open({ path: join(home, "tickets.db"), clock: systemClock });
    await store.recordViolations([{ verdict: DRIFT, sinceMs: 500 }]);
    expect(await drift()).toBe("violated");
    await store.resolveTicket(1, "it is meant to be so");
    expect(await drift()).toBe("holds");
    await writeFile(join(home, "other.db"), "no database");
    const elsewhere = { OPERATOR_HOME: home, OPERATOR_DB: join(home, "other.db") };
    const blind = commandContext({ typed, env: elsewhere, self: [] });
    expect(openSubject(blind, "tikv")).rejects.toMatchObject({ code: "database" });
  } finally {
    await rm(home, { recursive: true });
  }
});
