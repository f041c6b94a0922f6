// Where Redis says no: memory, clients, scripts that take too long, a disk that takes nothing. The
// faults of the subject are made of these, and its observers read these words.
import { expect, test } from "bun:test";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { eventually } from "../../support/eventually.ts";
import { forBothKinds } from "../../support/redis-kinds.ts";
import type { WireClient } from "../../support/wire-client.ts";

const OOM = "-OOM command not allowed when used memory > 'maxmemory'.";
/** An empty Redis that lets in 128 clients uses 340 KB: INFO memory, redis 7.0. */
const TOO_SMALL = 256 * 1024;
const BUSY = "-BUSY Redis is busy running a script.";

forBothKinds("limits", (kind) => {
  test("out of memory, what grows is refused, and what shrinks or reads is not", async () => {
    await using redis = await kind.start();
    using client = await redis.connect();
    await client.ask("SET", "k", "v");
    await client.ask("CONFIG", "SET", "maxmemory", TOO_SMALL);
    expect(await client.ask("SET", "k", "w")).toBe(`${OOM}\r\n`);
    expect(await client.ask("ZADD", "z", 1, "m")).toBe(`${OOM}\r\n`);
    expect(await client.ask("HSET", "h", "a", 1)).toBe(`${OOM}\r\n`);
    const script = "return redis.call('SET', KEYS[1], 'w')";
    expect(await client.ask("EVAL", script, 1, "k")).toStartWith(`${OOM} script: `);
    expect(await client.ask("EVAL", "return redis.call('GET', 'k')", 0)).toBe("$1\r\nv\r\n");
    await client.ask("MULTI");
    expect(await client.ask("SET", "k", "w")).toBe(`${OOM}\r\n`);
    expect(await client.ask("EXEC")).toStartWith("-EXECABORT ");
    expect(await client.ask("PEXPIRE", "k", 100_000)).toBe(":1\r\n");
    expect(await client.ask("GET", "k")).toBe("$1\r\nv\r\n");
    expect(await client.ask("DEL", "k")).toBe(":1\r\n");
    await client.ask("CONFIG", "SET", "maxmemory", "64mb");
    expect(await client.ask("SET", "k", "w")).toBe("+OK\r\n");
  });

  test("allkeys-lru makes room for what is written, and counts what it drops", async () => {
    await using redis = await kind.start();
    using client = await redis.connect();
    await client.ask("CONFIG", "SET", "maxmemory", "4mb");
    await client.ask("CONFIG", "SET", "maxmemory-policy", "allkeys-lru");
    for (let at = 0; at < 400; at += 1) {
      expect(await client.ask("SET", `k${at}`, "v".repeat(16_000))).toBe("+OK\r\n");
      await client.ask("GET", "k0");
    }
    const info = await client.ask("INFO");
    expect(numberIn(info, "evicted_keys")).toBeGreaterThan(50);
    expect(numberIn(info, "used_memory")).toBeLessThanOrEqual(4 * 1024 * 1024);
    // The clock of the real one's LRU ticks once in a second: here all were used at one time.
    if (kind.name === "stand-in") expect(await client.ask("EXISTS", "k0")).toBe(":1\r\n");
  });

  test("volatile-lru drops no key that never expires", async () => {
    await using redis = await kind.start();
    using client = await redis.connect();
    await client.ask("SET", "forever", "v");
    await client.ask("SET", "for a while", "v", "EX", 1_000);
    await client.ask("CONFIG", "SET", "maxmemory-policy", "volatile-lru");
    await client.ask("CONFIG", "SET", "maxmemory", TOO_SMALL);
    expect(await client.ask("SET", "more", "v")).toBe(`${OOM}\r\n`);
    expect(await client.ask("EXISTS", "forever")).toBe(":1\r\n");
    expect(await client.ask("EXISTS", "for a while")).toBe(":0\r\n");
  });

  test("one client too many is told so, and let in when another has left", async () => {
    await using redis = await kind.start();
    using first = await redis.connect();
    await first.ask("CONFIG", "SET", "maxclients", 2);
    const second = await redis.connect();
    expect(await second.ask("PING")).toBe("+PONG\r\n");
    using third = await redis.connect();
    expect(await third.rest()).toBe("-ERR max number of clients reached\r\n");
    expect(numberIn(await first.ask("INFO", "stats"), "rejected_connections")).toBe(1);
    second[Symbol.dispose]();
    await eventually(async () => {
      using again = await redis.connect();
      return (await again.ask("PING").catch(() => "")) === "+PONG\r\n";
    }, "another is let in");
  });

  test("a client is named in the list, and can be ended by its id", async () => {
    await using redis = await kind.start();
    using client = await redis.connect();
    using other = await redis.connect();
    await other.ask("CLIENT", "SETNAME", "job:idle");
    const id = (await other.ask("CLIENT", "ID")).slice(1, -2);
    const list = await client.ask("CLIENT", "LIST");
    const line = list.split("\n").find((candidate) => candidate.startsWith(`id=${id} `));
    expect(line).toMatch(/ addr=127\.0\.0\.1:\d+ .* name=job:idle .* cmd=client\|id /);
    expect(await client.ask("CLIENT", "KILL", "ID", id)).toBe(":1\r\n");
    expect(await other.rest()).toBe("");
    expect(await client.ask("CLIENT", "LIST")).not.toContain("job:idle");
  });

  test("a script that takes long makes others busy until it is killed", async () => {
    await using redis = await kind.start();
    using busy = await redis.connect();
    using client = await redis.connect();
    await client.ask("CONFIG", "SET", "slowlog-log-slower-than", 200_000);
    const ended = busy.ask("EVAL", "local n = 0 while true do n = n + 1 end", 0);
    await untilBusy(client);
    expect(await client.ask("GET", "k")).toStartWith(BUSY);
    expect(await client.ask("CLIENT", "LIST")).toStartWith(BUSY);
    expect(await client.ask("HELLO", 2)).toStartWith("*14\r\n");
    expect(await client.ask("SCRIPT", "KILL")).toBe("+OK\r\n");
    expect(await ended).toStartWith("-ERR Script killed by user with SCRIPT KILL... script: ");
    expect(await busy.ask("PING")).toBe("+PONG\r\n");
    expect(await client.ask("SCRIPT", "KILL")).toStartWith("-NOTBUSY ");
    expect(await client.ask("SLOWLOG", "GET", 10)).toContain("$4\r\nEVAL\r\n");
  });

  test("what is asked behind a script waits for it, and a script that wrote goes on", async () => {
    await using redis = await kind.start();
    using busy = await redis.connect();
    using client = await redis.connect();
    const script = `redis.call('SET', 'k', 'v')
      local start = redis.call('TIME')
      repeat local now = redis.call('TIME') until now[1] - start[1] >= 2
      return 'done'`;
    const ended = busy.ask("EVAL", script, 0);
    busy.say("GET k\r\n");
    await untilBusy(client);
    expect(await client.ask("SCRIPT", "KILL")).toStartWith("-UNKILLABLE ");
    expect(await ended).toBe("$4\r\ndone\r\n");
    expect(await busy.reply()).toBe("$1\r\nv\r\n");
  }, 20_000);

  test("a script that asks for too much fails alone", async () => {
    await using redis = await kind.start();
    using client = await redis.connect();
    const list = "local t = {} for i = 1, 9000 do t[i] = i end return {unpack(t)}";
    const answer = await client.ask("EVAL", list, 0);
    expect(answer).toStartWith("-ERR user_script:1: too many results to unpack script: ");
    expect(await client.ask("PING")).toBe("+PONG\r\n");
  }, 20_000);

  test("a disk that takes nothing makes writes fail, until it does again", async () => {
    await using redis = await kind.start();
    using client = await redis.connect();
    expect(await client.ask("SET", "k", "v")).toBe("+OK\r\n");
    // A directory where the dump belongs: nothing can be put in its place.
    const dump = join(redis.dir, kind.name === "redis" ? "dump.rdb" : "stand-in-dump.json");
    await mkdir(join(dump, "in-the-way"), { recursive: true });
    await client.ask("BGSAVE");
    await eventually(
      async () => (await client.ask("INFO")).includes("rdb_last_bgsave_status:err"),
      "the save has failed",
    );
    expect(await client.ask("SET", "k", "w")).toStartWith("-MISCONF ");
    expect(await client.ask("GET", "k")).toBe("$1\r\nv\r\n");
    await client.ask("CONFIG", "SET", "stop-writes-on-bgsave-error", "no");
    expect(await client.ask("SET", "k", "w")).toBe("+OK\r\n");
  });
});

async function untilBusy(client: WireClient): Promise<void> {
  await eventually(async () => (await client.ask("PING")).startsWith(BUSY), "redis is busy");
}

function numberIn(info: string, field: string): number {
  return Number(new RegExp(`^${field}:(\\d+)`, "m").exec(info)?.[1]);
}
