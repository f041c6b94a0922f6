import { afterAll, beforeAll, expect, test } from "bun:test";
import { startNode, type TestNode, TOKEN } from "../../support/limiter-nodes.ts";
import { type RealRedis, startRedis, withRedis } from "../../support/real-redis.ts";

withRedis("bad input on a real Redis", () => {
  let redis: RealRedis;
  let node: TestNode;

  beforeAll(async () => {
    redis = await startRedis();
    node = await startNode({ redisPort: redis.port });
  });

  afterAll(async () => {
    await node[Symbol.asyncDispose]();
    await redis[Symbol.asyncDispose]();
  });

  /** What only traffic makes. */
  async function storedByTraffic(): Promise<string> {
    return redis.call("KEYS", "rl:*{*");
  }

  test.each([
    ["no key", "{}", 400, "missing_key"],
    ["an empty key", '{"key":""}', 400, "missing_key"],
    ["a key that is no text", '{"key":5}', 400, "bad_key"],
    ["a key of 257 bytes", JSON.stringify({ key: "x".repeat(257) }), 400, "key_too_long"],
    ["a key of 1 MB", JSON.stringify({ key: "x".repeat(1_048_576) }), 413, "body_too_large"],
    ["a newline in the key", '{"key":"a\\nb"}', 400, "bad_key"],
    ["a NUL in the key", '{"key":"a\\u0000b"}', 400, "bad_key"],
    ["half a character in the key", '{"key":"a\\ud800"}', 400, "bad_key"],
    ["a negative cost", '{"key":"bad","cost":-1}', 400, "bad_cost"],
    ["a cost of 0", '{"key":"bad","cost":0}', 400, "bad_cost"],
    ["a fractional cost", '{"key":"bad","cost":1.5}', 400, "bad_cost"],
    ["a huge cost", '{"key":"bad","cost":1001}', 400, "bad_cost"],
    ["a cost beyond numbers", '{"key":"bad","cost":1e999}', 400, "bad_cost"],
    ["a cost that is a text", '{"key":"bad","cost":"1"}', 400, "bad_cost"],
    ["a cost of null", '{"key":"bad","cost":null}', 400, "bad_cost"],
    ["a member that nobody knows", '{"key":"bad","costs":2}', 400, "unknown_member"],
    ["a list", '["bad"]', 400, "not_an_object"],
    ["null", "null", 400, "not_an_object"],
    ["broken JSON", '{"key":"bad"', 400, "broken_json"],
    ["no body", "", 400, "broken_json"],
  ])("%s: a clear refusal, and nothing stored", async (_, body, status, code) => {
    const answer = await node.check(body);
    expect([answer.status, answer.body.error?.code]).toEqual([status, code]);
    expect(answer.body.error?.message).toMatch(/^.{10,120}$/);
    expect(await storedByTraffic()).toBe("");
  });

  test("a body that is no UTF-8 is refused: two keys would be counted as one", async () => {
    const body = Buffer.from('{"key":"a\xff"}', "latin1");
    const headers = { "content-type": "application/json" };
    const answer = await ask("/check", { on: "api", method: "POST", headers, body });
    expect([answer.status, answer.code]).toEqual([400, "broken_json"]);
    expect(await storedByTraffic()).toBe("");
  });

  async function ask(path: string, init: RequestInit & { readonly on: "api" | "manage" }) {
    const port = init.on === "api" ? node.apiPort : node.managePort;
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, init);
    const { error }: { error?: { code: string } } = JSON.parse(await answer.text());
    return { status: answer.status, code: error?.code, headers: answer.headers };
  }

  const body = '{"key":"bad"}';

  test.each([["text/plain"], ["application/jsonp"], ["application/x-www-form-urlencoded"]])(
    "content type %s is refused",
    async (contentType) => {
      const headers = { "content-type": contentType };
      const answer = await ask("/check", { on: "api", method: "POST", headers, body });
      expect([answer.status, answer.code]).toEqual([415, "wrong_content_type"]);
      expect(await storedByTraffic()).toBe("");
    },
  );

  test.each([["GET"], ["PUT"], ["DELETE"], ["PATCH"]])(
    "%s on /check is refused, and the right method named",
    async (method) => {
      const answer = await ask("/check", { on: "api", method });
      expect([answer.status, answer.code, answer.headers.get("allow")]).toEqual([
        405,
        "wrong_method",
        "POST",
      ]);
    },
  );

  test.each([
    ["/", "api"],
    ["/check/", "api"],
    ["/checks", "api"],
    ["/api/counters", "api"],
    ["/health", "api"],
    ["/check", "manage"],
    ["/nothing", "manage"],
  ] as const)("%s is unknown on the %s port", async (path, on) => {
    const answer = await ask(path, { on, method: "GET" });
    expect([answer.status, answer.code]).toEqual([404, "unknown_path"]);
  });

  test.each([
    ["none", {}],
    ["another", { authorization: "Bearer wrong" }],
    ["one without its scheme", { authorization: TOKEN }],
    ["one with something behind it", { authorization: `Bearer ${TOKEN}x` }],
  ] as const)("with no right token (%s) nothing below /api answers", async (_, headers) => {
    const calls = [
      ["GET", "/api/counters"],
      ["GET", "/api/limits"],
      ["GET", "/api/nothing"],
      ["PUT", "/api/settings"],
      ["PUT", "/api/limits/idle"],
      ["POST", "/api/counters/idle/reset"],
    ] as const;
    for (const [method, path] of calls) {
      const answer = await ask(path, { on: "manage", method, headers });
      expect([path, answer.status, answer.code]).toEqual([path, 401, "unauthorized"]);
      expect(answer.headers.get("www-authenticate")).toStartWith("Bearer");
    }
  });

  test.each([
    ["limit 0", { limit: 0, for_ms: 1000 }],
    ["a negative limit", { limit: -1, for_ms: 1000 }],
    ["a fractional limit", { limit: 1.5, for_ms: 1000 }],
    ["a huge limit", { limit: 100_001, for_ms: 1000 }],
    ["no limit", { for_ms: 1000 }],
    ["no end", { limit: 5 }],
    ["two ends", { limit: 5, for_ms: 1000, until_ms: 9_999_999_999_999 }],
    ["an end that is past", { limit: 5, until_ms: 1_000_000 }],
    ["an end in a year", { limit: 5, until_ms: Date.now() + 366 * 86_400_000 }],
    ["a window of 10 ms", { limit: 5, for_ms: 1000, window_ms: 10 }],
    ["a member that nobody knows", { limit: 5, for_ms: 1000, forms: 1 }],
    ["a name with a newline", { limit: 5, for_ms: 1000, set_by: "a\nb" }],
  ])("an override with %s: a clear refusal, and nothing stored", async (_, override) => {
    const path = "/api/limits/bad";
    const answer = await node.manage<{ error: { code: string; message: string } }>(path, {
      method: "PUT",
      body: override,
    });
    expect(answer.status).toBe(400);
    expect(answer.body.error.code).toMatch(/^bad_(body|until)$/);
    expect(await storedByTraffic()).toBe("");
  });

  test.each([
    ["PUT", "/api/limits/%00"],
    ["POST", "/api/counters/%ZZ/reset"],
    ["POST", `/api/counters/${"x".repeat(300)}/reset`],
    ["DELETE", "/api/limits/%FF"],
    ["GET", "/api/counters?cursor=x"],
    ["GET", "/api/counters?count=0"],
    ["GET", "/api/counters?count=1001"],
    ["GET", "/api/usage?window_ms=-1"],
    ["PUT", "/api/settings"],
  ])("%s %s: 400", async (method, path) => {
    const init = method === "PUT" ? { body: { limit: 1, for_ms: 10 } } : {};
    expect((await node.manage(path, { method, ...init })).status).toBe(400);
    expect(await storedByTraffic()).toBe("");
  });
});
