// Each limit, its near miss, and what a session that reaches one leaves behind.
import { expect, test } from "bun:test";
import { checkLimits, DEFAULT_LIMITS, type Spent } from "../../src/agent/limits.ts";
import { findRepetition } from "../../src/agent/repetition.ts";
import type { Message } from "../../src/domain/model.ts";
import { NO_USAGE, type StopReason, type Usage } from "../../src/domain/session.ts";
import { actCall, concludeCall, reply, says, shellCall } from "../support/scripted-model.ts";
import { openWorld } from "./world.ts";

const LIMITS = {
  ...DEFAULT_LIMITS,
  turnsMax: 3,
  tokensMax: 100,
  costUsdMax: 1,
  sessionMsMax: 1_000,
};

function spent(changes: Partial<Usage> & Partial<Omit<Spent, "usage">>): Spent {
  const { turns = 0, workedMs = 0, ...usage } = changes;
  return { turns, workedMs, usage: { ...NO_USAGE, ...usage } };
}

const CASES: readonly { readonly spent: Spent; readonly reached: StopReason | undefined }[] = [
  { spent: spent({}), reached: undefined },
  { spent: spent({ turns: 2 }), reached: undefined },
  { spent: spent({ turns: 3 }), reached: "turn_limit" },
  { spent: spent({ inputTokens: 50, outputTokens: 49 }), reached: undefined },
  { spent: spent({ inputTokens: 50, outputTokens: 50 }), reached: "token_limit" },
  { spent: spent({ cacheReadTokens: 50, cacheWriteTokens: 50 }), reached: "token_limit" },
  { spent: spent({ costUsd: 0.99 }), reached: undefined },
  { spent: spent({ costUsd: 1 }), reached: "cost_limit" },
  { spent: spent({ workedMs: 999 }), reached: undefined },
  { spent: spent({ workedMs: 1_000 }), reached: "time_limit" },
];

for (const { spent: used, reached } of CASES) {
  test(`${JSON.stringify(used)} reaches ${reached}`, () => {
    expect(checkLimits(used, LIMITS)?.stopReason).toBe(reached);
  });
}

const REPEATED: readonly { readonly calls: string; readonly isFound: boolean }[] = [
  { calls: "", isFound: false },
  { calls: "AAA", isFound: false },
  { calls: "AAAA", isFound: true },
  { calls: "BAAAA", isFound: true },
  { calls: "AABAA", isFound: false },
  { calls: "ABABA", isFound: false },
  { calls: "ABABAB", isFound: true },
  { calls: "CABABAB", isFound: true },
  { calls: "ABABAC", isFound: false },
  { calls: "ABCABC", isFound: false },
];

for (const { calls, isFound } of REPEATED) {
  test(`calls ${calls || "none"}: ${isFound ? "a circle" : "no circle"}`, () => {
    expect(findRepetition([...calls]) !== undefined).toBe(isFound);
  });
}

let distinct = 0;

/** Never the same command twice. */
function anotherLook() {
  distinct += 1;
  return says({ type: "text", text: "I look further." }, shellCall(`echo ${distinct}`));
}

const USAGE = { ...NO_USAGE, inputTokens: 60, costUsd: 0.6 };

const ENDINGS = [
  { stopReason: "turn_limit", limits: { turnsMax: 2 } },
  { stopReason: "token_limit", limits: { tokensMax: 100 } },
  { stopReason: "cost_limit", limits: { costUsdMax: 1 } },
] as const;

for (const { stopReason, limits } of ENDINGS) {
  test(`${stopReason}: escalated with the last thought and the evidence so far`, async () => {
    using world = openWorld({ script: [() => ({ ...anotherLook(), usage: USAGE })], limits });
    await world.openTicket();
    await world.run();
    const ids = (await world.events("tool_result")).map(({ id }) => id).join(", ");
    const { state, note } = await world.ticket();
    expect(state).toBe("escalated");
    expect(note).toEndWith(`; last thought: I look further.; evidence: audit events ${ids}`);
    expect(await world.session()).toMatchObject({ stopReason, turns: 2 });
  });
}

test("time_limit: a query or a command in flight ends with the session's time", async () => {
  for (const script of [["hang"], [says(shellCall("sleep 30"))]] as const) {
    using world = openWorld({ script, limits: { sessionMsMax: 200 } });
    await world.openTicket();
    await world.run();
    expect((await world.session()).stopReason).toBe("time_limit");
  }
});

test("when the session's time is over the other calls of a message are not begun", async () => {
  const others = [shellCall("echo late"), actCall("switch_on", "left")];
  const script = [says(shellCall("sleep 30"), ...others)];
  using world = openWorld({ script, limits: { sessionMsMax: 200 } });
  await world.openTicket();
  await world.run();
  expect(world.lamps.deeds).toEqual([]);
  const [, ...late] = await world.events("tool_result");
  const texts = late.map(({ content }) => content.text);
  expect(texts).toEqual(Array(2).fill("not executed: the session's time is over"));
});

test("of thousands of calls those beyond sixteen are refused in one row", async () => {
  const calls = Array.from({ length: 3_000 }, (_, number) => shellCall(`echo call ${number}`));
  const asked: Message[] = [];
  using world = openWorld({
    script: [
      says(...calls),
      ({ messages }) => {
        asked.push(...messages);
        return says(concludeCall("cannot_fix"));
      },
    ],
  });
  await world.openTicket();
  await world.run();
  const results = asked.at(-1)?.blocks.filter(({ type }) => type === "tool_result") ?? [];
  expect(results.length).toBe(3_000);
  expect(new Set(results.map((block) => "callId" in block && block.callId)).size).toBe(3_000);
  expect(results.at(-1)).toMatchObject({
    text: expect.stringContaining("16 calls are, and 2984 came behind them"),
    isError: true,
  });
  expect((await world.events("tool_result")).length).toBe(17);
});

test("of one message sixteen calls are executed, and a conclusion", async () => {
  const calls = Array.from({ length: 17 }, (_, number) => shellCall(`echo call ${number}`));
  using world = openWorld({ script: [says(...calls, concludeCall("cannot_fix"))] });
  await world.openTicket();
  await world.run();
  const texts = (await world.events("tool_result")).map(({ content }) => `${content.text}`);
  expect(texts[15]).toContain("call 15");
  expect(texts[16]).toStartWith("not executed: of one message 16 calls are");
  expect((await world.session()).stopReason).toBe("gave_up");
});

test("a command that takes too long is killed, and its partial output is kept", async () => {
  using world = openWorld({
    script: [says(shellCall("echo begun; sleep 30")), reply([], { stop: "refusal" })],
    limits: { commandMsMax: 200, nudgesMax: 0 },
  });
  await world.openTicket();
  await world.run();
  const [event] = await world.events("tool_result");
  expect(event?.content.text).toMatch(/^timed out and was killed.*begun/s);
  expect(event?.content.isError).toBe(true);
});

test("a long output keeps its start and its end, with a note of what was cut", async () => {
  using world = openWorld({
    script: [says(shellCall("seq 1 5000")), reply([], { stop: "refusal" })],
    limits: { outputBytesMax: 400, nudgesMax: 0 },
  });
  await world.openTicket();
  await world.run();
  const text = String((await world.events("tool_result"))[0]?.content.text);
  expect(text.length).toBeLessThan(700);
  expect(text).toMatch(/\n1\n2\n.*\[… \d+ bytes cut here …\].*\n5000\n/s);
});

test("one action again and again is stopped before it is done once more", async () => {
  using world = openWorld({ script: [() => says(actCall("switch_on", "left"))] });
  await world.openTicket();
  await world.run();
  expect(await world.session()).toMatchObject({ stopReason: "repetition", turns: 4 });
  expect((await world.events("tool_result")).length).toBe(3);
  expect(world.lamps.deeds).toEqual(["on left"]);
});

test("two commands in turn are stopped as well", async () => {
  let turn = 0;
  using world = openWorld({ script: [() => says(shellCall(turn++ % 2 ? "ls /" : "pwd"))] });
  await world.openTicket();
  await world.run();
  expect(await world.session()).toMatchObject({ stopReason: "repetition", turns: 6 });
});
