// Signals and lost leases: in flight or not, the session ends once, soon, and with its reason.
import { expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { OperatorError } from "../../src/domain/errors.ts";
import { eventually } from "../support/eventually.ts";
import { lampSubject } from "../support/memory-subject.ts";
import { actCall, concludeCall, says, shellCall } from "../support/scripted-model.ts";
import { openWorld, type World } from "./world.ts";

/** A signal must be obeyed within 5 s; a run that does not end fails its test. */
async function endsSoon(running: Promise<void>): Promise<void> {
  let hasEnded = false;
  const ended = running.then(() => {
    hasEnded = true;
  });
  await eventually(() => hasEnded, "the agent ends", 5_000);
  await ended;
}

for (const signal of ["SIGTERM", "SIGINT"] as const) {
  test(`${signal} during a query ends it, and escalates with the reason`, async () => {
    using world = openWorld({ script: ["hang"], once: false });
    await world.openTicket();
    const running = world.run();
    await eventually(() => world.model.requests.length === 1, "the model is asked");
    world.stop(signal);
    await endsSoon(running);
    expect(await outcomeOf(world)).toEqual({
      state: "escalated",
      note: `interrupted by ${signal}`,
      stopReason: "aborted",
    });
  });

  for (const command of ["sleep 30", "trap '' TERM; sleep 30"]) {
    test(`${signal} during ${command} ends it, and escalates with the reason`, async () => {
      const script = () => says(shellCall(`touch ${world.scratch}/begun; ${command}`));
      using world: World = openWorld({ script: [script], once: false });
      await world.openTicket();
      const running = world.run();
      await eventually(() => existsSync(join(world.scratch, "begun")), "the command runs");
      world.stop(signal);
      await endsSoon(running);
      const { note, ...rest } = await outcomeOf(world);
      expect(note).toStartWith(`interrupted by ${signal}`);
      expect(rest).toEqual({ state: "escalated", stopReason: "aborted" });
      expect(await journalStates(world)).toEqual(["failed"]);
    });
  }
}

test("an action that does not stop is left behind, its outcome unknown", async () => {
  const lamps = lampSubject({ run: () => new Promise<string>(() => undefined) });
  using world = openWorld({ script: [says(actCall("switch_on", "left"))], lamps });
  await world.openTicket();
  const running = world.run();
  await world.untilLine(/\[Guard\] allow/);
  await eventually(async () => (await journalStates(world)).length === 1, "the step has begun");
  world.stop("SIGTERM");
  await endsSoon(running);
  expect(await journalStates(world)).toEqual(["intended"]);
  expect((await world.ticket()).state).toBe("escalated");
});

test("while it waits for verification a signal escalates as well", async () => {
  using world = openWorld({ script: [says(concludeCall("fixed"))] });
  await world.openTicket();
  const running = world.run();
  await world.untilLine(/\[Verify\] waiting/);
  world.stop("SIGINT");
  await endsSoon(running);
  expect((await world.ticket()).note).toBe("interrupted by SIGINT");
});

test("in another database a ticket of that number is another's", async () => {
  let isReplaced = false;
  const others = { state: "resolved", resolution: "verified_fix", sessionId: "another" } as const;
  using world = openWorld({
    script: [says(concludeCall("fixed"))],
    wrapQueue: (queue) => {
      const getTicket = async (id: number) => {
        const ticket = await queue.getTicket(id);
        return ticket && isReplaced ? { ...ticket, ...others, lease: null } : ticket;
      };
      return new Proxy(queue, {
        get: (own, name) =>
          name === "getTicket" ? getTicket : Reflect.get(own, name, own)?.bind(own),
      });
    },
  });
  await world.openTicket();
  const running = world.run();
  await world.untilLine(/\[Verify\] waiting/);
  isReplaced = true;
  expect(await world.untilLine(/\[Verify\] the ticket/)).toEndWith(
    "the ticket is resolved (verified_fix)",
  );
  await endsSoon(running);
});

test("with release the ticket is open again for the next agent", async () => {
  using world = openWorld({ script: ["hang"], onShutdown: "release" });
  await world.openTicket();
  const running = world.run();
  await eventually(() => world.model.requests.length === 1, "the model is asked");
  world.stop("SIGTERM");
  await endsSoon(running);
  expect((await world.ticket()).state).toBe("open");
  expect(await world.session()).toMatchObject({
    stopReason: "aborted",
    stopDetail: "interrupted by SIGTERM",
  });
});

test("an idle agent ends at once, without a word", async () => {
  using world = openWorld({ script: [], once: false });
  const running = world.run();
  await world.untilLine(/starting/);
  world.stop("SIGTERM");
  await endsSoon(running);
  expect(world.lines).toEqual(["Agent loop starting"]);
});

test("when the lease is lost the command is stopped and nothing more is touched", async () => {
  using world = openWorld({
    script: [() => says(shellCall(`sleep 20; touch ${join(world.scratch, "mark")}`))],
    leaseMs: 300,
  });
  await world.openTicket();
  const running = world.run();
  await world.untilLine(/\[Guard\] allow/);
  await world.store.resolveTicket(1, "I did it myself");
  await endsSoon(running);
  expect(existsSync(join(world.scratch, "mark"))).toBe(false);
  expect((await world.ticket()).resolution).toBe("manual");
  expect(world.lines.at(-1)).toMatch(/lease lost: the ticket is no longer this session's/);
  expect(world.model.requests.length).toBe(1);
});

test("a step that may not begin any more is not done", async () => {
  using world = openWorld({
    script: [
      async () => {
        await world.store.resolveTicket(1, "I did it myself");
        return says(actCall("switch_on", "left"));
      },
    ],
  });
  await world.openTicket();
  await world.run();
  expect(world.lamps.deeds).toEqual([]);
  expect(world.lines.at(-1)).toContain("lease lost");
});

test("a late conclusion does not overwrite what a person decided", async () => {
  using world = openWorld({
    script: [
      async () => {
        await world.store.resolveTicket(1, "I did it myself");
        return says(concludeCall("cannot_fix"));
      },
    ],
  });
  await world.openTicket();
  await world.run();
  expect((await world.ticket()).resolution).toBe("manual");
  expect((await world.events("session_ended")).length).toBe(1);
});

test("the lease is renewed while a command runs longer than it", async () => {
  using world = openWorld({
    script: [says(shellCall("sleep 1")), says(concludeCall("cannot_fix"))],
    leaseMs: 300,
  });
  await world.openTicket();
  await world.run();
  expect((await world.session()).stopReason).toBe("gave_up");
});

async function outcomeOf(world: World) {
  const { state, note } = await world.ticket();
  const { stopReason } = await world.session();
  return { state, note, stopReason };
}

async function journalStates(world: World): Promise<readonly string[]> {
  const { id } = await world.session();
  return (await world.store.journalOf(id)).map(({ state }) => state);
}

test("a subject that could not be opened before the signal is for the next agent", async () => {
  const failure = new OperatorError("runtime", "no socket is there");
  using world: World = openWorld({
    script: [],
    openSubject: () => {
      world.stop("SIGTERM");
      return Promise.reject(failure);
    },
  });
  await world.openTicket();
  await world.run();
  expect(await world.session()).toMatchObject({ stopReason: "aborted" });
});
