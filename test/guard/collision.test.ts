// Two sessions on one subject: what one is doing counts for the other, also at the same moment.
import { expect, test } from "bun:test";
import type { Effect } from "../../src/domain/effect.ts";
import type { WorkQueue } from "../../src/domain/ticket-ops.ts";
import { openWorld, type World } from "../agent/world.ts";
import { changedQueue } from "../support/changed-queue.ts";
import { type Lamps, lampSubject } from "../support/memory-subject.ts";
import { actCall, concludeCall, resultsIn, says } from "../support/scripted-model.ts";
import { verdictWith } from "../support/verdicts.ts";

/** Three lamps that are on, of which one may be away, and an action that switches one off. */
function threeLamps(): Lamps {
  const lamps = lampSubject({
    effect: "interrupt",
    postcondition: () => ({ isMet: false, reason: "it is never told" }),
    withinMs: 1,
    run: async ({ target }) => {
      lamps.deeds.push(`off ${target}`);
      return `switched ${target} off`;
    },
  });
  for (const name of ["left", "middle", "right"]) lamps.health.set(name, "up");
  return lamps;
}

/** Another agent's session on another ticket of the lamps begins a step on this lamp. */
async function beginElsewhere(
  { store }: World,
  lamp: string,
  effects?: readonly Effect[],
): Promise<number> {
  const verdict = verdictWith({ subject: "lamps", entity: lamp, invariant: "other" });
  await store.recordViolations([{ verdict, sinceMs: Date.now() }]);
  const request = { agentId: "agent-2", leaseMs: 60_000, model: "m", mode: "execute" } as const;
  const claimed = await store.claim({ ...request, subject: "lamps" });
  const sessionId = claimed?.session.id ?? "";
  const operation = { action: "switch_on", target: lamp, args: {} };
  const known = effects && { effects };
  return store.beginStep({ sessionId, kind: "act", operation, targets: [lamp], ...known });
}

const SCRIPT = [says(actCall("switch_on", "right")), says(concludeCall("cannot_fix"))];

test("a member that another session is working on counts as missing", async () => {
  using world = openWorld({ script: SCRIPT, lamps: threeLamps() });
  await beginElsewhere(world, "middle");
  await world.openTicket("right");
  await world.run();
  expect(resultsIn(world.model.requests[1])[0]).toContain("(middle missing already)");
  expect(world.lamps.deeds).toEqual([]);
});

test("who sets something in a member that is gone does not bar its start", async () => {
  for (const [kind, deeds] of [
    ["configure", ["on left"]],
    ["interrupt", []],
  ] as const) {
    const script = [says(actCall("switch_on", "left")), says(concludeCall("cannot_fix"))];
    using world = openWorld({ script });
    await beginElsewhere(world, "left", [{ kind, targets: ["left"], source: "elsewhere" }]);
    await world.openTicket("left");
    await world.run();
    expect(world.lamps.deeds).toEqual([...deeds]);
  }
});

test("what another session does to the same member is waited for, and then done", async () => {
  using world = openWorld({
    script: [says(actCall("switch_on", "left")), says(concludeCall("cannot_fix"))],
    lamps: lampSubject({ effect: "configure" }),
    turnMsMax: 10_000,
  });
  const stepId = await beginElsewhere(world, "left");
  await world.openTicket("left");
  const running = world.run();
  await world.untilLine(/^\[Guard\] waiting: another session is at work on left$/);
  expect(world.lamps.deeds).toEqual([]);
  await world.store.finishStep(stepId, { state: "done", result: "it is on", changed: true });
  await running;
  expect(world.lamps.deeds).toEqual(["on left"]);
  expect(world.lines.filter((line) => line.includes("waiting: another"))).toHaveLength(1);
});

test("what takes another session too long is no longer waited for", async () => {
  using world = openWorld({ script: SCRIPT, lamps: threeLamps(), turnMsMax: 50 });
  await beginElsewhere(world, "right");
  await world.openTicket("right");
  await world.run();
  expect(resultsIn(world.model.requests[1])[0]).toContain("somebody else is at work on right");
  expect(world.lamps.deeds).toEqual([]);
});

test("a member whose ticket a person holds is theirs, and counts as missing", async () => {
  for (const [held, says] of [
    ["right", "somebody else is at work on right"],
    ["middle", "(middle missing already)"],
  ] as const) {
    using world = openWorld({ script: SCRIPT, lamps: threeLamps() });
    await world.openTicket("right");
    const verdict = verdictWith({ subject: "lamps", entity: held, invariant: "other" });
    await world.store.recordViolations([{ verdict, sinceMs: Date.now() }]);
    await world.store.setHeld(2, true);
    await world.run();
    expect(resultsIn(world.model.requests[1])[0]).toContain(says);
    expect(world.lamps.deeds).toEqual([]);
  }
});

test("a ticket that a person holds while a session has it is theirs from then on", async () => {
  const lamps = lampSubject({
    precondition: () => {
      held = world.store.setHeld(1, true);
      return { isMet: true };
    },
  });
  let held: Promise<unknown> | undefined;
  const script = [says(actCall("switch_on", "left")), says(concludeCall("cannot_fix"))];
  using world = openWorld({ script, lamps });
  await world.openTicket("left");
  await world.run();
  await held;
  expect(resultsIn(world.model.requests[1])[0]).toContain("somebody else is at work on left");
  expect(lamps.deeds).toEqual([]);
});

/** Lets another begin between the guard's word and the beginning of the step, or right after it. */
function interleaving(queue: WorkQueue, { when, other }: Interleaving): WorkQueue {
  const beginStep: WorkQueue["beginStep"] = async (step) => {
    if (when === "before") await other();
    const id = await queue.beginStep(step);
    if (when === "after") await other();
    return id;
  };
  return changedQueue(queue, { beginStep });
}

interface Interleaving {
  readonly when: "before" | "after";
  readonly other: () => Promise<unknown>;
}

for (const { when, deeds } of [
  { when: "before", deeds: [] },
  { when: "after", deeds: ["off right"] },
] as const) {
  test(`of two that were allowed at once the first goes on: the other began ${when}`, async () => {
    const other = () => beginElsewhere(world, "middle");
    const world: World = openWorld({
      script: SCRIPT,
      lamps: threeLamps(),
      wrapQueue: (queue) => interleaving(queue, { when, other }),
    });
    using _ = world;
    await world.openTicket("right");
    await world.run();
    expect(world.lamps.deeds).toEqual([...deeds]);
    const [step] = await world.store.journalOf((await world.store.sessionsOf(1))[0]?.id ?? "");
    expect(step?.state).toBe("failed");
  });
}
