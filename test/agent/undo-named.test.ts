// What takes a step back is known, written down and said before it runs; and that there is nothing.
import { expect, test } from "bun:test";
import { NO_POLICY } from "../../src/agent/guard/policy.ts";
import type { WorkQueue } from "../../src/domain/ticket-ops.ts";
import { changedQueue } from "../support/changed-queue.ts";
import { concludeCall, says } from "../support/scripted-model.ts";
import {
  AT_FIRST,
  type DialWorld,
  isReplayedTheSame,
  openDialWorld,
  setCall,
} from "./dial-world.ts";
import { SECRET } from "./world.ts";

const GIVES_UP = says(concludeCall("cannot_fix"));

test("the intent says what was found, what it does, and how it is taken back", async () => {
  using world = openDialWorld({ script: [says(setCall("right", 10)), GIVES_UP] });
  await world.openTicket();
  await world.run();
  const [step, back] = await world.steps();
  expect(step).toMatchObject({
    precondition: { found: "right shows 2", violated: ["lamp_on of left", "in_tune of room"] },
    effects: [{ kind: "configure", targets: ["right"], source: "set_dial right" }],
    undo: { type: "call", call: { action: "put_back", target: "right", args: { value: 2 } } },
    hasChanged: true,
  });
  expect(back).toMatchObject({ kind: "act", undoes: 1, undo: { type: "unneeded" } });
  const [begun] = await world.events("step_begun");
  expect(begun?.content).toMatchObject({ precondition: step?.precondition, undo: step?.undo });
});

test("what its undo is, or that there is none, is said before a step runs", async () => {
  using world = openDialWorld({
    script: [says(setCall("left", 5), setCall("right", 3, "burn")), GIVES_UP],
  });
  await world.openTicket();
  await world.run();
  const said = world.lines.filter((line) => line.startsWith("[Guard]"));
  expect(said[0]).toEndWith('; undo: put_back left {"value":1}');
  expect(said[1]).toEndWith("; NO UNDO: ashes stay ashes");
  expect(world.model.requests[0]?.system).toContain("undo: put_back with the value of before");
  expect(world.model.requests[0]?.system).toContain("undo: there is none: ashes stay ashes");
  expect((await world.ticket()).note).toContain("not to be undone: step 2 burn right");
  expect(world.dials.read()).toEqual({ left: 1, right: 3 });
});

test("who approved a step approved its undo, which was named", async () => {
  using world = openDialWorld({ script: [says(setCall("left", 5)), GIVES_UP], mode: "approve" });
  await world.openTicket();
  const running = world.run();
  await world.untilLine(/undo: put_back left \{"value":1\}: waiting for approval/);
  await world.store.decideApproval(1, "approved");
  await running;
  expect((await world.steps()).map(({ approvalId }) => approvalId)).toEqual([1, 1]);
  expect(world.dials.read()).toEqual(AT_FIRST);
  expect(await world.store.listApprovals({})).toHaveLength(1);
  await isReplayedTheSame(world);
});

test("who granted an action granted its way back, unless a rule asks about that", async () => {
  const anything = { subjects: undefined, effects: undefined, members: undefined };
  const rule = { reason: undefined, hours: undefined, ...anything };
  const granted = { ...rule, name: "dials", decision: "allow" as const, actions: ["set_dial"] };
  const asking = { ...rule, name: "back", decision: "ask" as const, actions: ["put_back"] };
  for (const [rules, read] of [
    [[granted], AT_FIRST],
    [[granted, asking], { ...AT_FIRST, left: 5 }],
  ] as const) {
    const policy = async () => ({ ...NO_POLICY, rules });
    const script = [says(setCall("left", 5)), GIVES_UP];
    using world = openDialWorld({ script, mode: "approve", policy });
    await world.openTicket();
    await world.run();
    expect(world.dials.read()).toEqual(read);
    expect(await world.store.listApprovals({})).toHaveLength(0);
    await isReplayedTheSame(world);
  }
});

test("the way back is for no model to call", async () => {
  using world = openDialWorld({ script: [says(setCall("left", 5, "put_back")), GIVES_UP] });
  await world.openTicket();
  await world.run();
  expect(world.dials.deeds).toEqual([]);
  expect(world.model.requests[0]?.system).not.toContain("- put_back");
});

test("what holds a secret is not stored, so there is no undo, which is said", async () => {
  const plan = () =>
    ({
      type: "call",
      call: { action: "put_back", target: "left", args: { key: SECRET } },
    }) as const;
  using world = openDialWorld({
    script: [says(setCall("left", 5)), GIVES_UP],
    changes: { undo: { describes: "put_back", plan } },
  });
  await world.openTicket();
  await world.run();
  expect(world.lines.join("\n")).toContain("NO UNDO: what was there holds a secret");
  expect(JSON.stringify(await world.store.eventsOf({}))).not.toContain(SECRET);
});

/** Somebody who sets a dial, where its way back does not depend on what is found. */
function openAsking(options: Partial<Parameters<typeof openDialWorld>[0]> = {}) {
  const set = says(setCall("left", 5));
  const reason = "it leaves what is declared";
  const plan = () => ({ type: "unneeded", reason }) as const;
  const changes = { undo: { describes: "none", plan } };
  return openDialWorld({ script: [set, set, GIVES_UP], mode: "approve", changes, ...options });
}

async function approveAfter(
  world: ReturnType<typeof openDialWorld>,
  meanwhile: () => void,
): Promise<void> {
  await world.openTicket();
  const running = world.run();
  await world.untilLine(/waiting for approval #1$/);
  meanwhile();
  await world.store.decideApproval(1, "approved");
  await running;
  expect(world.dials.deeds).toEqual([]);
}

const SET_ONCE = [says(setCall("left", 5)), GIVES_UP];

test("an approved step is not done when its undo has become another meanwhile", async () => {
  let reason = "it is meant to be so";
  const plan = () => ({ type: "unneeded", reason }) as const;
  using world = openAsking({ script: SET_ONCE, changes: { undo: { describes: "none", plan } } });
  await approveAfter(world, () => {
    reason = "it is meant otherwise";
  });
  expect(world.lines.join("\n")).toContain("take it back is not what was approved any more");
});

test("an approved step is not done when what it would replace is another meanwhile", async () => {
  using world = openAsking({ script: SET_ONCE });
  await approveAfter(world, () => world.dials.write({ left: 3, right: 2 }));
  expect(world.lines.join("\n")).toContain("what it would replace is another: it was ");
});

test("nor when it has become another since the word was spent", async () => {
  const wrapQueue = (queue: WorkQueue) =>
    changedQueue(queue, {
      useApproval: async (...use) => {
        const isUsed = await queue.useApproval(...use);
        world.dials.write({ left: 3, right: 2 });
        return isUsed;
      },
    });
  using world: DialWorld = openAsking({ script: SET_ONCE, wrapQueue });
  await approveAfter(world, () => undefined);
  expect(world.lines.join("\n")).toContain(
    "what it would replace (now left shows 3) is not what was approved any more",
  );
  await isReplayedTheSame(world);
});

test("what a dead session asked is asked anew when it would replace another", async () => {
  using world = openAsking({ onShutdown: "release" });
  await world.openTicket();
  const first = world.run();
  await world.untilLine(/waiting for approval #1$/);
  world.stop("SIGTERM");
  await first;
  expect(await world.store.getApproval(1)).toMatchObject({ seen: { replaces: "left shows 1" } });
  world.dials.write({ left: 3, right: 2 });
  await world.store.decideApproval(1, "approved");
  const second = world.run(new AbortController().signal);
  await world.untilLine(/waiting for approval #2$/);
  await world.store.decideApproval(2, "denied");
  await second;
  expect(world.dials.deeds).toEqual([]);
  expect(await world.store.getApproval(1)).toMatchObject({
    state: "void",
    note: expect.stringContaining("it was left shows 1; now left shows 3"),
  });
});
