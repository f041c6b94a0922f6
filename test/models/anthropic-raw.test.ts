// What is kept of an answer besides what the agent works with: all of it.
import { expect, test } from "bun:test";
import type { JsonObject } from "../../src/domain/json.ts";
import { readReply } from "../../src/models/anthropic-reply.ts";

const START = {
  type: "message_start",
  message: { id: "msg_1", model: "claude-next", content: [], usage: { input_tokens: 7, new: 1 } },
};
const END = [
  {
    type: "message_delta",
    delta: { stop_reason: "end_turn", container: { id: "c" } },
    usage: { output_tokens: 3 },
  },
  { type: "message_stop" },
];

async function rawOf(...events: readonly unknown[]): Promise<JsonObject | undefined> {
  const whole = async function* () {
    yield* [START, ...events, ...END];
  };
  return (await readReply(whole(), { model: "claude-next", onEvent: () => {} })).raw;
}

function block(index: number, content_block: JsonObject, ...deltas: readonly JsonObject[]) {
  return [
    { type: "content_block_start", index, content_block },
    ...deltas.map((delta) => ({ type: "content_block_delta", index, delta })),
    { type: "content_block_stop", index },
  ];
}

test("a message stands as if it had come in one piece, with what nobody knows yet", async () => {
  const raw = await rawOf(
    { type: "ping" },
    ...block(
      1,
      { type: "text", text: "" },
      { type: "text_delta", text: "It is " },
      { type: "text_delta", text: "dark." },
      { type: "citations_delta", citation: { at: 1 } },
      { type: "citations_delta", citation: { at: 2 } },
    ),
    ...block(0, { type: "insight", depth: 3 }, { type: "insight_delta", insight: "hm" }),
  );
  expect(raw).toEqual({
    id: "msg_1",
    model: "claude-next",
    content: [
      { type: "insight", depth: 3, insight: "hm" },
      { type: "text", text: "It is dark.", citation: [{ at: 1 }, { at: 2 }] },
    ],
    stop_reason: "end_turn",
    container: { id: "c" },
    usage: { input_tokens: 7, new: 1, output_tokens: 3 },
  });
});

test("a call has its input, or the text of it that was cut off", async () => {
  const call = { type: "tool_use", id: "t", name: "shell", input: {} };
  const pieces = (...texts: readonly string[]) =>
    texts.map((partial_json) => ({ type: "input_json_delta", partial_json }));
  const limit = { type: "message_delta", delta: { stop_reason: "max_tokens" } };
  const whole = await rawOf(...block(0, call, ...pieces('{"command":', '"ls"}')));
  const cut = async function* () {
    yield* [START, ...block(0, call, ...pieces('{"command":')), limit, { type: "message_stop" }];
  };
  const { raw, blocks } = await readReply(cut(), { model: "claude-next", onEvent: () => {} });
  expect(whole?.content).toEqual([{ ...call, input: { command: "ls" } }]);
  expect(raw?.content).toEqual([{ ...call, partial_json: '{"command":' }]);
  expect(blocks).toEqual([]);
});
