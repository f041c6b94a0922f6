// The wall clock is set forward or back under a monitor: what it waits for lasts as long as before.
import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Observation } from "../../src/domain/observation.ts";
import type { Subject } from "../../src/domain/subject.ts";
import type { Judgement } from "../../src/domain/verdict.ts";
import { runMonitor } from "../../src/monitor/loop.ts";
import { TicketOpsDB } from "../../src/store/ticket-ops-db.ts";
import { type HurriedClock, hurriedClock } from "../support/hurried-clock.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const JUMPS = [-30 * DAY_MS, -HOUR_MS, HOUR_MS, 30 * DAY_MS];
/** Looks are a second apart. */
const FOR_MS = 5_000;
const SETTLE_MS = 5_000;

let dir: string;
let clock: HurriedClock;
let store: TicketOpsDB;
let slept: number[];
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "operator-jumps-"));
  clock = hurriedClock(100 * DAY_MS);
  store = TicketOpsDB.open({ path: join(dir, "tickets.db"), clock });
  slept = [];
});
afterEach(() => {
  store[Symbol.dispose]();
  rmSync(dir, { recursive: true });
});

/** Looks until the condition is met; the number of looks. What is done in a look comes in it. */
async function looksUntil(
  isMet: () => Promise<boolean>,
  onLook: (look: number) => Promise<Judgement["state"]>,
): Promise<number> {
  const end = new AbortController();
  let look = 0;
  const subject = toySubject(async () => {
    if (look > 60 || (await isMet())) end.abort("SIGTERM");
    look += 1;
    return onLook(look - 1);
  });
  const sleep = (durationMs: number, signal?: AbortSignal) => {
    slept.push(durationMs);
    return clock.sleep(durationMs, signal);
  };
  const timing = { clock: { ...clock, sleep }, intervalMs: 1_000, probeDeadlineMs: 800 };
  const rest = { ledger: store, signal: end.signal, emit: () => undefined };
  await runMonitor({ subject, ...timing, ...rest });
  return look - 1;
}

function toySubject(look: () => Promise<Judgement["state"]>): Subject {
  let state: Judgement["state"] = "unknown";
  const judge = (): readonly Judgement[] => [
    { entity: "one", state, reason: `it ${state}`, evidence: {} },
  ];
  const timing = { forMs: FOR_MS, settleMs: SETTLE_MS };
  const observe = async (): Promise<Observation> => {
    const startedAtMs = clock.now();
    state = await look();
    return { subject: "toy", members: [], startedAtMs, endedAtMs: clock.now() };
  };
  const invariant = { name: "answers", describes: "", severity: "critical", judge } as const;
  return {
    ...{ name: "toy", observe, invariants: [{ ...invariant, ...timing }] },
    ...{ actions: [], runtime: undefined, describe: () => "", primer: "" },
  };
}

const stateOf = async () => (await store.getTicket(1))?.state;

for (const jumpMs of JUMPS) {
  const what = `${jumpMs > 0 ? "forward" : "back"} by ${Math.abs(jumpMs) / HOUR_MS} h`;

  test(`set ${what}, a violation fires after its time, and no pause is longer`, async () => {
    const looks = await looksUntil(
      async () => (await stateOf()) === "open",
      async (look) => {
        if (look === 2) clock.jump(jumpMs);
        return "violated";
      },
    );
    expect(looks).toBe(FOR_MS / 1_000 + 1);
    expect(Math.max(...slept)).toBeLessThanOrEqual(1_000);
    const ticket = await store.getTicket(1);
    const { openedAtMs = 0, violatedSinceMs = 0 } = ticket ?? {};
    expect(openedAtMs - violatedSinceMs).toBe(FOR_MS);
  });

  test(`set ${what} after a conclusion, the fix is verified in its time`, async () => {
    let concludedIn = Number.NaN;
    const looks = await looksUntil(
      async () => (await stateOf()) === "resolved",
      async (look) => {
        if ((await stateOf()) === "open") {
          await concludeBeforeJump(jumpMs);
          concludedIn = look;
        }
        return (await stateOf()) === undefined ? "violated" : "holds";
      },
    );
    expect(await store.getTicket(1)).toMatchObject({ resolution: "verified_fix" });
    // The look in which it was concluded had begun before, and does not count.
    expect(looks - concludedIn).toBe(SETTLE_MS / 1_000 + 2);
  });

  test(`set ${what} after a conclusion, what does not hold is refused in its time`, async () => {
    let concludedIn = Number.NaN;
    const looks = await looksUntil(
      async () => concludedIn > 0 && (await stateOf()) === "claimed",
      async (look) => {
        if ((await stateOf()) === "open") {
          await concludeBeforeJump(jumpMs);
          concludedIn = look;
        }
        return "violated";
      },
    );
    expect(looks - concludedIn).toBeWithin(20, 24);
  });
}

/** Its agent lives, and renews its lease at once. */
async function concludeBeforeJump(jumpMs: number): Promise<void> {
  clock.advance(10);
  const request = { agentId: "a", leaseMs: 600_000, model: "runbook", mode: "execute" } as const;
  const sessionId = (await store.claim(request))?.session.id ?? "";
  const step = { sessionId, kind: "act", operation: {}, targets: ["one"] } as const;
  const entry = await store.beginStep(step);
  await store.finishStep(entry, { state: "done", result: "started", changed: true });
  const conclusion = { rootCause: "it was down", evidence: [], summary: "started it" };
  await store.concludeTicket(sessionId, { outcome: "fixed", ...conclusion });
  clock.jump(jumpMs);
  await store.renewLease(sessionId, 600_000);
}
