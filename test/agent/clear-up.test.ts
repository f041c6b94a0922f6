// What agents left that died in every attempt: settled and taken back by the next agent that has
// nothing else to do, on the ticket of the person who has it by now, without a model.
import { expect, test } from "bun:test";
import { NO_POLICY } from "../../src/agent/guard/policy.ts";
import { OperatorError } from "../../src/domain/errors.ts";
import { eventually } from "../support/eventually.ts";
import { BOTH_TURNED, dieInEveryAttempt, type LastAttempt, nextOf } from "./dead-attempts.ts";
import {
  AT_FIRST,
  type DialWorld,
  isReplayedTheSame,
  openDialWorld,
  openGivingUpWorld,
  stepStates,
} from "./dial-world.ts";
import { type Death, dyingQueue } from "./dying-queue.ts";

const BOTH_BACK = [
  "set_dial left: undone",
  "set_dial right: undone",
  "put_back right: done",
  "put_back left: done",
];

function openWorld(): DialWorld {
  return openDialWorld({ script: [] });
}

async function runUntilClearedUp(world: DialWorld, next: DialWorld): Promise<void> {
  const hasCleared = async () => {
    await next.run();
    return (await world.ticket()).note?.includes("cleared up after that");
  };
  await eventually(hasCleared, "it is cleared up");
}

test("it is settled, taken back newest first, and told; the ticket stays a person's", async () => {
  using world = openWorld();
  await dieInEveryAttempt(world);
  const { note } = await world.ticket();
  using next = nextOf(world);
  await runUntilClearedUp(world, next);
  expect(next.dials.deeds).toEqual(["right=2", "left=1"]);
  expect(await stepStates(world)).toEqual(BOTH_BACK);
  const steps = 'step 2 set_dial right {"value":7}, step 1 set_dial left {"value":5}';
  expect(await world.ticket()).toMatchObject({
    ...{ state: "escalated", attempts: 3, lease: null },
    note: `${note}; cleared up after that: taken back: ${steps}`,
  });
  expect(await world.session()).toMatchObject({ purpose: "clear_up", stopReason: "concluded" });
  expect(next.model.requests).toEqual([]);
  expect((await world.events("guard_decided")).map(({ content }) => content.decision)).toEqual([
    "allow",
    "allow",
  ]);
  await isReplayedTheSame(world);
  const events = await world.store.eventsOf({});
  await next.run();
  expect(await world.store.eventsOf({})).toEqual(events);
});

test("what was concluded, and refused when nobody was there any more, is taken back", async () => {
  using world = openWorld();
  const conclusion = { outcome: "fixed", rootCause: "", evidence: [], summary: "" } as const;
  await dieInEveryAttempt(world, {
    turned: [{ dial: "left", value: 5 }],
    shows: { left: 5, right: 2 },
    work: async (sessionId) => {
      await world.store.concludeTicket(sessionId, conclusion);
      await world.store.refuseTicket(1, "it is violated");
    },
  });
  using next = nextOf(world);
  await runUntilClearedUp(world, next);
  expect(next.dials.read()).toEqual(AT_FIRST);
});

const KEPT: readonly [what: string, last: LastAttempt, words: string][] = [
  [
    "became better with it",
    { turned: [{ dial: "left", value: 9 }], shows: { left: 9, right: 2 } },
    "lamp_on of left was violated before it and holds now",
  ],
  [
    "is not there any more",
    { turned: [{ dial: "left", value: 5 }], shows: { left: 4, right: 2 } },
    "it is not in effect: left shows 4",
  ],
];

for (const [what, last, words] of KEPT) {
  test(`what ${what} stays, is told, and is not looked at again`, async () => {
    using world = openWorld();
    await dieInEveryAttempt(world, last);
    using next = nextOf(world);
    await runUntilClearedUp(world, next);
    expect(next.dials.deeds).toEqual([]);
    expect((await world.ticket()).note).toContain(words);
    const sessions = await world.store.listSessions({ limit: 10 });
    await next.run();
    expect(await world.store.listSessions({ limit: 10 })).toEqual(sessions);
  });
}

test("what the guard refuses stays, and is told", async () => {
  using world = openWorld();
  await dieInEveryAttempt(world);
  const handsOff = { name: "hands off", decision: "deny", reason: "not now" } as const;
  const rule = {
    ...{ ...handsOff, subjects: undefined, actions: undefined, effects: undefined },
    ...{ members: undefined, hours: undefined },
  };
  const policy = async () => ({ ...NO_POLICY, rules: [rule] });
  using next = nextOf(world, { policy });
  await runUntilClearedUp(world, next);
  expect(next.dials.deeds).toEqual([]);
  expect((await world.ticket()).note).toContain("refused by the guard");
});

test("without sight it is left to later, and the ticket says so only in the end", async () => {
  using world = openWorld();
  await dieInEveryAttempt(world);
  const { note } = await world.ticket();
  using next = nextOf(world);
  next.dials.write({ left: "dark", right: "dark" });
  const hasLooked = async () => {
    await next.run();
    return (await world.session()).purpose === "clear_up";
  };
  await eventually(hasLooked, "somebody looks");
  expect(await world.ticket()).toMatchObject({ state: "escalated", note });
  expect((await world.session()).stopDetail).toContain("nobody could see what became of: step 2");
  await isReplayedTheSame(world);
  next.dials.write(BOTH_TURNED.shows);
  await runUntilClearedUp(world, next);
  expect(next.dials.read()).toEqual(AT_FIRST);
});

test("what a session could not see at its end is taken back when it can be seen", async () => {
  using world = openGivingUpWorld({ left: "dark", right: "dark" });
  await world.openTicket();
  await world.run();
  expect(await world.ticket()).toMatchObject({ state: "escalated", attempts: 1 });
  using next = nextOf(world);
  next.dials.write({ left: 5, right: 2 });
  await runUntilClearedUp(world, next);
  expect(next.dials.read()).toEqual(AT_FIRST);
});

test("what a session that could not open the subject found there is taken back later", async () => {
  using world = openWorld();
  const turned = [{ dial: "left", value: 5 }];
  await dieInEveryAttempt(world, { turned, shows: { left: 5, right: 2 } });
  await world.store.retryTicket(1);
  const closed = () => Promise.reject(new OperatorError("subject", "no such host"));
  using blind = nextOf(world, { openSubject: closed });
  await blind.run();
  expect(await world.ticket()).toMatchObject({ state: "escalated", attempts: 1 });
  using next = nextOf(world);
  await runUntilClearedUp(world, next);
  expect(next.dials.read()).toEqual(AT_FIRST);
});

test("an undo that hangs holds no signal up, and the next agent goes on", async () => {
  using world = openWorld();
  await dieInEveryAttempt(world);
  const before = () => new Promise<never>(() => undefined);
  using hanging = nextOf(world, { before, once: false });
  const running = hanging.run();
  await hanging.untilLine(/^\[Guard\] allow/);
  hanging.stop("SIGTERM");
  await running;
  expect(await world.ticket()).toMatchObject({ state: "escalated", lease: null });
  await isReplayedTheSame(world);
  using next = nextOf(world);
  await runUntilClearedUp(world, next);
  expect(next.dials.read()).toEqual(AT_FIRST);
});

test("a ticket that a person resolves in the middle of it is not touched any more", async () => {
  using world = openWorld();
  await dieInEveryAttempt(world);
  const after = async () => void (await world.store.resolveTicket(1, "I look after it"));
  using next = nextOf(world, { after });
  await eventually(async () => {
    await next.run();
    return (await world.ticket()).state === "resolved";
  }, "it is resolved");
  expect(next.dials.deeds).toEqual(["right=2"]);
  expect(next.lines.at(-1)).toContain("lease lost");
});

const IN_HAND: readonly [what: string, take: (world: DialWorld) => Promise<unknown>][] = [
  ["holds", ({ store }) => store.setHeld(1, true)],
  ["has resolved", ({ store }) => store.resolveTicket(1, "by hand")],
];

for (const [what, take] of IN_HAND) {
  test(`of a ticket that a person ${what} it is settled by looking, and no more`, async () => {
    using world = openWorld();
    await dieInEveryAttempt(world);
    await take(world);
    using next = nextOf(world);
    await next.run();
    expect(next.dials.deeds).toEqual([]);
    expect(await stepStates(world)).toEqual(["set_dial left: done", "set_dial right: took_effect"]);
    const [settled] = await world.events("step_settled");
    expect(settled).toMatchObject({ ticketId: 1, sessionId: null });
    expect(settled?.content).toMatchObject({ entryId: 2, agentId: "agent-1" });
    expect(await world.store.verifyAudit()).toMatchObject({ state: "intact" });
  });
}

test("an idle agent does not wait for what may take effect yet", async () => {
  using world = openWorld();
  await dieInEveryAttempt(world);
  await world.store.setHeld(1, true);
  world.dials.write({ left: 5, right: 2 });
  using next = nextOf(world, { changes: { withinMs: 600_000 } });
  await next.run();
  expect(await stepStates(world)).toContain("set_dial right: intended");
});

test("what an idle agent cannot see is not looked for again at once", async () => {
  using world = openWorld();
  await dieInEveryAttempt(world);
  await world.store.setHeld(1, true);
  using next = nextOf(world, { once: false });
  next.dials.write({ left: "dark", right: "dark" });
  let looks = 0;
  const { subject } = next.dials;
  const openSubject = async () => {
    looks += 1;
    return subject;
  };
  using idle = nextOf(world, { once: false, openSubject });
  const running = idle.run();
  await eventually(() => looks > 0, "it looks");
  await Bun.sleep(100);
  idle.stop("SIGTERM");
  await running;
  expect(looks).toBe(1);
  expect(await stepStates(world)).toContain("set_dial right: intended");
});

/** A death at one write, and agents that come after it until nothing is left. */
async function survive(death: Death): Promise<boolean> {
  using world = openWorld();
  await dieInEveryAttempt(world);
  const dying = dyingQueue(death);
  using doomed = nextOf(world, { queue: dying.wrapQueue(world.store), once: false });
  const running = doomed.run();
  const hasCleared = async () => (await world.ticket()).note?.includes("cleared up after that");
  await eventually(async () => dying.life.isDead || (await hasCleared()), "it dies or ends");
  if (!dying.life.isDead) doomed.stop("SIGTERM");
  if (!dying.life.isDead) await running;
  await world.store.renewLease((await world.session()).id, 1);
  using next = nextOf(world);
  next.dials.write(doomed.dials.read());
  if (!(await hasCleared())) await runUntilClearedUp(world, next);
  const where = `${death.moment} write ${death.at}`;
  expect(next.dials.read(), where).toEqual(AT_FIRST);
  const states = (await stepStates(world)).filter((step) => !step.endsWith("had_no_effect"));
  expect(
    states.map((step) => step.replace("took_effect", "done")),
    where,
  ).toEqual(BOTH_BACK);
  expect(await world.ticket(), where).toMatchObject({ state: "escalated", lease: null });
  expect(await world.store.verifyAudit(), where).toMatchObject({ state: "intact" });
  return dying.life.isDead;
}

test("it survives the death of whoever clears up at any of its writes", async () => {
  let writes = 0;
  while (await survive({ at: writes + 1, moment: "before" })) {
    writes += 1;
    await survive({ at: writes, moment: "after" });
  }
  expect(writes).toBeGreaterThan(8);
}, 60_000);
