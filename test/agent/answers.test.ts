// What a model may answer that is not a plain tool call, and what it is told then.
import { expect, test } from "bun:test";
import { type Model, ModelError, type ModelFailure } from "../../src/domain/model.ts";
import {
  actCall,
  call,
  concludeCall,
  reply,
  resultsIn,
  says,
  shellCall,
} from "../support/scripted-model.ts";
import { openWorld } from "./world.ts";

test("malformed input and unknown tools are answered with what is valid", async () => {
  using world = openWorld({
    script: [
      says(call("shell", { cmd: "ls" }), call("reboot", {}), call("act", { action: 1 })),
      says(call("act", { action: "dance", target: "left", reason: "" })),
      says(concludeCall("cannot_fix")),
    ],
  });
  await world.openTicket();
  await world.run();
  const [shell, reboot, act] = resultsIn(world.model.requests[1]);
  expect(shell).toContain("It takes: command, reason");
  expect(reboot).toContain('unknown tool "reboot": one of shell, act, conclude');
  expect(act).toContain("It takes: action, target, args, reason");
  expect(resultsIn(world.model.requests[2])[0]).toContain(
    'unknown action "dance": one of switch_on',
  );
});

test("an answer without a tool call is sent back, and then it is enough", async () => {
  using world = openWorld({ script: [reply([{ type: "text", text: "Hm." }], { stop: "end" })] });
  await world.openTicket();
  await world.run();
  expect(world.model.requests.length).toBe(3);
  expect(resultsIn(world.model.requests[1])[0]).toContain("Use a tool, or conclude");
  expect(await world.session()).toMatchObject({
    stopReason: "gave_up",
    stopDetail: "the model neither called a tool nor concluded; last thought: Hm.",
  });
});

test("a refusal, even an empty one, is sent back and then escalated", async () => {
  using world = openWorld({ script: [reply([], { stop: "refusal" })] });
  await world.openTicket();
  await world.run();
  const roles = world.model.requests.at(-1)?.messages.map(({ role }) => role);
  expect(roles).toEqual(["user", "user", "user"]);
  expect((await world.session()).stopDetail).toBe("the model refused to go on");
});

test("a call that was cut off is not executed", async () => {
  using world = openWorld({
    script: [
      reply([actCall("switch_on", "left")], { stop: "output_limit" }),
      says(concludeCall("cannot_fix")),
    ],
  });
  await world.openTicket();
  await world.run();
  expect(world.lamps.deeds).toEqual([]);
  expect(resultsIn(world.model.requests[1])[0]).toContain("cut off");
});

test("a call that was refused half way is not executed, and has its result", async () => {
  using world = openWorld({
    script: [
      reply([actCall("switch_on", "left")], { stop: "refusal" }),
      says(concludeCall("cannot_fix")),
    ],
  });
  await world.openTicket();
  await world.run();
  expect(world.lamps.deeds).toEqual([]);
  expect(world.model.requests[1]?.messages.at(-1)?.blocks).toMatchObject([{ type: "tool_result" }]);
});

for (const failure of ["rate_limited", "overloaded", "connection", "malformed"] as const) {
  test(`${failure}: the query is tried again, and the session goes on`, async () => {
    const trouble = new ModelError(failure, "not now", 20);
    using world = openWorld({ script: [trouble, trouble, says(concludeCall("cannot_fix"))] });
    await world.openTicket();
    await world.run();
    expect((await world.session()).stopReason).toBe("gave_up");
    expect((await world.events("model_failed")).map(({ content }) => content)).toEqual([
      { failure, message: "not now", willRetry: true },
      { failure, message: "not now", willRetry: true },
    ]);
  });
}

test("a failure that lasts is escalated after so many tries", async () => {
  const script = [new ModelError("overloaded", "busy")];
  using world = openWorld({ script, limits: { queryTriesMax: 3 } });
  await world.openTicket();
  await world.run();
  expect(world.model.requests.length).toBe(3);
  expect(await world.session()).toMatchObject({
    stopReason: "model_error",
    stopDetail: "the model failed: overloaded (busy), try 3",
  });
});

for (const failure of ["unauthorized", "invalid_request"] satisfies ModelFailure[]) {
  test(`${failure}: is not tried again`, async () => {
    using world = openWorld({ script: [new ModelError(failure, "no")] });
    await world.openTicket();
    await world.run();
    expect(world.model.requests.length).toBe(1);
    expect((await world.session()).stopReason).toBe("model_error");
  });
}

test("a wait that the service asks for, beyond the session's time, is not begun", async () => {
  using world = openWorld({ script: [new ModelError("rate_limited", "later", 3_600_000)] });
  await world.openTicket();
  await world.run();
  expect((await world.session()).stopReason).toBe("model_error");
});

test("a query without an answer is given up in time, and tried again", async () => {
  using world = openWorld({
    script: ["hang", says(concludeCall("cannot_fix"))],
    limits: { queryMsMax: 30 },
  });
  await world.openTicket();
  await world.run();
  expect((await world.events("model_failed"))[0]?.content).toMatchObject({ failure: "connection" });
  expect((await world.session()).stopReason).toBe("gave_up");
});

test("long thoughts and results are condensed by a model that can, and paid for", async () => {
  const usage = {
    inputTokens: 5,
    outputTokens: 1,
    cacheReadTokens: 0,
    cacheWriteTokens: 0,
    costUsd: 0.25,
  };
  using world = openWorld({
    script: [
      says({ type: "text", text: "long ".repeat(60) }, shellCall("seq 1 200")),
      says(concludeCall("cannot_fix")),
    ],
    model: { condense: async (text) => ({ line: `short: ${text.slice(0, 4)}`, usage }) },
  });
  await world.openTicket();
  await world.run();
  expect(world.lines).toContain("[Script] short: long");
  expect((await world.session()).usage.costUsd).toBe(0.5);
});

const FAILING: Readonly<Record<string, NonNullable<Model["condense"]>>> = {
  fails: () => Promise.reject(new ModelError("overloaded", "busy")),
  "does not answer in time": (_, signal) =>
    new Promise((_, reject) => {
      signal.addEventListener("abort", () => reject(new ModelError("aborted", "aborted")));
    }),
};

for (const [what, condense] of Object.entries(FAILING)) {
  test(`a condenser that ${what} is asked once: lines are cut from then on`, async () => {
    let asked = 0;
    const counted: typeof condense = (text, signal) => {
      asked += 1;
      return condense(text, signal);
    };
    using world = openWorld({
      script: [
        says({ type: "text", text: "long ".repeat(60) }, shellCall("seq 1 200")),
        says(concludeCall("cannot_fix")),
      ],
      model: { condense: counted },
      limits: { condenseMsMax: 50 },
    });
    await world.openTicket();
    await world.run();
    expect(asked).toBe(1);
    expect(world.lines[2]).toMatch(/^\[Script\] (long )+l?o?n?g?…$/);
    expect(world.lines[2]?.length).toBeLessThanOrEqual("[Script] ".length + 160);
    expect((await world.events("model_failed"))[0]?.content.message).toStartWith("condensing a");
  });
}
