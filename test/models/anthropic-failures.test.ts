// Everything that can go wrong with the Messages API, as the agent learns of it.
import { describe, expect, test } from "bun:test";
import { ModelError, type ModelRequest } from "../../src/domain/model.ts";
import { systemClock } from "../../src/infra/clock.ts";
import { openAnthropicModel } from "../../src/models/anthropic.ts";
import { eventually } from "../support/eventually.ts";
import { type MessagesApi, startMessagesApi } from "../support/messages-api.ts";
import {
  calls,
  callsWith,
  cutAfter,
  endAfter,
  failsInStream,
  message,
  overloaded,
  rateLimited,
  raw,
  refusedWith,
  type ScriptedReply,
  says,
  stallAfter,
} from "../support/messages-api-replies.ts";

const KEY = "sk-test-key-0123456789";
const REQUEST: ModelRequest = {
  system: "You repair.",
  tools: [],
  messages: [{ role: "user", blocks: [{ type: "text", text: "a store is down" }] }],
  outputTokensMax: 1000,
};
const HELLO = message([says("hello")]);

describe("an answer with a status", () => {
  test.each([
    [400, "invalid_request_error", "invalid_request"],
    [401, "authentication_error", "unauthorized"],
    [402, "billing_error", "unauthorized"],
    [403, "permission_error", "unauthorized"],
    [404, "not_found_error", "invalid_request"],
    [408, "timeout_error", "overloaded"],
    [413, "request_too_large", "invalid_request"],
    [429, "rate_limit_error", "rate_limited"],
    [500, "api_error", "overloaded"],
    [503, "api_error", "overloaded"],
    [529, "overloaded_error", "overloaded"],
  ])("%d %s is %s", async (status, type, failure) => {
    const error: { failure: string } = await failureOf(
      refusedWith({ status, type, message: "no" }),
    );
    expect(error.failure).toBe(failure);
  });

  test("what failed is named: the model, host and status, and the service's words", async () => {
    await using api = await startMessagesApi({ script: [overloaded()] });
    const { message } = await failureAt(api);
    expect(message).toBe(`asking claude-sonnet-5-5 at ${new URL(api.url).host}: 529: Overloaded`);
  });

  test("the request is made once: the agent has its own retries", async () => {
    await using api = await startMessagesApi({ script: () => overloaded() });
    await failureAt(api);
    expect(api.requests).toHaveLength(1);
  });

  test("a proxy's long error page is cut", async () => {
    const page = raw({ status: 502, contentType: "text/html", body: "<p>\nbad ".repeat(2000) });
    const { failure, message } = await failureOf(page);
    expect({ failure, isShort: message.length < 400, isOneLine: !message.includes("\n") }).toEqual({
      failure: "overloaded",
      isShort: true,
      isOneLine: true,
    });
  });

  test("a key that the service repeats is not shown", async () => {
    const echo = refusedWith({ status: 401, type: "authentication_error", message: `bad ${KEY}` });
    const error = await failureOf(echo);
    expect(error.message).toEndWith("401: bad [key]");
    expect(Bun.inspect(error)).not.toContain(KEY);
  });
});

describe("how long to wait", () => {
  test.each<[string, Record<string, string>, number | undefined]>([
    ["seconds", { "retry-after": "7" }, 7000],
    ["fractions of seconds", { "retry-after": "0.25" }, 250],
    ["milliseconds before seconds", { "retry-after-ms": "150", "retry-after": "9" }, 150],
    ["a date that is past", { "retry-after": "Wed, 21 Oct 2015 07:28:00 GMT" }, 0],
    ["no number and no date", { "retry-after": "soon" }, undefined],
    ["nothing", {}, undefined],
  ])("is read from %s", async (_, headers, expected) => {
    expect((await failureOf(rateLimited(headers))).retryAfterMs).toBe(expected);
  });

  test("is read from a date to come", async () => {
    const date = new Date(Date.now() + 3_600_000).toUTCString();
    const { retryAfterMs = 0 } = await failureOf(rateLimited({ "retry-after": date }));
    expect(Math.round(retryAfterMs / 600_000)).toBe(6);
  });
});

describe("a stream that fails", () => {
  test.each([
    ["overloaded_error", "overloaded"],
    ["api_error", "overloaded"],
    ["rate_limit_error", "rate_limited"],
    ["invalid_request_error", "invalid_request"],
    ["unheard_of_error", "malformed"],
  ])("by an event of type %s is %s", async (type, failure) => {
    const error: { failure: string } = await failureOf(failsInStream(type, "sorry"));
    expect(error.failure).toBe(failure);
  });

  test.each([
    ["cut in the middle", cutAfter(4, HELLO)],
    ["cut after its headers", cutAfter(0, HELLO)],
    ["ended politely before the message's end", endAfter(5, HELLO)],
    ["silent in the middle", stallAfter(4, HELLO)],
    ["silent after its headers", stallAfter(0, HELLO)],
  ])("%s is a lost connection", async (_, reply) => {
    expect((await failureOf(reply, { idleTimeoutMs: 200 })).failure).toBe("connection");
  });

  test("that takes too long as a whole is a lost connection", async () => {
    const error = await failureOf(stallAfter(4, HELLO), { deadlineMs: 200 });
    expect(error.message).toEndWith("not done within 200 ms");
  });

  test("is none while its events come one by one", async () => {
    const slow = message([says("hello")], { paceMs: 150 });
    await using api = await startMessagesApi({ script: [slow] });
    const model = modelAt(api, { idleTimeoutMs: 1000 });
    expect((await model.query(REQUEST, new AbortController().signal)).stop).toBe("end");
  });

  test("is none once the message is whole, though the connection stays open", async () => {
    await using api = await startMessagesApi({ script: [stallAfter(99, HELLO)] });
    const { stop } = await modelAt(api).query(REQUEST, new AbortController().signal);
    expect(stop).toBe("end");
  });

  test("is not even there: nobody listens", async () => {
    const api = await startMessagesApi({ script: [] });
    await api.stop();
    expect((await failureAt(api)).failure).toBe("connection");
  });
});

describe("an answer of another form", () => {
  const BROKEN = "event: message_start\ndata: {broken\n\n";
  const NO_USAGE = 'event: message_start\ndata: {"type":"message_start","message":{}}\n\n';
  const nested = (levels: number) => "[".repeat(levels) + "]".repeat(levels);
  const deepEvent = `event: weather\ndata: {"type":"weather","sun":${nested(70)}}\n\n`;
  test.each([
    ["a tool input of too many levels", message([callsWith("shell", `{"a":${nested(1_200)}}`)])],
    ["one of very many", message([callsWith("shell", `{"a":${nested(100_000)}}`)])],
    ["an event of many", raw({ status: 200, contentType: "text/event-stream", body: deepEvent })],
    ["a web page", raw({ status: 200, contentType: "text/html", body: "<html>hello</html>" })],
    ["nothing", raw({ status: 200, contentType: "text/event-stream", body: "" })],
    ["broken JSON", raw({ status: 200, contentType: "text/event-stream", body: BROKEN })],
    ["an event's form", raw({ status: 200, contentType: "text/event-stream", body: NO_USAGE })],
    ["tool input that is no JSON", message([callsWith("shell", '{"command": ls}')])],
    ["tool input that is no object", message([callsWith("shell", '["ls"]')])],
    ["a stop for calls that are not there", message([says("so")], { stop: "tool_use" })],
    ["an unknown stop reason", message([says("so")], { stop: "tired" })],
  ])("is malformed: %s", async (_, reply) => {
    expect((await failureOf(reply)).failure).toBe("malformed");
  });

  test("is fine where only unknown types are added", async () => {
    const counts = { input_tokens: null, output_tokens: 2 };
    const events = [
      { type: "message_start", message: { usage: { input_tokens: 1, output_tokens: 1 } } },
      { type: "weather", sun: true },
      { type: "content_block_start", index: 0, content_block: { type: "hologram" } },
      { type: "content_block_delta", index: 0, delta: { type: "hologram_delta" } },
      { type: "content_block_start", index: 1, content_block: { type: "text", text: "hi" } },
      { type: "message_delta", delta: { stop_reason: "end_turn" }, usage: counts },
      { type: "message_stop" },
    ];
    const body = events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
    const reply = raw({ status: 200, contentType: "text/event-stream", body: body.join("") });
    await using api = await startMessagesApi({ script: [reply] });
    const { blocks, usage } = await modelAt(api).query(REQUEST, new AbortController().signal);
    expect(blocks).toEqual([{ type: "text", text: "hi" }]);
    expect(usage).toMatchObject({ inputTokens: 1, outputTokens: 2 });
  });
});

describe("an abort", () => {
  test.each([
    ["in the middle of a silent stream", stallAfter(4, message([calls("shell", {})]))],
    ["before the first event", stallAfter(0, HELLO)],
  ])("%s ends the query and the request", async (_, reply) => {
    await using api = await startMessagesApi({ script: [reply] });
    const controller = new AbortController();
    const failing = failureAt(api, {}, controller.signal);
    await eventually(() => api.requests.length === 1, "the request has arrived");
    controller.abort("SIGTERM");
    expect((await failing).failure).toBe("aborted");
    await eventually(() => api.hangUps() === 1, "the connection is closed");
  });

  test("before the query sends nothing", async () => {
    await using api = await startMessagesApi({ script: [HELLO] });
    expect((await failureAt(api, {}, AbortSignal.abort())).failure).toBe("aborted");
    expect(api.requests).toEqual([]);
  });

  test("ends the condensing of a text as well", async () => {
    await using api = await startMessagesApi({ script: [], condenser: stallAfter(0, HELLO) });
    const controller = new AbortController();
    const failing = modelAt(api)
      .condense?.("long", controller.signal)
      .catch((error) => error);
    await eventually(() => api.requests.length === 1, "the request has arrived");
    controller.abort();
    expect(await failing).toMatchObject({ name: "ModelError", failure: "aborted" });
  });
});

interface Limits {
  readonly idleTimeoutMs?: number;
  readonly deadlineMs?: number;
}

async function failureOf(reply: ScriptedReply, limits: Limits = {}): Promise<ModelError> {
  await using api = await startMessagesApi({ script: [reply] });
  return await failureAt(api, limits);
}

async function failureAt(
  api: MessagesApi,
  limits: Limits = {},
  signal = new AbortController().signal,
): Promise<ModelError> {
  const error = await modelAt(api, limits)
    .query(REQUEST, signal)
    .catch((thrown) => thrown);
  if (error instanceof ModelError) return error;
  throw new Error(`no ModelError but ${Bun.inspect(error)}`);
}

function modelAt(api: MessagesApi, limits: Limits = {}) {
  const options = { name: "claude-sonnet-5-5", apiKey: KEY, baseUrl: api.url, clock: systemClock };
  return openAnthropicModel({ ...options, ...limits });
}
