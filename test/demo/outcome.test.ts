import { describe, expect, test } from "bun:test";
import { type Harm, printAsJson, summaryText } from "../../demo/events.ts";
import { type DemoRecord, summarize } from "../../demo/outcome.ts";
import type { LoadLedger } from "../../src/domain/load.ts";
import type { Ticket } from "../../src/domain/ticket.ts";
import { tikvFigures } from "../../subjects/tikv/figures.ts";
import { ticketWith } from "../support/verdicts.ts";

const PLAN = { fault: "store_kill", targets: ["tikv2"], details: {} };
const FIXED = ticketWith({
  state: "resolved",
  resolution: "verified_fix",
  openedAtMs: 3_000,
  resolvedAtMs: 9_000,
  sessionId: "s1",
});
const NOTHING_LOST = ledgerOf("kept", 0);

function ledgerOf(verdict: LoadLedger["verdict"], lost: number | null): LoadLedger {
  const figures = { writes_acknowledged: 100, writes_lost: lost };
  return { type: "ledger", verdict, figures };
}

function recordWith(changes: Partial<DemoRecord> = {}): DemoRecord {
  const record = { subject: "tikv", plan: PLAN, injectedAtMs: 1_000, tickets: [FIXED] };
  return { ...record, ledger: NOTHING_LOST, figures: tikvFigures, ...changes };
}

function withTicket(changes: Partial<Ticket>): DemoRecord {
  return recordWith({ tickets: [{ ...FIXED, ...changes }] });
}

describe("the summary of a demo", () => {
  test("of a verified fix with nothing lost has exit 0", () => {
    expect(summarize(recordWith())).toEqual({
      type: "summary",
      subject: "tikv",
      fault: "store_kill",
      target: "tikv2",
      detected: true,
      timeToDetectMs: 2_000,
      timeToMitigateMs: 8_000,
      resolution: "verified_fix",
      sessionId: "s1",
      counts: { writes_acknowledged: 100 },
      harms: [lostWrites(0)],
      ledger: "kept",
      exitCode: 0,
    });
  });

  test.each([
    ["self_healed", withTicket({ resolution: "self_healed" })],
    ["manual", withTicket({ resolution: "manual" })],
    ["escalated", withTicket({ state: "escalated", resolution: null })],
    ["unresolved", withTicket({ state: "claimed", resolution: null })],
    ["undetected", recordWith({ tickets: [undefined] })],
  ] as const)("of a fault that is %s has exit 3", (resolution, record) => {
    expect(summarize(record)).toMatchObject({ resolution, exitCode: 3 });
  });

  test("of two members is as well as the worse of them, and as late", () => {
    const later = { ...FIXED, openedAtMs: 4_000, resolvedAtMs: 20_000 };
    const both = summarize(recordWith({ tickets: [FIXED, later] }));
    expect(both).toMatchObject({ timeToDetectMs: 3_000, timeToMitigateMs: 19_000, exitCode: 0 });
    const one = summarize(recordWith({ tickets: [FIXED, undefined] }));
    expect(one).toMatchObject({ detected: false, resolution: "undetected", exitCode: 3 });
  });

  test("with one lost write has exit 3 whatever the ticket says", () => {
    const summary = summarize(recordWith({ ledger: ledgerOf("broken", 1) }));
    expect(summary).toMatchObject({ harms: [lostWrites(1)], exitCode: 3 });
  });

  test("does not call unchecked writes safe", () => {
    for (const ledger of [ledgerOf("unchecked", null), undefined]) {
      const summary = summarize(recordWith({ ledger }));
      expect(summary).toMatchObject({ harms: [lostWrites(null)], exitCode: 3 });
    }
  });

  test("of a load that keeps no ledger claims nothing of writes, and is no failure", () => {
    const summary = summarize(recordWith({ ledger: ledgerOf("no_ledger", null) }));
    expect(summary).toMatchObject({ harms: [lostWrites(null)], exitCode: 0 });
    expect(summaryText(summary)).toEndWith(
      "acknowledged writes lost: not checked; the load keeps no ledger; exit 0",
    );
  });
});

describe("harm with times", () => {
  const at = (at_ms: number, count = 1) => ({ at_ms, name: "writes_lost", count });
  const withIncidents = (...incidents: readonly ReturnType<typeof at>[]) => {
    const count = incidents.reduce((sum, incident) => sum + incident.count, 0);
    return summarize(recordWith({ ledger: { ...ledgerOf("broken", count), incidents } }));
  };

  test("is split at the fault and at its verified end", () => {
    const { harms, exitCode } = withIncidents(at(999), at(1_000), at(9_000, 2), at(9_001, 4));
    expect(harms).toMatchObject([{ count: 8, when: { before: 1, during: 3, after: 4 } }]);
    expect(exitCode).toBe(3);
  });

  test("only while the fault was in force leaves a proven repair proven", () => {
    expect(withIncidents(at(1_000), at(9_000, 2)).exitCode).toBe(0);
    expect(withIncidents(at(999)).exitCode).toBe(3);
    expect(withIncidents(at(9_001)).exitCode).toBe(3);
  });

  test("is told in one line, and under names of its own as JSON", () => {
    const summary = withIncidents(at(1_000, 3));
    expect(summaryText(summary)).toContain(
      "acknowledged writes lost: 3 (0 before, 3 during, 0 after); exit 0",
    );
    expect(JSON.parse(printAsJson(summary, 0))).toMatchObject({
      writesAcknowledged: 100,
      writesLost: 3,
      writesLostWhen: { before: 0, during: 3, after: 0 },
    });
  });
});

function lostWrites(count: number | null): Harm {
  return { name: "writes_lost", label: "acknowledged writes lost", count, when: undefined };
}
