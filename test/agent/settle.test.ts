// Steps that were interrupted: found by the next session, settled by looking, never repeated
// blindly. The agents that die are processes, killed at one instruction.
import { expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
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

const DOOMED = join(import.meta.dir, "doomed-dialer.ts");
const GIVES_UP = says(concludeCall("cannot_fix"));

interface Death {
  /** Where it stops for ever: `after left=5`. */
  readonly at: string;
  /** What its model wants: `left=5 right=7`. Then it gives up. */
  readonly turns: string;
}

/** kill -9 at that instruction; then the ticket's lease runs out. */
async function dieAt(world: DialWorld, { at, turns }: Death): Promise<void> {
  const words = [process.execPath, DOOMED, world.home, world.file, at, turns];
  const doomed = Bun.spawn(words, { stdio: ["ignore", "ignore", "inherit"] });
  await eventually(() => existsSync(`${world.file}.reached`), `it stops ${at}`, 20_000);
  doomed.kill("SIGKILL");
  await doomed.exited;
  // A lease that is short from the start would be lost on a busy machine.
  const [newest] = await world.store.listSessions({ limit: 1 });
  await world.store.renewLease(newest?.session.id ?? "", 1);
}

/** The next agent, until it has escalated the ticket. */
async function runNext(world: DialWorld): Promise<void> {
  const running = world.run();
  await world.untilLine(/-> escalated/);
  world.stop("SIGTERM");
  await running;
  await isReplayedTheSame(world);
}

function next(options: Partial<DialOptions> = {}): DialWorld {
  return openDialWorld({ script: [GIVES_UP], once: false, ...options });
}

function briefOf(world: DialWorld): string {
  const [brief] = world.model.requests[0]?.messages[0]?.blocks ?? [];
  return brief?.type === "text" ? brief.text : "";
}

test("killed after it had happened: it took effect, is told so, and not repeated", async () => {
  using world = next({ script: [says(setCall("left", 9)), GIVES_UP] });
  await world.openTicket();
  await dieAt(world, { at: "after left=9", turns: "left=9" });
  await runNext(world);
  expect(world.dials.deeds).toEqual([]);
  expect(await stepStates(world)).toEqual(["set_dial left: took_effect"]);
  expect(briefOf(world)).toContain("took effect: do not repeat it");
  const [settled] = await world.events("step_settled");
  expect(settled).toMatchObject({ ticketId: 1, sessionId: (await world.session()).id });
  expect(settled?.content).toMatchObject({ entryId: 1, state: "took_effect" });
  expect((await world.store.sessionsOf(1)).map(({ changes }) => changes)).toEqual([1, 0]);
});

test("killed before it happened: it had no effect, and there is nothing to take back", async () => {
  using world = next();
  await world.openTicket();
  await dieAt(world, { at: "before left=5", turns: "left=5" });
  await runNext(world);
  expect(world.dials.deeds).toEqual([]);
  expect(await stepStates(world)).toEqual(["set_dial left: had_no_effect"]);
  expect(briefOf(world)).toContain("had no effect: left shows 1");
});

test("what a dead agent had changed is taken back when the next one fails as well", async () => {
  using world = next();
  await world.openTicket();
  await dieAt(world, { at: "after right=7", turns: "left=5 right=7" });
  await runNext(world);
  expect(world.dials.deeds).toEqual(["right=2", "left=1"]);
  expect(world.dials.read()).toEqual(AT_FIRST);
});

test("killed while it took steps back: the next session settles that, and goes on", async () => {
  using world: DialWorld = next({
    script: [
      () => {
        // Before the model is asked, nothing of it is left.
        expect(world.dials.read()).toEqual(AT_FIRST);
        return GIVES_UP;
      },
    ],
  });
  await world.openTicket();
  await dieAt(world, { at: "after right=2", turns: "left=5 right=7" });
  expect(world.dials.read()).toEqual({ left: 5, right: 2 });
  await runNext(world);
  expect(world.dials.deeds).toEqual(["left=1"]);
  expect(await stepStates(world)).toEqual([
    "set_dial left: undone",
    "set_dial right: undone",
    "put_back right: took_effect",
    "put_back left: done",
  ]);
  expect((await world.ticket()).note).not.toContain("still there");
});

test("killed before the way back had happened: it is gone again", async () => {
  using world = next();
  await world.openTicket();
  await dieAt(world, { at: "before right=2", turns: "left=5 right=7" });
  await runNext(world);
  expect(world.dials.deeds).toEqual(["right=2", "left=1"]);
  expect(await stepStates(world)).toEqual([
    "set_dial left: undone",
    "set_dial right: undone",
    "put_back right: had_no_effect",
    "put_back right: done",
    "put_back left: done",
  ]);
});

test("what can be told by nobody is unknown", async () => {
  using world: DialWorld = next();
  await world.openTicket();
  await dieAt(world, { at: "after left=5", turns: "left=5" });
  world.dials.write({ left: "blurred", right: 2 });
  await runNext(world);
  expect(await stepStates(world)).toEqual(["set_dial left: unknown"]);
  expect(briefOf(world)).toContain("outcome unknown: check before you repeat it");
});

test("without sight it stays open, for a session that can see", async () => {
  using world: DialWorld = next();
  await world.openTicket();
  await dieAt(world, { at: "after left=5", turns: "left=5" });
  world.dials.write({ left: "dark", right: "dark" });
  await runNext(world);
  expect(await stepStates(world)).toEqual(["set_dial left: intended"]);
  expect(briefOf(world)).toContain("outcome unknown: check before you repeat it");
});

test("an action that says by itself whether it took effect is asked", async () => {
  const tookEffect = () => ({ isMet: false, reason: "it was not ours" }) as const;
  using world = next({ changes: { tookEffect } });
  await world.openTicket();
  await dieAt(world, { at: "after left=5", turns: "left=5" });
  await runNext(world);
  expect(await stepStates(world)).toEqual(["set_dial left: had_no_effect"]);
  expect(world.dials.read()).toMatchObject({ left: 5 });
});

test("what is still under way has the time of its action to take effect", async () => {
  using world: DialWorld = next({ changes: { withinMs: 20_000 } });
  await world.openTicket();
  await dieAt(world, { at: "before left=5", turns: "left=5" });
  const running = runNext(world);
  await world.untilLine(/Processing/);
  world.dials.write({ left: 5, right: 2 });
  await running;
  expect(await stepStates(world)).toEqual(["set_dial left: undone", "put_back left: done"]);
});

test("before it changes anything a session settles what died beside it meanwhile", async () => {
  using world: DialWorld = next({
    script: [
      async () => {
        await world.openTicket("right");
        await dieAt(world, { at: "before right=7", turns: "right=7" });
        await eventually(async () => (await world.store.expireLeases()).length > 0, "its lease");
        await world.store.setHeld(2, true);
        return says(setCall("left", 5));
      },
      GIVES_UP,
    ],
  });
  await world.openTicket();
  await runNext(world);
  const steps = await world.store.eventsOf({ ticketId: 2 });
  expect(steps.filter(({ type }) => type === "step_settled")).toHaveLength(1);
  expect(world.lines.findIndex((line) => line.startsWith("[Settle] step 1 set_dial right"))).toBe(
    world.lines.findIndex((line) => line.startsWith("[Guard] allow")) - 1,
  );
});

test("an action that this version does not know cannot be looked for", async () => {
  using world = next({ changes: { name: "turn_dial" } });
  await world.openTicket();
  await dieAt(world, { at: "after left=5", turns: "left=5" });
  await runNext(world);
  expect(await stepStates(world)).toEqual(["set_dial left: unknown"]);
});
