// A way back that was interrupted is gone on with at the next opening: that one, and no other.
import { expect, test } from "bun:test";
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

/** Another agent on the same tickets and the same dials. */
function nextOf(world: DialWorld, options: DialOptions): DialWorld {
  const next = openDialWorld({ ...options, queue: world.store });
  next.dials.write(world.dials.read());
  return next;
}

test("an undo that hangs holds no signal up: it is on record, and the next session goes on", async () => {
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

test("it may hang at the next opening as well", async () => {
  using world = hangingWorld();
  await world.openTicket();
  await stopAt(world, () => world.model.requests.length === 2);
  using next = hangingWorld({ queue: world.store });
  next.dials.write(world.dials.read());
  await stopAt(next, () => next.lines.some((line) => line.startsWith("[Guard] allow")));
  expect(await world.session()).toMatchObject({ stopReason: "aborted" });
  expect((await world.steps()).filter(({ state }) => state === "intended")).toHaveLength(1);
  await isReplayedTheSame(world);
});

test("what a session did after it had gone on is its own work, and stays at the next opening", async () => {
  using world = hangingWorld();
  await world.openTicket();
  await stopAt(world, () => world.model.requests.length === 2);
  const died = { stopReason: "aborted", detail: "killed" } as const;
  using next: DialWorld = nextOf(world, {
    script: [
      says(setCall("left", 8)),
      async () => {
        await world.store.releaseTicket((await world.session()).id, died);
        return says(setCall("left", 9));
      },
      () => {
        expect(next.dials.read()).toEqual({ left: 8, right: 2 });
        return GIVES_UP;
      },
    ],
    once: false,
  });
  const running = next.run();
  await next.untilLine(/-> escalated/);
  next.stop("SIGTERM");
  await running;
  expect(next.dials.read()).toEqual(AT_FIRST);
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
