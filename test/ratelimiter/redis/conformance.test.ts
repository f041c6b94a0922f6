// What Redis 7.0 answers to what the limiter asks, byte for byte: the stand-in answers the same,
// and the real one shows that the record is true. The rest is of any version.
import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { eventually } from "../../support/eventually.ts";
import {
  forBothKinds,
  REAL_KIND,
  REAL_VERSION,
  type RedisKind,
  STAND_IN_KIND,
} from "../../support/redis-kinds.ts";
import { request, WireClient } from "../../support/wire-client.ts";

interface Fact {
  readonly asked: string;
  readonly answered: string;
}

/** By heading; `> ` what is asked as a line, `< ` what comes back, escaped as in JSON. */
const FACTS = readFacts(readFileSync(join(import.meta.dir, "facts.txt"), "utf8"));

const RECORDED_VERSION = "7.0";

describe("recorded answers, stand-in", () => testFacts(STAND_IN_KIND));

if (REAL_KIND && REAL_VERSION.startsWith(RECORDED_VERSION)) {
  const kind = REAL_KIND;
  describe("recorded answers, redis", () => testFacts(kind));
} else {
  const why = `[skipped: they are of ${RECORDED_VERSION}, and found is ${REAL_VERSION || "none"}]`;
  test.skip(`recorded answers, redis ${why}`, () => {});
}

function testFacts(kind: RedisKind): void {
  for (const [heading, facts] of FACTS) {
    test(heading, async () => {
      await using redis = await kind.start();
      using client = await redis.connect();
      const found: Fact[] = [];
      for (const { asked } of facts) found.push({ asked, answered: await client.askLine(asked) });
      expect(found).toEqual([...facts]);
    });
  }
}

forBothKinds("the wire", (kind) => {
  test("protocol 3 has maps, pairs, doubles and a null of their own", async () => {
    await using redis = await kind.start();
    using client = await redis.connect();
    expect(await client.askLine("HELLO 3 SETNAME me")).toStartWith("%7\r\n$6\r\nserver\r\n");
    await client.askLine("HSET h a 1");
    await client.askLine("ZADD z 1.5 m 2 n");
    const lines = ["CLIENT GETNAME", "HGETALL h", "HGETALL none", "ZRANGE z 0 -1 WITHSCORES"];
    lines.push("ZSCORE z m", "ZSCORE z none", "GET none", "CONFIG GET timeout", "TYPE h");
    lines.push(`EVAL "return {1, false, true, redis.call('HGETALL', 'h')}" 0`);
    const found: string[] = [];
    for (const line of lines) found.push(await client.askLine(line));
    expect(found).toEqual([
      "$2\r\nme\r\n",
      "%1\r\n$1\r\na\r\n$1\r\n1\r\n",
      "%0\r\n",
      "*2\r\n*2\r\n$1\r\nm\r\n,1.5\r\n*2\r\n$1\r\nn\r\n,2\r\n",
      ",1.5\r\n",
      "_\r\n",
      "_\r\n",
      "%1\r\n$7\r\ntimeout\r\n$1\r\n0\r\n",
      "+hash\r\n",
      "*4\r\n:1\r\n_\r\n:1\r\n*2\r\n$1\r\na\r\n$1\r\n1\r\n",
    ]);
    expect(await client.askLine("INFO replication")).toStartWith("=");
  });

  test("requests are answered in their order however they are cut", async () => {
    await using redis = await kind.start();
    using client = await redis.connect();
    const text = `${request(["SET", "k", "a\r\nb\0\xff"])}PING\r\n${request(["GET", "k"])}`;
    for (const byte of text) {
      client.say(byte);
      await Bun.sleep(0);
    }
    expect(await client.reply()).toBe("+OK\r\n");
    expect(await client.reply()).toBe("+PONG\r\n");
    expect(await client.reply()).toBe("$6\r\na\r\nb\0\xff\r\n");
    client.say(request(["ECHO", "x"]).repeat(5_000));
    for (let at = 0; at < 5_000; at += 1) expect(await client.reply()).toBe("$1\r\nx\r\n");
  });

  test("a value of 8 MB comes back whole", async () => {
    await using redis = await kind.start();
    using client = await redis.connect();
    const value = "v".repeat(8 * 1024 * 1024);
    expect(await client.ask("SET", "big", value)).toBe("+OK\r\n");
    expect((await client.ask("GET", "big")).length).toBe(value.length + 2 + "$8388608\r\n".length);
  }, 20_000);

  const BROKEN: readonly (readonly [string, string])[] = [
    ["*x\r\n", "invalid multibulk length"],
    ["*3000000000\r\n", "invalid multibulk length"],
    ["*1\r\n:4\r\n", "expected '$', got ':'"],
    ["*1\r\n$-1\r\n", "invalid bulk length"],
    ["*1\r\n$600000000\r\n", "invalid bulk length"],
    ["SET a 'b\r\n", "unbalanced quotes in request"],
    ["a".repeat(70_000), "too big inline request"],
    [`*${"1".repeat(70_000)}`, "too big mbulk count string"],
    [`*1\r\n$${"1".repeat(70_000)}`, "too big bulk count string"],
  ];

  test("what is no request ends the connection, and says why", async () => {
    await using redis = await kind.start();
    for (const [garbage, reason] of BROKEN) {
      using client = await redis.connect();
      client.say(garbage);
      expect(await client.rest()).toBe(`-ERR Protocol error: ${reason}\r\n`);
    }
    using browser = await redis.connect();
    browser.say("POST / HTTP/1.1\r\nHost: x\r\n\r\nFLUSHALL\r\n");
    expect(await browser.rest()).toBe("");
    using client = await redis.connect();
    expect(await client.askLine("PING")).toBe("+PONG\r\n");
  });

  test("empty requests are passed over, and QUIT is answered before the end", async () => {
    await using redis = await kind.start();
    using client = await redis.connect();
    client.say("\r\n*0\r\n*-1\r\nPING\n*1\r\n$4\r\nQUIT\r\nPING\r\n");
    expect(await client.rest()).toBe("+PONG\r\n+OK\r\n");
  });

  test("a hundred clients at once are each answered", async () => {
    await using redis = await kind.start();
    const clients = await Promise.all(Array.from({ length: 100 }, () => redis.connect()));
    const answers = clients.map(async (client, index) => {
      await client.ask("SET", `k${index}`, index);
      return client.ask("GET", `k${index}`);
    });
    const expected = clients.map((_, index) => `$${String(index).length}\r\n${index}\r\n`);
    expect(await Promise.all(answers)).toEqual(expected);
    for (const client of clients) client[Symbol.dispose]();
    using last = await redis.connect();
    await eventually(
      async () => /connected_clients:1\r/.test(await last.askLine("INFO clients")),
      "all are gone",
    );
  });

  test("what is no command is refused by its name", async () => {
    await using redis = await kind.start();
    using client = await redis.connect();
    const refusal = await client.askLine("NOSUCH a b");
    expect(refusal).toStartWith("-ERR unknown command 'NOSUCH', with args beginning with: 'a' 'b'");
    expect(refusal.includes("a stand-in for Redis")).toBe(kind.name === "stand-in");
  });
});

test("the stand-in says what it is", async () => {
  await using redis = await STAND_IN_KIND.start();
  using client = await WireClient.connect(redis.port);
  const info = await client.askLine("INFO");
  expect(info).toContain("redis_version:7.0.0-stand-in\r\nstand_in:1\r\n");
});

function readFacts(text: string): ReadonlyMap<string, readonly Fact[]> {
  const facts = new Map<string, readonly Fact[]>();
  for (const group of text.split("\n\n")) {
    const [heading = "", ...lines] = group.trim().split("\n");
    const found: Fact[] = [];
    for (let at = 0; at + 1 < lines.length; at += 2) {
      const answered = JSON.parse(`"${lines[at + 1]?.slice(2)}"`);
      found.push({ asked: lines[at]?.slice(2) ?? "", answered });
    }
    facts.set(heading.slice(2), found);
  }
  return facts;
}
