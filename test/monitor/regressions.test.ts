// A repair of one member that made another one worse, over the monitor's loop and a real database.
import { expect, test } from "bun:test";
import type { Observation } from "../../src/domain/observation.ts";
import type { Subject } from "../../src/domain/subject.ts";
import type { History, Judgement } from "../../src/domain/verdict.ts";
import { runMonitor } from "../../src/monitor/loop.ts";
import { claimed, FIXED, openRoom, type Room } from "../store/room.ts";

type Seen = readonly [one: Judgement["state"], two: Judgement["state"]];

interface TwoObservation extends Observation {
  readonly seen: Seen;
}

const ILL: Seen = ["violated", "holds"];
const SWAPPED: Seen = ["holds", "violated"];

for (const { touched, state } of [
  { touched: ["one", "two"], state: "verifying" },
  { touched: ["one"], state: "resolved" },
] as const) {
  test(`two is violated since ${touched.join(" and ")} was touched: one is ${state}`, async () => {
    await using room = await openRoom();
    await monitorOver(room, [ILL, ILL, ILL, SWAPPED, SWAPPED, SWAPPED, SWAPPED], async (tick) => {
      if (tick === 3) await repair(room, touched);
    });
    expect((await room.store.getTicket(1))?.state).toBe(state);
  });
}

const DARK: Seen = ["violated", "unknown"];

for (const { what, looks, state } of [
  { what: "when one broke", looks: [DARK, DARK, DARK], state: "resolved" },
  { what: "only after one broke", looks: [ILL, ILL, DARK], state: "verifying" },
] as const) {
  test(`two could not be seen ${what}, and is seen violated: one is ${state}`, async () => {
    await using room = await openRoom();
    await monitorOver(room, [...looks, SWAPPED, SWAPPED, SWAPPED, SWAPPED], async (tick) => {
      if (tick === 3) await repair(room, ["one", "two"]);
    });
    expect((await room.store.getTicket(1))?.state).toBe(state);
  });
}

async function repair({ store }: Room, targets: readonly string[]): Promise<void> {
  const { session } = await claimed(store);
  const intent = { sessionId: session.id, kind: "act", operation: {}, targets } as const;
  const step = await store.beginStep(intent);
  await store.finishStep(step, { state: "done", result: "done", changed: true });
  await store.concludeTicket(session.id, FIXED);
}

/** One observation a second; ends after the last. */
async function monitorOver(
  { store, clock }: Room,
  looks: readonly Seen[],
  onTick: (tick: number) => Promise<void>,
): Promise<void> {
  const end = new AbortController();
  let tick = 0;
  const observe = async (): Promise<TwoObservation> => {
    await onTick(tick);
    const seen = looks[tick] ?? ILL;
    tick += 1;
    if (tick > looks.length) end.abort("SIGTERM");
    const nowMs = clock.now();
    return { subject: "toy", members: [], seen, startedAtMs: nowMs, endedAtMs: nowMs };
  };
  const subject = subjectOf(observe);
  const { signal } = end;
  const times = { intervalMs: 1_000, probeDeadlineMs: 800 };
  await runMonitor({ subject, ledger: store, clock, ...times, signal, emit: () => {} });
}

function subjectOf(observe: () => Promise<TwoObservation>): Subject {
  const invariant = {
    ...{ name: "answers", describes: "both answer", severity: "critical" as const },
    ...{ forMs: 500, settleMs: 2_000 },
    judge({ current: { seen } }: History<TwoObservation>): readonly Judgement[] {
      return ["one", "two"].map((entity, index) => {
        const state = seen[index] ?? "unknown";
        return { entity, state, reason: `it ${state}`, evidence: {} };
      });
    },
  };
  const rest = { actions: [], runtime: undefined, describe: () => "", primer: "" };
  return { name: "toy", observe, invariants: [invariant], ...rest };
}
