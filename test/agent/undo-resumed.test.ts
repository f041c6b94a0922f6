// A way back that was interrupted is gone on with at the next opening: that one, and no other.
import { expect, test } from "bun:test";
import { undoableSteps } from "../../src/agent/steps.ts";
import { eventually } from "../support/eventually.ts";
import { concludeCall, says } from "../support/scripted-model.ts";
import {
  AT_FIRST,
  type DialOptions,
  type DialWorld,
  isReplayedTheSame,
  openDialWorld,
  setCall,
  stepStates,
} from "./dial-world.ts";

const GIVES_UP = says(concludeCall("cannot_fix"));

/** Turns both dials, and hangs where it would turn the right one back. */
function hangingWorld(options: Partial<DialOptions> = {}): DialWorld {
  return openDialWorld({
    script: [says(setCall("left", 5), setCall("right", 7)), "hang"],
    onShutdown: "release",
    before: ({ args }) => (args.value === 2 ? new Promise(() => undefined) : undefined),
    ...options,
  });
}

/** The agent must end within 5 s of a signal. */
async function stopAt(world: DialWorld, condition: () => boolean): Promise<void> {
  let hasEnded = false;
  const running = world.run().then(() => {
    hasEnded = true;
  });
  await eventually(condition, "the agent is at work");
  world.stop("SIGTERM");
  await eventually(() => hasEnded, "the agent ends", 5_000);
  await running;
}

/** What a session leaves that died while it turned the right dial back. */
async function halfUndone(world: DialWorld): Promise<void> {
  const { store } = world;
  await world.openTicket();
  const claim = { agentId: "dead", leaseMs: 60_000, model: "m", mode: "execute" } as const;
  const sessionId = (await store.claim(claim))?.session.id ?? "";
  const turn = (action: string, target: string, value: number) => {
    const operation = { action, target, args: { value } };
    return { sessionId, kind: "act", operation, targets: [target] } as const;
  };
  for (const [target, value, before] of [
    ["left", 5, 1],
    ["right", 7, 2],
  ] as const) {
    const call = { action: "put_back", target, args: { value: before } };
    const undo = { type: "call", call } as const;
    const id = await store.beginStep({ ...turn("set_dial", target, value), undo });
    await store.finishStep(id, { state: "done", result: "", changed: true });
  }
  await store.beginStep({ ...turn("put_back", "right", 2), undoes: 2 });
  await store.releaseTicket(sessionId, { stopReason: "aborted", detail: "killed" });
  world.dials.write({ left: 5, right: 7 });
}

/** Another agent on the same tickets and the same dials. */
function nextOf(world: DialWorld, options: DialOptions): DialWorld {
  const next = openDialWorld({ ...options, queue: world.store });
  next.dials.write(world.dials.read());
  return next;
}

test("an undo that hangs holds no signal up, and the next session goes on", async () => {
  using world = hangingWorld();
  await world.openTicket();
  await stopAt(world, () => world.model.requests.length === 2);
  expect((await world.session()).stopDetail).toContain("its outcome is unknown");
  expect((await world.steps()).at(-1)).toMatchObject({ undoes: 2, state: "intended" });
  await isReplayedTheSame(world);
  using next = nextOf(world, { script: [GIVES_UP] });
  await next.run();
  expect(next.dials.deeds).toEqual(["right=2", "left=1"]);
  expect(await stepStates(world)).toEqual([
    "set_dial left: undone",
    "set_dial right: undone",
    "put_back right: had_no_effect",
    "put_back right: done",
    "put_back left: done",
  ]);
});

test("a signal is obeyed while it is gone on with, too", async () => {
  using world = hangingWorld();
  await halfUndone(world);
  await stopAt(world, () => world.lines.some((line) => line.startsWith("[Guard] allow")));
  expect(await world.session()).toMatchObject({ stopReason: "aborted" });
  expect((await world.steps()).filter(({ state }) => state === "intended")).toHaveLength(1);
  await isReplayedTheSame(world);
});

test("what a session did after it had gone on stays at the next opening", async () => {
  using world: DialWorld = openDialWorld({
    script: [
      says(setCall("left", 8)),
      async () => {
        const died = { stopReason: "aborted", detail: "killed" } as const;
        await world.store.releaseTicket((await world.session()).id, died);
        return says(setCall("left", 9));
      },
      () => {
        expect(world.dials.read()).toEqual({ left: 8, right: 2 });
        return GIVES_UP;
      },
    ],
    once: false,
  });
  await halfUndone(world);
  const running = world.run();
  await world.untilLine(/-> escalated/);
  world.stop("SIGTERM");
  await running;
  expect(world.dials.read()).toEqual(AT_FIRST);
});

test("what was told to a person stays as it is when they send the ticket back", async () => {
  using world: DialWorld = openDialWorld({
    script: [
      says(setCall("left", 5), setCall("right", 7)),
      () => {
        world.dials.write({ left: 6, right: 7 });
        return GIVES_UP;
      },
    ],
  });
  await world.openTicket();
  await world.run();
  world.dials.write({ left: 5, right: 2 });
  await world.store.retryTicket(1);
  using next = nextOf(world, { script: ["hang"] });
  const running = next.run();
  await eventually(() => next.model.requests.length === 1, "the model is asked");
  expect(next.dials.deeds).toEqual([]);
  next.stop("SIGTERM");
  await running;
});

test("a ticket that a person takes in the middle of it is not touched any more", async () => {
  using world: DialWorld = openDialWorld({
    script: [says(setCall("left", 5), setCall("right", 7)), GIVES_UP],
    after: async ({ args }) => {
      if (args.value === 2) await world.store.resolveTicket(1, "I look after it");
    },
  });
  await world.openTicket();
  await world.run();
  expect(world.dials.deeds).toEqual(["left=5", "right=7", "right=2"]);
  expect(await world.events("step_kept")).toEqual([]);
  expect(world.lines.at(-1)).toContain("lease lost");
});

test("a step whose way back nobody knows the end of is not begun on again", async () => {
  using world = hangingWorld();
  await halfUndone(world);
  const steps = await world.steps();
  expect(undoableSteps(steps).map(({ entry }) => entry.id)).toEqual([1]);
  const settled = steps.map((step) =>
    step.state === "intended" ? { ...step, state: "had_no_effect" as const } : step,
  );
  expect(undoableSteps(settled).map(({ entry }) => entry.id)).toEqual([2, 1]);
});
