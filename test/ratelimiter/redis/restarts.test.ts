// What a restart leaves: keys that were saved, settings that were written, and nothing of the rest.
import { expect, test } from "bun:test";
import { eventually } from "../../support/eventually.ts";
import { forBothKinds } from "../../support/redis-kinds.ts";

forBothKinds("restarts", (kind) => {
  test("SIGTERM keeps every key, with its kind, its bytes and its expiry", async () => {
    await using redis = await kind.start();
    const lines = ["GET s", "ZRANGE z 0 -1 WITHSCORES", "HGETALL h", "PTTL s", "DBSIZE", "PTTL z"];
    const read = async () => {
      using client = await redis.connect();
      const found: string[] = [];
      for (const line of lines) found.push(await client.askLine(line));
      return found;
    };
    {
      using client = await redis.connect();
      await client.ask("SET", "s", "a\0\xff\n");
      await client.ask("ZADD", "z", "inf", "m", 1_700_000_000_000_001, "n", 0.5, "o");
      await client.ask("HSET", "h", "f", "v");
      await client.ask("PEXPIRE", "z", 500_000);
    }
    const before = await read();
    await redis.end("SIGTERM");
    await redis.start();
    const after = await read();
    expect(after.slice(0, -1)).toEqual(before.slice(0, -1));
    const left = Number(after.at(-1)?.slice(1));
    expect(left).toBeGreaterThan(400_000);
    expect(left).toBeLessThanOrEqual(500_000);
  });

  test("SIGKILL loses what was not saved, and nothing of what was", async () => {
    await using redis = await kind.start();
    {
      using client = await redis.connect();
      await client.ask("SET", "saved", "v");
      expect(await client.ask("SAVE")).toBe("+OK\r\n");
      await client.ask("SET", "late", "v");
    }
    await redis.end("SIGKILL");
    await redis.start();
    using client = await redis.connect();
    expect(await client.ask("EXISTS", "saved")).toBe(":1\r\n");
    expect(await client.ask("EXISTS", "late")).toBe(":0\r\n");
  });

  test("a save that is due by the settings happens by itself", async () => {
    await using redis = await kind.start();
    {
      using client = await redis.connect();
      await client.ask("CONFIG", "SET", "save", "1 1");
      await client.ask("SET", "k", "v");
      await eventually(
        async () => (await client.ask("INFO")).includes("rdb_changes_since_last_save:0"),
        "it has saved",
      );
    }
    await redis.end("SIGKILL");
    await redis.start();
    using client = await redis.connect();
    expect(await client.ask("EXISTS", "k")).toBe(":1\r\n");
  });

  test("CONFIG REWRITE outlives a restart, and CONFIG SET alone does not", async () => {
    await using redis = await kind.start();
    {
      using client = await redis.connect();
      await client.ask("CONFIG", "SET", "maxmemory-policy", "allkeys-lru", "maxclients", 64);
      await client.ask("CONFIG", "SET", "save", "900 1 300 10");
      expect(await client.ask("CONFIG", "REWRITE")).toBe("+OK\r\n");
      await client.ask("CONFIG", "SET", "maxmemory", "1gb");
    }
    await redis.end("SIGKILL");
    await redis.start();
    using client = await redis.connect();
    const found: string[] = [];
    for (const name of ["maxmemory-policy", "maxclients", "save", "maxmemory", "timeout"]) {
      found.push((await client.ask("CONFIG", "GET", name)).split("\r\n")[4] ?? "");
    }
    expect(found).toEqual(["allkeys-lru", "64", "900 1 300 10", "67108864", "0"]);
  });

  test("a key is gone when its time is over, asked for or not", async () => {
    await using redis = await kind.start();
    using client = await redis.connect();
    await client.ask("SET", "soon", "v", "PX", 50);
    await client.ask("ZADD", "log", 1, "m");
    await client.ask("PEXPIRE", "log", 50);
    await eventually(async () => (await client.ask("DBSIZE")) === ":0\r\n", "both are gone");
    expect(await client.ask("GET", "soon")).toBe("$-1\r\n");
    expect(await client.ask("ZCARD", "log")).toBe(":0\r\n");
    expect(await client.ask("INFO", "stats")).toContain("expired_keys:2\r\n");
  });
});
