// What the store tells the guard of late steps: the subject's within the hour, the ticket's, and
// what is under way.
import { expect, test } from "bun:test";
import { countTaken } from "../../src/agent/guard/harm.ts";
import { countHistory, HOUR_MS, interrupts, shakenBy } from "../../src/agent/guard/history.ts";
import type { JournalEntry } from "../../src/domain/session.ts";
import { TicketOpsDB } from "../../src/store/ticket-ops-db.ts";
import { verdictWith } from "../support/verdicts.ts";

const START_MS = 1_700_000_000_000;

function openDesk() {
  const clock = {
    nowMs: START_MS,
    now: () => clock.nowMs,
    elapsed: () => clock.nowMs,
    sleep: async () => undefined,
  };
  const store = TicketOpsDB.open({ path: ":memory:", clock });
  const claimFor = async (subject: string, entity: string) => {
    const verdict = verdictWith({ subject, entity });
    await store.recordViolations([{ verdict, sinceMs: clock.nowMs }]);
    const request = { agentId: "a", leaseMs: 2 * HOUR_MS, model: "m", mode: "execute" } as const;
    const claimed = await store.claim({ ...request, subject });
    if (!claimed) throw new Error("nothing to claim");
    return claimed.session;
  };
  const begin = (sessionId: string, target: string) => {
    const effects = [{ kind: "interrupt", targets: [target], source: "restart" }] as const;
    const operation = { target };
    return store.beginStep({ sessionId, kind: "act", operation, targets: [target], effects });
  };
  return { clock, store, claimFor, begin };
}

test("old steps count for their ticket alone, unless they are under way", async () => {
  const { clock, store, claimFor, begin } = openDesk();
  const first = await claimFor("tikv", "kv1");
  const done = await begin(first.id, "kv1");
  await store.finishStep(done, { state: "done", result: "", changed: true });
  await begin(first.id, "kv2");
  clock.nowMs += HOUR_MS + 1;
  const second = await claimFor("tikv", "kv3");
  await begin(second.id, "kv3");
  const query = { subject: "tikv", sinceMs: clock.nowMs - HOUR_MS };
  const seen = async (ticketId?: number) =>
    (await store.recentSteps({ ...query, ticketId })).steps.map(({ entry, isUnderWay }) => [
      entry.targets[0],
      isUnderWay,
    ]);
  expect(await seen(second.ticketId)).toEqual([
    ["kv2", true],
    ["kv3", true],
  ]);
  expect(await seen(first.ticketId)).toEqual([
    ["kv1", false],
    ["kv2", true],
    ["kv3", true],
  ]);
  const end = { stopReason: "gave_up", detail: "" } as const;
  await store.escalateTicket(first.id, end);
  expect(await seen(second.ticketId)).toEqual([["kv3", true]]);
  store[Symbol.dispose]();
});

test("another subject's steps do not count", async () => {
  const { store, claimFor, begin } = openDesk();
  const session = await claimFor("tikv", "kv1");
  await begin(session.id, "kv1");
  const query = { sinceMs: 0, ticketId: session.ticketId };
  const others = await store.recentSteps({ ...query, subject: "ratelimiter" });
  expect(others.steps).toEqual([]);
  const { steps } = await store.recentSteps({ ...query, subject: "tikv" });
  const about = { nowMs: START_MS, isInterruption: () => true };
  expect(countHistory(steps, { ...about, ticketId: session.ticketId })).toEqual({
    ticket: { steps: 1, interruptions: 1 },
    hour: { steps: 1, interruptions: 1 },
    started: {},
  });
  expect(countHistory(steps, { ...about, ticketId: 99 }).ticket.steps).toBe(0);
  store[Symbol.dispose]();
});

test("whom a step interrupted is shaken until five seconds after its end", async () => {
  const { clock, store, claimFor, begin } = openDesk();
  const session = await claimFor("tikv", "kv1");
  const shaken = async () => {
    const { steps } = await store.recentSteps({ subject: "tikv", sinceMs: START_MS });
    return shakenBy(steps, { nowMs: clock.nowMs, isInterruption: () => true, members: [] });
  };
  const step = await begin(session.id, "kv1");
  clock.nowMs += 60_000;
  expect(await shaken()).toEqual(["kv1"]);
  await store.finishStep(step, { state: "done", result: "", changed: true });
  expect(await shaken()).toEqual(["kv1"]);
  clock.nowMs += 5_000;
  expect(await shaken()).toEqual([]);
  const refused = await begin(session.id, "kv2");
  await store.finishStep(refused, { state: "failed", result: "not begun", changed: false });
  expect(await shaken()).toEqual([]);
  store[Symbol.dispose]();
});

test("whom a step interrupted is shaken while its process of before answers", async () => {
  const { clock, store, claimFor, begin } = openDesk();
  const session = await claimFor("tikv", "kv1");
  const step = await begin(session.id, "kv1");
  await store.finishStep(step, { state: "failed", result: "timed out", changed: true });
  const shaken = async (startedAtMs: number | null | undefined, name = "kv1") => {
    const { steps } = await store.recentSteps({ subject: "tikv", sinceMs: START_MS });
    const members = [{ name, ...(startedAtMs !== undefined && { startedAtMs }) }];
    return shakenBy(steps, { nowMs: clock.nowMs, isInterruption: () => true, members });
  };
  const before = START_MS - 60_000;
  clock.nowMs += 5_000;
  expect(await shaken(before)).toEqual(["kv1"]);
  // Nobody could read it.
  expect(await shaken(null)).toEqual(["kv1"]);
  // The new one, by a clock of whole seconds; one of which nobody says; another member.
  for (const startedAtMs of [START_MS + 1, START_MS - 999, undefined]) {
    expect(await shaken(startedAtMs)).toEqual([]);
  }
  expect(await shaken(before, "kv2")).toEqual([]);
  clock.nowMs += 114_999;
  expect(await shaken(before)).toEqual(["kv1"]);
  clock.nowMs += 1;
  expect(await shaken(before)).toEqual([]);
  store[Symbol.dispose]();
});

test("whom a step only started is not shaken for longer than a moment", async () => {
  const { clock, store, claimFor } = openDesk();
  const { id: sessionId } = await claimFor("tikv", "kv1");
  const effects = [
    { kind: "interrupt", targets: ["kv1"], source: "docker restart kv1" },
    { kind: "start", targets: ["kv2"], source: "docker start kv2" },
    // What is not understood may take away what it names.
    { kind: "unknown", targets: ["kv3"], source: "frob kv3" },
  ] as const;
  const operation = { command: "docker restart kv1; docker start kv2; frob kv3" };
  const targets = ["kv1", "kv2", "kv3"];
  const step = await store.beginStep({ sessionId, kind: "shell", operation, targets, effects });
  await store.finishStep(step, { state: "done", result: "", changed: true });
  clock.nowMs += 5_000;
  const { steps } = await store.recentSteps({ subject: "tikv", sinceMs: START_MS });
  const members = targets.map((name) => ({ name, startedAtMs: 0 }));
  const about = { nowMs: clock.nowMs, isInterruption: () => true, members };
  expect(shakenBy(steps, about)).toEqual(["kv1", "kv3"]);
  const isInterruption = (entry: JournalEntry) =>
    interrupts(entry, { actions: [], classify: () => [] });
  const counted = countHistory(steps, { nowMs: clock.nowMs, ticketId: 1, isInterruption });
  expect(counted.ticket.interruptions).toBe(2);
  const unknown = [{ kind: "unknown", targets: ["kv3"], source: "frob kv3" }] as const;
  expect(interrupts({ operation, effects: unknown }, { actions: [], classify: () => [] })).toBe(
    true,
  );
  const cluster = { seenAtMs: 0, members: [], quorums: [], inRepair: [] };
  expect(countTaken(unknown, cluster)).toBe(1);
  store[Symbol.dispose]();
});

test("what was only started is counted by whom, for ten minutes, and in no hour", async () => {
  const { clock, store, claimFor } = openDesk();
  const { id: sessionId, ticketId } = await claimFor("tikv", "kv1");
  const begin = async (kind: "start" | "interrupt", isBegun: boolean) => {
    const effects = ["kv1", "kv1"].map((name) => ({ kind, targets: [name], source: "it" }));
    const operation = { command: "it" };
    const asked = { kind: "shell", operation, targets: ["kv1"], effects } as const;
    const step = await store.beginStep({ sessionId, ...asked });
    await store.finishStep(step, { state: "done", result: "", changed: isBegun });
  };
  await begin("start", true);
  await begin("start", true);
  await begin("start", false);
  const counted = async () => {
    const { steps } = await store.recentSteps({ subject: "tikv", sinceMs: START_MS });
    return countHistory(steps, { nowMs: clock.nowMs, ticketId, isInterruption: () => false });
  };
  expect(await counted()).toMatchObject({ hour: { steps: 0 }, started: { kv1: 2 } });
  expect((await counted()).ticket.steps).toBeGreaterThan(0);
  await begin("interrupt", true);
  clock.nowMs += 10 * 60_000;
  expect(await counted()).toMatchObject({ hour: { steps: 2 }, started: {} });
  store[Symbol.dispose]();
});

test("steps from before the clock was set back count no longer than others", async () => {
  const { clock, store, claimFor, begin } = openDesk();
  const session = await claimFor("tikv", "kv1");
  const step = await begin(session.id, "kv1");
  await store.finishStep(step, { state: "done", result: "", changed: true });
  clock.nowMs -= 24 * HOUR_MS;
  const { steps } = await store.recentSteps({ subject: "tikv", sinceMs: clock.nowMs - HOUR_MS });
  const about = { nowMs: clock.nowMs, isInterruption: () => true, members: [] };
  expect(shakenBy(steps, about)).toEqual([]);
  expect(countHistory(steps, { ...about, ticketId: undefined }).hour.steps).toBe(0);
  store[Symbol.dispose]();
});

test("what a person holds is said, but for the ticket's own, until it is let go", async () => {
  const { store, claimFor } = openDesk();
  const own = await claimFor("tikv", "kv1");
  const verdict = (subject: string, entity: string) => verdictWith({ subject, entity });
  for (const [subject, entity] of [
    ["tikv", "kv3"],
    ["tikv", "kv2"],
    ["other", "kv4"],
  ] as const) {
    await store.recordViolations([{ verdict: verdict(subject, entity), sinceMs: START_MS }]);
  }
  const { ticketId } = own;
  const held = async () =>
    (await store.recentSteps({ subject: "tikv", sinceMs: START_MS, ticketId })).held;
  expect(await held()).toEqual([]);
  for (const id of [1, 2, 3, 4]) await store.setHeld(id, true);
  expect(await held()).toEqual(["kv1", "kv2", "kv3"]);
  await store.setHeld(2, false);
  await store.resolveTicket(3, "mended by hand");
  expect(await held()).toEqual(["kv1"]);
  store[Symbol.dispose]();
});
