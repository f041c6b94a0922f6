// What is better left as it is: gone, somebody else's, become better, out of sight, never done.
import { expect, test } from "bun:test";
import { MET } from "../../src/domain/action.ts";
import { dialsIn } from "../support/dial-subject.ts";
import { eventually } from "../support/eventually.ts";
import { concludeCall, says } from "../support/scripted-model.ts";
import {
  AT_FIRST,
  type DialWorld,
  isReplayedTheSame,
  openDialWorld,
  openGivingUpWorld,
  setCall,
} from "./dial-world.ts";

const GIVES_UP = says(concludeCall("cannot_fix"));

test("what somebody else has changed since is not overwritten", async () => {
  using world: DialWorld = openDialWorld({
    script: [
      says(setCall("left", 5), setCall("right", 7)),
      () => {
        world.dials.write({ left: 5, right: 3 });
        return GIVES_UP;
      },
    ],
  });
  await world.openTicket();
  await world.run();
  expect(world.dials.read()).toEqual({ left: 1, right: 3 });
  expect((await world.ticket()).note).toContain("it is not in effect: right shows 3");
});

test("what another ticket's session did as well since is left to it", async () => {
  using world: DialWorld = openDialWorld({
    script: [
      says(setCall("left", 5)),
      async () => {
        await world.openTicket("right");
        const other = { agentId: "other", leaseMs: 9_000, model: "m", mode: "execute" } as const;
        const claimed = await world.store.claim(other);
        const operation = { action: "set_dial", target: "left", args: { value: 5 } };
        const sessionId = claimed?.session.id ?? "";
        const same = { sessionId, kind: "act", operation, targets: ["left"] } as const;
        const id = await world.store.beginStep(same);
        await world.store.finishStep(id, { state: "done", result: "", changed: true });
        return GIVES_UP;
      },
    ],
  });
  await world.openTicket();
  await world.run();
  expect(world.dials.read()).toMatchObject({ left: 5 });
  expect((await world.ticket()).note).toContain("step 2 of ticket #2 did the same since");
});

test("what another ticket's session did, and has taken back, keeps nothing", async () => {
  using world: DialWorld = openDialWorld({
    script: [
      says(setCall("left", 5)),
      async () => {
        await world.openTicket("right");
        const other = { agentId: "other", leaseMs: 9_000, model: "m", mode: "execute" } as const;
        const sessionId = (await world.store.claim(other))?.session.id ?? "";
        const turn = async (value: number, undoes?: number) => {
          const operation = { action: "set_dial", target: "left", args: { value } };
          const step = { sessionId, kind: "act", operation, targets: ["left"] } as const;
          const id = await world.store.beginStep({ ...step, ...(undoes && { undoes }) });
          await world.store.finishStep(id, { state: "done", result: "", changed: true });
          return id;
        };
        await turn(5, await turn(6));
        return GIVES_UP;
      },
    ],
  });
  await world.openTicket();
  await world.run();
  expect(world.dials.read()).toEqual(AT_FIRST);
});

test("what has become better with a step is not made worse by its undo", async () => {
  using world = openDialWorld({ script: [says(setCall("left", 9)), GIVES_UP] });
  await world.openTicket();
  await world.run();
  expect(world.dials.read()).toMatchObject({ left: 9 });
  expect((await world.ticket()).note).toContain(
    "lamp_on of left was violated before it and holds now",
  );
  await isReplayedTheSame(world);
});

test("unless the step has harmed what it touched", async () => {
  using world = openDialWorld({ script: [says(setCall("left", 12)), GIVES_UP] });
  await world.openTicket();
  await world.run();
  expect(world.dials.read()).toEqual(AT_FIRST);
});

test("what is worse for a moment was not harmed", async () => {
  using world: DialWorld = openDialWorld({
    script: [
      says(setCall("left", 12)),
      () => {
        setTimeout(() => world.dials.write({ left: 9, right: 2 }), 200);
        return GIVES_UP;
      },
    ],
    changes: {
      postcondition: (seen) =>
        Number(dialsIn(seen).left) >= 9 ? MET : { isMet: false, reason: "it is low" },
    },
  });
  await world.openTicket();
  await world.run();
  expect(world.dials.read()).toEqual({ left: 9, right: 2 });
  await isReplayedTheSame(world);
});

test("that another member has become better is no reason to leave a step", async () => {
  using world = openGivingUpWorld({ left: 5, right: 3 });
  world.dials.write({ left: 1, right: 12 });
  await world.openTicket();
  await world.run();
  expect(world.dials.read()).toEqual({ left: 1, right: 3 });
});

test("without sight nothing is taken back", async () => {
  using world = openGivingUpWorld({ left: "dark", right: "dark" });
  await world.openTicket();
  await world.run();
  expect(world.dials.deeds).toEqual(["left=5"]);
  expect((await world.ticket()).note).toContain("the subject cannot be seen at present");
});

test("what may have become better, and is out of sight, is looked at again", async () => {
  using world = openGivingUpWorld({ left: 5, right: "dark" });
  await world.openTicket();
  await world.run();
  const { note } = await world.ticket();
  expect(note).toContain("in_tune of room was violated before it and cannot be seen now");
  world.dials.write({ left: 5, right: 2 });
  await eventually(async () => {
    await world.run();
    return world.dials.read().left === 1;
  }, "it is taken back");
  await isReplayedTheSame(world);
});

test("what its way back has a condition for is not done without it", async () => {
  using world = openDialWorld({
    script: [says(setCall("left", 5), setCall("right", 7)), GIVES_UP],
    changes: {
      undo: {
        describes: "put_back of another dial",
        plan: (_, { target }) => {
          const other = target === "left" ? "gone" : target;
          return { type: "call", call: { action: "put_back", target: other, args: { value: 2 } } };
        },
      },
    },
  });
  await world.openTicket();
  await world.run();
  expect(world.dials.read()).toEqual({ left: 5, right: 2 });
  expect((await world.ticket()).note).toContain("no dial gone");
});

test("a step that was not carried out is none to take back, whatever is there", async () => {
  using world: DialWorld = openDialWorld({
    script: [
      async () => {
        const call = { action: "put_back", target: "left", args: { value: 1 } };
        const id = await world.store.beginStep({
          ...{ sessionId: (await world.session()).id, kind: "act", targets: ["left"] },
          operation: { action: "set_dial", target: "left", args: { value: 5 } },
          undo: { type: "call", call },
        });
        await world.store.finishStep(id, { state: "failed", result: "not begun", changed: false });
        world.dials.write({ left: 5, right: 2 });
        return GIVES_UP;
      },
    ],
  });
  await world.openTicket();
  await world.run();
  expect(world.dials.deeds).toEqual([]);
});
