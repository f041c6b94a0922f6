// Which model answers, from the name typed and the environment.
import { describe, expect, test } from "bun:test";
import { OperatorError } from "../../src/domain/errors.ts";
import { systemClock } from "../../src/infra/clock.ts";
import { chooseModel, openModel } from "../../src/models/open-model.ts";
import { startMessagesApi } from "../support/messages-api.ts";
import { message, says } from "../support/messages-api-replies.ts";

const KEY = { ANTHROPIC_API_KEY: "sk-test-key" };
const TWO_LINES = { ANTHROPIC_API_KEY: "sk-test-key\nsecond-line" };
const HOST_ONLY = { ...KEY, ANTHROPIC_BASE_URL: "localhost" };
const NO_PRICE = "no price known for claude-next: its cost is estimated at the highest price known";
const NO_KEY = "no ANTHROPIC_API_KEY: the runbook model answers";

const SURROUNDINGS = {
  clock: systemClock,
  runbooks: async () => undefined,
  recordings: async () => [],
};

describe("the choice", () => {
  test.each([
    ["a runbook by name", "runbook", {}, "runbook", undefined],
    ["a runbook by name, with a key", "runbook", KEY, "runbook", undefined],
    ["a runbook without a key", undefined, {}, "runbook", NO_KEY],
    ["a runbook with a blank key", undefined, { ANTHROPIC_API_KEY: " " }, "runbook", NO_KEY],
    ["the default with a key", undefined, KEY, "claude-sonnet-5-5", undefined],
    ["another by name", "claude-opus-5-5", KEY, "claude-opus-5-5", undefined],
    ["a recording", "replay:4f1a", KEY, "replay:4f1a", undefined],
    ["one without a known price", "claude-next", KEY, "claude-next", NO_PRICE],
  ])("is %s", async (_, name, env, expected, notice) => {
    const opened = await openModel({ name, env, ...SURROUNDINGS });
    expect({ name: opened.model.name, notice: opened.notice }).toEqual({ name: expected, notice });
  });

  test.each([
    ["another maker's model", "gpt-5", KEY, 'unknown model "gpt-5"'],
    ["half a name", "claude", KEY, 'unknown model "claude"'],
    ["no name", "", {}, 'unknown model ""'],
    ["a recording of nothing", "replay:", {}, 'unknown model "replay:"'],
    ["claude without a key", "claude-opus-5-5", {}, "ANTHROPIC_API_KEY is not set"],
    ["a key of two lines", undefined, TWO_LINES, "ANTHROPIC_API_KEY holds characters"],
    ["a host for a URL", undefined, HOST_ONLY, "ANTHROPIC_BASE_URL is no URL"],
  ])("is refused for %s, with a hint", (_, name, env, words) => {
    const { code, hint, message } = thrownBy(() => chooseModel({ name, env }));
    expect(code).toBe("usage");
    expect(hint).toBeString();
    expect(message).toContain(words);
    expect(message).not.toContain("second-line");
  });
});

test("a base URL in the environment is where the queries go, with the key", async () => {
  await using api = await startMessagesApi({ script: [message([says("hello")])] });
  const env = { ANTHROPIC_API_KEY: " sk-test-key\n", ANTHROPIC_BASE_URL: api.url };
  const wish = { name: undefined, env, ...SURROUNDINGS };
  const { model } = await openModel(wish);
  const messages = [{ role: "user", blocks: [{ type: "text", text: "hi" }] }] as const;
  const request = { system: "s", tools: [], messages, outputTokensMax: 10 };
  await model.query(request, new AbortController().signal);
  expect(api.requests[0]?.headers.authorization).toBe("Bearer sk-test-key");
});

test("the SDK is loaded for claude alone", async () => {
  const sdk = "node_modules/@anthropic-ai/sdk/";
  const isLoaded = `Object.keys(require.cache).some((file) => file.includes("${sdk}"))`;
  const code = `
    const { openModel } = await import("./src/models/open-model.ts");
    await openModel({ name: "runbook", env: {} });
    const before = ${isLoaded};
    await openModel({ name: "claude-opus-5-5", env: { ANTHROPIC_API_KEY: "k" } });
    console.log(before, ${isLoaded});`;
  const child = Bun.spawn([process.execPath, "-e", code], { stdout: "pipe" });
  expect(await child.stdout.text()).toBe("false true\n");
});

function thrownBy(action: () => unknown): OperatorError {
  try {
    action();
  } catch (error) {
    if (error instanceof OperatorError) return error;
  }
  throw new Error("no OperatorError");
}
