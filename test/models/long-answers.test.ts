// Answers of a service that go on and on: what is no answer of a model is not read to its end.
import { expect, test } from "bun:test";
import type { ModelReply } from "../../src/domain/model.ts";
import { systemClock } from "../../src/infra/clock.ts";
import { openAnthropicModel } from "../../src/models/anthropic.ts";
import { startMessagesApi } from "../support/messages-api.ts";
import { calls, message, type ScriptedReply, says } from "../support/messages-api-replies.ts";

async function answerTo(reply: ScriptedReply): Promise<ModelReply> {
  await using api = await startMessagesApi({ script: [reply] });
  const name = "claude-sonnet-5-5";
  const model = openAnthropicModel({ name, apiKey: "k", baseUrl: api.url, clock: systemClock });
  const messages = [{ role: "user", blocks: [{ type: "text", text: "look" }] }] as const;
  const request = { system: "s", tools: [], messages, outputTokensMax: 2_048 };
  return await model.query(request, new AbortController().signal);
}

test.each([
  ["one long text", [says("x".repeat(300_000))]],
  ["thousands of calls", Array.from({ length: 5_000 }, () => calls("shell", { command: "ls" }))],
])("an answer of %s is malformed", async (_, blocks) => {
  await expect(answerTo(message(blocks))).rejects.toMatchObject({
    failure: "malformed",
    message: expect.stringContaining("the answer is longer than 262144 characters"),
  });
});

test("a long answer is read to its end", async () => {
  const text = "äöü ".repeat(40_000);
  expect((await answerTo(message([says(text)]))).blocks).toEqual([{ type: "text", text }]);
});

test.each([
  [200, ": a comment\n".repeat(600_000)],
  [200, `data: ${"x".repeat(6_000_000)}`],
  [500, "x".repeat(6_000_000)],
])("what has no end is not read to it: status %d", async (status, body) => {
  const headers = { "content-type": "text/event-stream" };
  await expect(answerTo({ type: "raw", status, headers, body })).rejects.toMatchObject({
    message: expect.stringContaining("the answer is longer than 4194304 bytes"),
  });
});
