// A store that fails for a while: the agent waits, says so once, and goes on.
import { expect, test } from "bun:test";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { keepLease } from "../../src/agent/keep-lease.ts";
import { patientQueue } from "../../src/agent/patient-queue.ts";
import { OperatorError } from "../../src/domain/errors.ts";
import type { WorkQueue } from "../../src/domain/ticket-ops.ts";
import { systemClock } from "../../src/infra/clock.ts";
import { eventually } from "../support/eventually.ts";
import { hurriedClock } from "../support/hurried-clock.ts";
import { lampSubject } from "../support/memory-subject.ts";
import { actCall, concludeCall, says } from "../support/scripted-model.ts";
import { openWorld, type World } from "./world.ts";

/** The same queue, which fails at each of these calls. */
function failingAt(queue: WorkQueue, calls: readonly number[]): WorkQueue {
  let count = 0;
  return new Proxy(queue, {
    get(target, name) {
      const method: unknown = Reflect.get(target, name);
      if (typeof method !== "function") return method;
      return (...args: readonly unknown[]) => {
        count += 1;
        if (!calls.includes(count)) return method.apply(target, args);
        return Promise.reject(new OperatorError("database", "cannot use database: it is locked"));
      };
    },
  });
}

for (const calls of [[1], [1, 2, 3], [4], [4, 5]]) {
  test(`an outage at calls ${calls} to the store is said once, and survived`, async () => {
    using world = openWorld({
      script: [says(concludeCall("cannot_fix"))],
      wrapQueue: (queue) => failingAt(queue, calls),
    });
    await world.openTicket();
    await world.run();
    expect((await world.ticket()).state).toBe("escalated");
    expect(world.lines.filter((line) => line.startsWith("[Trouble]"))).toEqual([
      "[Trouble] cannot use database: it is locked; trying again",
      "[Trouble] over: cannot use database: it is locked",
    ]);
  });
}

test("what is no outage is not tried again", async () => {
  let calls = 0;
  const claim = () => {
    calls += 1;
    return Promise.reject(new OperatorError("conflict", "no"));
  };
  using world = openWorld({ script: [] });
  const queue = patientQueue(Object.assign(Object.create(world.store), { claim }), {
    clock: hurriedClock(),
    signal: new AbortController().signal,
    print: () => undefined,
    backoffMs: 1,
  });
  const request = { agentId: "a", leaseMs: 1, model: "m", mode: "execute" } as const;
  await expect(queue.claim(request)).rejects.toThrow("no");
  expect(calls).toBe(1);
});

test("a lease that cannot be renewed is lost when it would have expired, not before", async () => {
  let failures = 0;
  const queue = {
    renewLease: () => {
      failures += 1;
      return Promise.reject(new OperatorError("database", "locked"));
    },
  };
  await using lease = keepLease({ queue, sessionId: "s", leaseMs: 90, clock: systemClock });
  await eventually(() => lease.signal.aborted, "the lease is lost");
  expect(failures).toBe(3);
  expect(lease.signal.reason).toBe("the lease could not be renewed in time");
});

test("a ticket that is taken from a session is missed soon, however long the lease", async () => {
  const slept: number[] = [];
  const clock = {
    now: () => 0,
    elapsed: () => 0,
    sleep: async (durationMs: number) => void slept.push(durationMs),
  };
  const queue = { renewLease: async () => false };
  await using lease = keepLease({ queue, sessionId: "s", leaseMs: 3_600_000, clock });
  await eventually(() => lease.signal.aborted, "the lease is lost");
  expect(slept).toEqual([2_000]);
});

test("a database that is taken away under a session ends the session, not the agent", async () => {
  let turns = 0;
  const script = () => {
    turns += 1;
    if (turns === 2) for (const end of ["", "-wal", "-shm"]) rmSync(`${databaseOf(world)}${end}`);
    return says(actCall("switch_on", "left"));
  };
  using world: World = openWorld({ script: [script] });
  await world.openTicket();
  await world.run();
  expect(turns).toBe(2);
  expect(world.lines.at(-1)).toMatch(
    /^Ticket #1: session ended, lease lost: session \S+ is not in this database$/,
  );
  expect(world.lines.filter((line) => line.startsWith("[Trouble]"))).toHaveLength(2);
});

test("an idle agent that is told to stop does not fail with the store", async () => {
  const fails = () => Promise.reject(new OperatorError("database", "cannot use database: locked"));
  using world = openWorld({
    script: [],
    once: false,
    wrapQueue: (queue) =>
      Object.assign(Object.create(queue), { claim: fails, unattendedSubjects: fails }),
  });
  const running = world.run();
  await world.untilLine(/^\[Trouble\]/);
  world.stop("SIGTERM");
  await running;
  expect(world.lines.at(-1)).toBe("[Trouble] cannot use database: locked; trying again");
});

function databaseOf({ home }: World): string {
  return join(home, "tickets.db");
}

test("a look that grows old while the store fails is no sight any more", async () => {
  let aheadMs = 0;
  using world = openWorld({
    script: [says(actCall("switch_on", "left")), says(concludeCall("cannot_fix"))],
    lamps: lampSubject({ effect: "configure" }),
    clock: { ...systemClock, now: () => systemClock.now() + aheadMs },
    wrapQueue: (queue) =>
      new Proxy(queue, {
        get(target, name) {
          if (name === "recentSteps") aheadMs += 20_000;
          const method: unknown = Reflect.get(target, name);
          return typeof method === "function" ? method.bind(target) : method;
        },
      }),
  });
  await world.openTicket();
  await world.run();
  expect(world.lamps.deeds).toEqual([]);
  expect(world.lines).toContainEqual(
    expect.stringMatching(/^\[Guard\] deny: .*last seen 40 s ago/),
  );
});
