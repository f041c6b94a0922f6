import { describe, expect, test } from "bun:test";
import { type DemoRecord, summarize } from "../../demo/outcome.ts";
import type { Ticket } from "../../src/domain/ticket.ts";
import { ticketWith } from "../support/verdicts.ts";

const PLAN = { fault: "store_kill", targets: ["tikv2"], details: {} };
const FIXED = ticketWith({
  state: "resolved",
  resolution: "verified_fix",
  openedAtMs: 3_000,
  resolvedAtMs: 9_000,
  sessionId: "s1",
});
const NOTHING_LOST = { acknowledged: 100, lost: 0, unreadable: 0 };

function recordWith(changes: Partial<DemoRecord> = {}): DemoRecord {
  const record = { subject: "tikv", plan: PLAN, injectedAtMs: 1_000, tickets: [FIXED] };
  return { ...record, ledger: NOTHING_LOST, ...changes };
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
      writesAcknowledged: 100,
      writesLost: 0,
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
    const ledger = { ...NOTHING_LOST, lost: 1 };
    expect(summarize(recordWith({ ledger }))).toMatchObject({ writesLost: 1, exitCode: 3 });
  });

  test("does not call unchecked writes safe", () => {
    const unreadable = { ...NOTHING_LOST, unreadable: 2 };
    expect(summarize(recordWith({ ledger: unreadable }))).toMatchObject({
      writesLost: null,
      exitCode: 3,
    });
    expect(summarize(recordWith({ ledger: undefined }))).toMatchObject({
      writesLost: null,
      exitCode: 3,
    });
  });
});
