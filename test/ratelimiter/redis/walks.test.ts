// Many keys and long answers: a walk that misses nothing, a reader that is slower than we write.
import { expect, test } from "bun:test";
import { forBothKinds } from "../../support/redis-kinds.ts";
import { request } from "../../support/wire-client.ts";

const STAYING = Array.from({ length: 300 }, (_, at) => `stays-${at}`);
const GOING = Array.from({ length: 300 }, (_, at) => `goes-${at}`);

forBothKinds("walks", (kind) => {
  test("SCAN sees every key that stays, whatever comes and goes meanwhile", async () => {
    await using redis = await kind.start();
    using client = await redis.connect();
    for (const [at, key] of STAYING.entries()) {
      client.say(request(["SET", key, "v"]) + request(["SET", GOING[at] ?? "", "v"]));
    }
    for (const _ of [...STAYING, ...GOING]) expect(await client.reply()).toBe("+OK\r\n");
    const seen = new Set<string>();
    const going = [...GOING];
    let cursor = "0";
    do {
      const answer = await client.ask("SCAN", cursor, "COUNT", 7);
      const words = answer.split("\r\n").filter((word) => word !== "" && !/^[*$]/.test(word));
      cursor = words[0] ?? "0";
      for (const key of words.slice(1)) seen.add(key);
      for (const key of going.splice(0, 5)) await client.ask("DEL", key);
      await client.ask("SET", `comes-${going.length}`, "v");
    } while (cursor !== "0");
    expect(STAYING.filter((key) => !seen.has(key))).toEqual([]);
  });

  test("a client that asks faster than it reads gets every answer in the end", async () => {
    await using redis = await kind.start();
    using slow = await redis.connect();
    using other = await redis.connect();
    const value = "v".repeat(200_000);
    await slow.ask("SET", "k", value);
    slow.pause();
    slow.say(request(["GET", "k"]).repeat(100));
    expect(await other.ask("PING")).toBe("+PONG\r\n");
    slow.resume();
    for (let at = 0; at < 100; at += 1) {
      expect((await slow.reply()).length).toBe(value.length + "$200000\r\n\r\n".length);
    }
  });
});
