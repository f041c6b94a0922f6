// The monitor's loop over a subject whose health the test sets, and a real database.
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { OperatorError } from "../../src/domain/errors.ts";
import type { Observation } from "../../src/domain/observation.ts";
import type { Subject } from "../../src/domain/subject.ts";
import type { Ticket } from "../../src/domain/ticket.ts";
import type { TicketLedger } from "../../src/domain/ticket-ops.ts";
import type { History, Judgement } from "../../src/domain/verdict.ts";
import type { MonitorEvent } from "../../src/monitor/events.ts";
import { runMonitor } from "../../src/monitor/loop.ts";
import { TicketOpsDB } from "../../src/store/ticket-ops-db.ts";
import { type HurriedClock, hurriedClock } from "../support/hurried-clock.ts";

type Seen = Judgement["state"] | "throws";

interface ToyObservation extends Observation {
  readonly seen: Judgement["state"];
}

let dir: string;
let clock: HurriedClock;
let store: TicketOpsDB;
let events: MonitorEvent[];

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "operator-loop-"));
  clock = hurriedClock();
  store = TicketOpsDB.open({ path: join(dir, "tickets.db"), clock });
  events = [];
});

afterEach(async () => {
  store[Symbol.dispose]();
  await rm(dir, { recursive: true });
});

/** One observation a second, one for each thing to be seen; ends after the last. */
async function monitorOver(
  seen: readonly Seen[],
  options: {
    readonly ledger?: TicketLedger;
    readonly onTick?: (tick: number) => Promise<void>;
  } = {},
): Promise<void> {
  const end = new AbortController();
  let tick = 0;
  const observe = async (): Promise<ToyObservation> => {
    await options.onTick?.(tick);
    const state = seen[tick];
    tick += 1;
    if (state === undefined) end.abort("SIGTERM");
    if (state === "throws") throw new Error("a probe of ours is defective");
    const nowMs = clock.now();
    const times = { startedAtMs: nowMs, endedAtMs: nowMs };
    return { subject: "toy", members: [], seen: state ?? "unknown", ...times };
  };
  await runMonitor({
    subject: toySubject(observe),
    ledger: options.ledger ?? store,
    clock,
    intervalMs: 1_000,
    probeDeadlineMs: 800,
    signal: end.signal,
    emit: (event) => events.push(event),
  });
}

function toySubject(observe: () => Promise<ToyObservation>): Subject {
  const invariant = {
    name: "answers",
    describes: "one answers",
    severity: "critical" as const,
    forMs: 500,
    settleMs: 2_000,
    judge({ current }: History<ToyObservation>): readonly Judgement[] {
      return [{ entity: "one", state: current.seen, reason: `it ${current.seen}`, evidence: {} }];
    },
  };
  const rest = { actions: [], runtime: undefined, describe: () => "", primer: "" };
  return { name: "toy", observe, invariants: [invariant], ...rest };
}

function repeat(state: Seen, times: number): readonly Seen[] {
  return Array.from({ length: times }, () => state);
}

async function tickets(): Promise<readonly Pick<Ticket, "state" | "resolution" | "occurrences">[]> {
  const all = await store.listTickets({ limit: 10 });
  return all.map(({ state, resolution, occurrences }) => ({ state, resolution, occurrences }));
}

describe("the monitor", () => {
  test("files one ticket for a lasting violation and counts its occurrences", async () => {
    await monitorOver(repeat("violated", 5));
    expect(await tickets()).toEqual([{ state: "open", resolution: null, occurrences: 4 }]);
  });

  test("files none for a blip, and none for what it cannot see", async () => {
    await monitorOver(["violated", "holds", "violated", "holds", ...repeat("unknown", 5)]);
    expect(await tickets()).toEqual([]);
  });

  test("resolves a ticket that nobody took as self_healed, and files a new one later", async () => {
    await monitorOver([...repeat("violated", 2), ...repeat("holds", 4), ...repeat("violated", 2)]);
    expect(await tickets()).toMatchObject([
      { state: "open" },
      { state: "resolved", resolution: "self_healed" },
    ]);
  });

  test("closes nothing while it is blind", async () => {
    await monitorOver([...repeat("violated", 2), ...repeat("unknown", 20)]);
    expect(await tickets()).toMatchObject([{ state: "open" }]);
  });

  test("counts no holds as consecutive that a failed tick stands between", async () => {
    const before = [...repeat("violated", 2), ...repeat("holds", 2)];
    await monitorOver([...before, "throws", ...repeat("holds", 2)]);
    expect(await tickets()).toMatchObject([{ state: "open" }]);
    events = [];
    const failing = failWhile(
      () => events.filter(({ type }) => type === "observation").length === 5,
    );
    await monitorOver([...before, "violated", ...repeat("holds", 2)], { ledger: failing });
    expect(events).toContainEqual(expect.objectContaining({ message: "the disk is full" }));
    expect(await tickets()).toMatchObject([{ state: "open" }]);
  });

  test("verifies what a session changed as verified_fix", async () => {
    const onTick = async (tick: number) => {
      if (tick === 3) await concludeAsFixed({ changed: true });
    };
    await monitorOver([...repeat("violated", 3), ...repeat("holds", 4)], { onTick });
    expect(await tickets()).toMatchObject([{ state: "resolved", resolution: "verified_fix" }]);
  });

  test("gives a session that changed nothing no credit", async () => {
    const onTick = async (tick: number) => {
      if (tick === 3) await concludeAsFixed({ changed: false });
    };
    await monitorOver([...repeat("violated", 3), ...repeat("holds", 4)], { onTick });
    expect(await tickets()).toMatchObject([{ state: "resolved", resolution: "self_healed" }]);
  });

  test("refuses a fix that did not last, and the reason reaches the ticket", async () => {
    const onTick = async (tick: number) => {
      if (tick === 3) await concludeAsFixed({ changed: true });
    };
    await monitorOver([...repeat("violated", 3), "holds", "violated"], { onTick });
    const [ticket] = await store.listTickets({ limit: 1 });
    expect(ticket).toMatchObject({ state: "claimed", note: "violated again: it violated" });
  });

  test("frees the ticket of an agent that died", async () => {
    const onTick = async (tick: number) => {
      if (tick === 3) await claim({ leaseMs: 1_500 });
    };
    await monitorOver(repeat("violated", 7), { onTick });
    expect(await tickets()).toMatchObject([{ state: "open" }]);
    expect(events).toContainEqual(expect.objectContaining({ move: "lease_expired" }));
  });

  test("survives a defective probe, says so once, and says when it is over", async () => {
    await monitorOver([...repeat("throws", 3), ...repeat("violated", 3)]);
    const troubles = events.filter(({ type }) => type === "trouble" || type === "recovered");
    expect(troubles.map(({ type }) => type)).toEqual(["trouble", "recovered"]);
    expect(await tickets()).toMatchObject([{ state: "open" }]);
  });

  test("survives a database that fails, and files the ticket when it works again", async () => {
    let failuresLeft = 3;
    const failing = failWhile(() => {
      failuresLeft -= 1;
      return failuresLeft >= 0;
    });
    await monitorOver(repeat("violated", 8), { ledger: failing });
    expect(events).toContainEqual(expect.objectContaining({ message: "the disk is full" }));
    expect(await tickets()).toMatchObject([{ state: "open" }]);
  });
});

function failWhile(isFailing: () => boolean): TicketOpsDB {
  return new Proxy(store, {
    get(target, name) {
      const value = Reflect.get(target, name, target);
      if (typeof value !== "function") return value;
      return async (...parameters: readonly unknown[]) => {
        if (isFailing()) throw new OperatorError("database", "the disk is full");
        return Reflect.apply(value, target, parameters);
      };
    },
  });
}

async function claim({ leaseMs = 60_000 } = {}): Promise<string> {
  const request = { agentId: "a", leaseMs, model: "runbook", mode: "execute" } as const;
  const claimed = await store.claim(request);
  if (!claimed) throw new Error("there was nothing to claim");
  return claimed.session.id;
}

async function concludeAsFixed({ changed }: { readonly changed: boolean }): Promise<void> {
  const sessionId = await claim();
  const operation = { action: "start_member" };
  const step = await store.beginStep({ sessionId, kind: "act", operation, targets: ["one"] });
  await store.finishStep(step, { state: "done", result: "started", changed });
  const conclusion = { rootCause: "it was down", evidence: [], summary: "started it" };
  await store.concludeTicket(sessionId, { outcome: "fixed", ...conclusion });
}
