// What makes the story go on, from the tickets as they are and from who is left to change them.
import { describe, expect, test } from "bun:test";
import type { Awaited } from "../../demo/chapter.ts";
import { type Absent, factsOf, happenedBy, readRecord } from "../../demo/live/follow.ts";
import type { Ticket, TicketState } from "../../src/domain/ticket.ts";
import { systemClock } from "../../src/infra/clock.ts";
import { IN_MEMORY } from "../../src/store/open-database.ts";
import { TicketOpsDB } from "../../src/store/ticket-ops-db.ts";
import { asking } from "../support/asking.ts";
import { ticketWith, verdictWith } from "../support/verdicts.ts";

const ALL = { isMonitorGone: false, isAgentGone: false };
const NO_AGENT = { ...ALL, isAgentGone: true };
const NO_MONITOR = { ...ALL, isMonitorGone: true };

type Case = readonly [states: readonly (TicketState | "none")[], Absent, readonly Awaited[]];

describe("what has happened, or never will, by", () => {
  const cases: readonly Case[] = [
    [["none"], ALL, []],
    [["none"], NO_AGENT, []],
    [["none"], NO_MONITOR, ["detected", "concluded", "ended"]],
    [["open"], ALL, ["detected"]],
    [["open", "none"], ALL, []],
    [["claimed"], ALL, ["detected"]],
    [["claimed"], NO_AGENT, ["detected", "concluded", "ended"]],
    [["verifying"], ALL, ["detected", "concluded"]],
    [["verifying"], NO_AGENT, ["detected", "concluded"]],
    [["verifying", "open"], NO_AGENT, ["detected", "concluded"]],
    [["verifying", "claimed"], ALL, ["detected"]],
    [["escalated"], ALL, ["detected", "concluded", "ended"]],
    [["resolved", "escalated"], ALL, ["detected", "concluded", "ended"]],
    [["resolved", "open"], ALL, ["detected"]],
  ];
  for (const [states, absent, happened] of cases) {
    test(`${states.join(", ")} with ${JSON.stringify(absent)}`, () => {
      expect(happenedBy(states.map(ticketIn), absent)).toEqual(happened);
    });
  }
});

test("what waits for a person is of the subject that is looked at, the oldest first", async () => {
  using store = TicketOpsDB.open({ path: IN_MEMORY, clock: systemClock });
  await askFor(store, { subject: "another", target: "theirs" });
  await askFor(store, { subject: "tikv", target: "first" });
  await askFor(store, { subject: "tikv", target: "second" });
  const { approval } = await readRecord(store, { subject: "tikv", struck: undefined });
  expect(approval?.operation).toEqual({ target: "first" });
  expect((await readRecord(store, { subject: "third", struck: undefined })).approval).toBe(
    undefined,
  );
});

test("of a fault with several tickets all are told, and the time until the last", async () => {
  using store = TicketOpsDB.open({ path: IN_MEMORY, clock: systemClock });
  const verdicts = ["tikv3", "tikv1"].map((entity) => verdictWith({ subject: "tikv", entity }));
  for (const verdict of verdicts) {
    await store.recordViolations([{ verdict, sinceMs: systemClock.now() }]);
  }
  const expected = verdicts.toReversed();
  const plan = { fault: "two", targets: ["tikv1", "tikv3"], details: {} };
  const struck = { id: 1, subject: "tikv", plan, injectedAtMs: 0, expected };
  const record = await readRecord(store, { subject: "tikv", struck });
  const { ticketIds, detectedAfterMs } = factsOf("detected", { record, struck });
  expect(ticketIds).toEqual([1, 2]);
  expect(detectedAfterMs).toBe(record.expected[1]?.openedAtMs);
});

function ticketIn(state: TicketState | "none"): Ticket | undefined {
  return state === "none" ? undefined : ticketWith({ state });
}

async function askFor(
  store: TicketOpsDB,
  { subject, target }: { readonly subject: string; readonly target: string },
): Promise<void> {
  const verdict = verdictWith({ subject, entity: target });
  await store.recordViolations([{ verdict, sinceMs: systemClock.now() }]);
  const claim = { agentId: target, leaseMs: 60_000, model: "runbook", mode: "approve" } as const;
  const claimed = await store.claim(claim);
  if (!claimed) throw new Error("there is a ticket to claim");
  const changes = { operation: { target }, expiresInMs: 60_000 };
  await store.requestApproval(asking(claimed.session.id, changes));
}
