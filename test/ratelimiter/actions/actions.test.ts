// What actions refuse, and the details of those that change something, on a running limiter. That
// each repairs its fault is shown with the faults.
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { z } from "zod";
import type { JsonObject } from "../../../src/domain/json.ts";
import { readValue } from "../../../src/domain/observation.ts";
import { systemClock } from "../../../src/infra/clock.ts";
import { nodeSettingsSchema } from "../../../subjects/ratelimiter/declared.ts";
import { limitKeyOf, logKeyOf } from "../../../subjects/ratelimiter/keys.ts";
import type { RedisLiveness } from "../../../subjects/ratelimiter/observation.ts";
import { isLogAhead } from "../../../subjects/ratelimiter/redis/last-written.ts";
import { openRateLimiter } from "../../../subjects/ratelimiter/subject.ts";
import { eventually } from "../../support/eventually.ts";
import { failSaves } from "../../support/failing-saves.ts";
import { type LiveLimiter, startLiveLimiter } from "../../support/live-limiter.ts";
import { hasRedis } from "../../support/real-redis.ts";
import { type WatchedLimiter, watchLimiter } from "../../support/watched-limiter.ts";

setDefaultTimeout(60_000);

const why = hasRedis ? "" : " (skipped: neither redis-server nor valkey-server is on PATH)";
let limiter: LiveLimiter;
let watched: WatchedLimiter;

const REFUSED: readonly (readonly [action: string, target: string, says: string, JsonObject?])[] = [
  ["start_member", "node9", 'unknown member "node9"'],
  ["restart_member", "redis", "redis serves, and there is no other of its kind"],
  ["restart_member", "proxy", "proxy serves, and there is no other of its kind"],
  ["reset_counter", "used", "what=all is not known: only what is ahead is set", { what: "all" }],
  ["restore_limit", "temporary", "temporary is overridden for"],
  ["set_redis_setting", "requirepass", 'no value of "requirepass" is declared'],
  ["set_redis_setting", "dir", 'no value of "dir" is declared'],
  ["set_redis_setting", "constructor", 'no value of "constructor" is declared'],
  ["kill_client", "all", '"all" is not the id of a client'],
  ["kill_client", "999999", "no client 999999 is among those that were read"],
  ["turn_fail_open_off", "node9", 'unknown node "node9"'],
  ["clear_toxic", "node1", "the argument toxic is missing"],
  ["remove_job", "keyspace-report", "keyspace-report is a declared job"],
];

describe.skipIf(!hasRedis)(`actions${why}`, () => {
  beforeAll(async () => {
    limiter = await startLiveLimiter();
    watched = watchLimiter(limiter);
    await watched.untilWell();
  });

  afterAll(() => limiter[Symbol.asyncDispose]());

  for (const [action, target, says, args] of REFUSED) {
    test(`${action} of ${target} is refused: ${says}`, async () => {
      await limiter.check("node1", "used");
      await setOverride("temporary", Date.now() + 60_000);
      await expect(watched.act(action, target, args)).rejects.toThrow(says);
    });
  }

  test("where nothing is wrong nothing is done", async () => {
    await limiter.check("node1", "used");
    expect(await watched.act("reset_counter", "used")).toBe("already in effect");
    expect(await watched.act("set_ttl", "used")).toBe("already in effect");
    expect(await watched.act("restore_limit", "used")).toBe("already in effect");
    expect(await watched.act("start_member", "redis")).toBe("already in effect");
    expect(await limiter.redis("EXISTS", logKeyOf("used"))).toBe(1);
  });

  test("the limiter's own connections are not killed, a stranger's is", async () => {
    const list = String(await limiter.redis("CLIENT", "LIST"));
    const own = /id=(\d+) [^\n]*name=limiter:node1/.exec(list)?.[1] ?? "";
    await expect(watched.act("kill_client", own)).rejects.toThrow("cannot do without it");
    const job = /id=(\d+) [^\n]*name=job:memory-report/.exec(list)?.[1] ?? "";
    await expect(watched.act("kill_client", job)).rejects.toThrow("argument name is missing");
    const other = watched.act("kill_client", job, { name: "job:other" });
    await expect(other).rejects.toThrow(`${job} is job:memory-report: it is not job:other`);
    const whose = { name: "job:memory-report" };
    expect(await watched.act("kill_client", job, whose)).toBe(`client ${job} is closed`);
    expect(await watched.act("kill_client", job, whose)).toBe("already in effect");
  });

  test("what a counter holds ahead of time leaves with one window, not before", async () => {
    const log = logKeyOf("kept");
    const aheadUs = (Date.now() + 3_600_000) * 1_000;
    await limiter.redis("ZADD", log, aheadUs, "x-0-1", aheadUs, "x-1-1");
    for (let count = 0; count < 3; count += 1) await limiter.check("node1", "kept");
    const done = await watched.act("reset_counter", "kept");
    expect(done).toContain("2 of 5 entries");
    expect(done).toContain("one more window, up to 6 s, in which kept may be denied");
    const entries = z.array(z.tuple([z.string(), z.coerce.number()]));
    const found = entries.parse(await limiter.redis("ZRANGE", log, 0, -1, "WITHSCORES"));
    expect(found).toHaveLength(5);
    const dates = found.map(([, score]) => score);
    expect(Math.max(...dates)).toBeLessThanOrEqual(Date.now() * 1_000);
    expect(Number(await limiter.redis("PTTL", log))).toBeLessThanOrEqual(6_000);
    const isGone = async () => (await limiter.redis("EXISTS", log)) === 0;
    await eventually(isGone, "its window is over");
  });

  test("an endless override is removed, and one with an end beside it stays", async () => {
    await setOverride("bounded", Date.now() + 60_000);
    await limiter.redis("HSET", limitKeyOf("endless"), "limit", 7, "window_ms", 5_000);
    expect(await watched.act("restore_limit", "endless")).toContain('"limit":"7"');
    expect(await limiter.redis("EXISTS", limitKeyOf("endless"))).toBe(0);
    expect(await limiter.redis("EXISTS", limitKeyOf("bounded"))).toBe(1);
  });

  test("what is no counter and no override is left to a person", async () => {
    const names = [limitKeyOf("typed"), logKeyOf("typed")];
    for (const name of names) await limiter.redis("SET", name, "5");
    await expect(watched.act("restore_limit", "typed")).rejects.toThrow("of type string");
    await expect(watched.act("set_ttl", "typed")).rejects.toThrow("of type string");
    expect(await limiter.redis("EXISTS", ...names)).toBe(2);
    await limiter.redis("DEL", ...names);
  });

  test("an override with an end that is set after the look stays", async () => {
    await limiter.redis("HSET", limitKeyOf("late"), "limit", 7, "window_ms", 5_000);
    const setLate = () => setOverride("late", Date.now() + 60_000);
    await expect(watched.actAfter(setLate, "restore_limit", "late")).rejects.toThrow(
      "somebody has set one that ends meanwhile",
    );
    expect(await limiter.redis("EXISTS", limitKeyOf("late"))).toBe(1);
  });

  test("the append-only file that somebody has turned on is never turned off", async () => {
    await limiter.redis("CONFIG", "SET", "appendonly", "yes");
    const refusal = "what the append-only file keeps may be in no dump";
    await expect(watched.act("set_redis_setting", "appendonly")).rejects.toThrow(refusal);
    expect(await limiter.redis("CONFIG", "GET", "appendonly")).toEqual(["appendonly", "yes"]);
    await limiter.redis("CONFIG", "SET", "save", "");
    await limiter.redis("CONFIG", "SET", "appendonly", "no");
    expect(await watched.act("set_redis_setting", "appendonly")).toBe("already in effect");
  });

  test("nothing is written over a dump that somebody keeps as it is", async () => {
    await limiter.redis("CONFIG", "SET", "save", "");
    const kept = "may be the last good copy";
    await expect(watched.act("set_redis_setting", "save")).rejects.toThrow(kept);
    await using full = await failSaves(limiter);
    await expect(watched.act("save_redis", "redis")).rejects.toThrow('save points are ""');
    await limiter.redis("CONFIG", "SET", "save", "60 1", "appendonly", "yes");
    const dump = "Redis may not hold what its dump does";
    await expect(watched.act("save_redis", "redis")).rejects.toThrow(dump);
    await limiter.redis("CONFIG", "SET", "appendonly", "no");
    await full.end();
    const keep = () => limiter.redis("CONFIG", "SET", "save", "");
    const late = watched.actAfter(keep, "save_redis", "redis");
    await expect(late).rejects.toThrow('save points are ""');
    await limiter.redis("CONFIG", "SET", "save", "60 1");
    expect(await watched.act("save_redis", "redis")).toContain("has saved");
  });

  test("writes go on while saves fail, where somebody had it so", async () => {
    await limiter.redis("CONFIG", "SET", "stop-writes-on-bgsave-error", "no");
    await using full = await failSaves(limiter);
    const refusal = "it would refuse every write";
    const act = () => watched.act("set_redis_setting", "stop-writes-on-bgsave-error");
    await expect(act()).rejects.toThrow(refusal);
    await full.end();
    await limiter.redis("SAVE");
    expect(await act()).toContain("in force");
  });

  test("a bound that leaves no room for what is held is not put back", async () => {
    await limiter.redis("CONFIG", "SET", "maxmemory", "256mb");
    await limiter.redis("SETRANGE", "ballast", 65_000_000, "x");
    const refusal = "in the declared 67108864 is no room";
    await expect(watched.act("set_redis_setting", "maxmemory")).rejects.toThrow(refusal);
    const nearlyFull = ["maxmemory", "69000000", "maxmemory-policy", "volatile-lru"];
    await limiter.redis("CONFIG", "SET", ...nearlyFull);
    const said = await watched.act("set_redis_setting", "maxmemory-policy");
    expect(said).toContain("bytes are used: what finds no room is refused from now on");
    await limiter.redis("CONFIG", "SET", "maxmemory", "32mb");
    expect(await watched.act("set_redis_setting", "maxmemory")).toContain("in force");
    await limiter.redis("DEL", "ballast");
  });

  test("a bound that would shut out those who are there is not put back", async () => {
    await limiter.redis("CONFIG", "SET", "maxclients", "1000");
    const url = new URL(limiter.site.redis?.url ?? "");
    const many = await Promise.all(
      Array.from({ length: 110 }, () =>
        Bun.connect({
          hostname: url.hostname,
          port: Number(url.port),
          socket: { data: () => undefined },
        }),
      ),
    );
    const refusal = "with the declared 128 hardly anybody";
    await expect(watched.act("set_redis_setting", "maxclients")).rejects.toThrow(refusal);
    for (const one of many) one.end();
    const isBack = async () =>
      (await watched.act("set_redis_setting", "maxclients").catch(String)).includes("in force");
    await eventually(isBack, "they are gone, and it is put back");
  });

  test("what somebody tries is not kept by a repair of another setting", async () => {
    const data = `${limiter.home}/subjects/ratelimiter/members/redis/data`;
    const file = `${data}/redis.conf`;
    const before = await Bun.file(file).text();
    await limiter.redis("CONFIG", "SET", "appendonly", "yes", "timeout", "300");
    expect(await watched.act("set_redis_setting", "timeout")).toContain("in force");
    expect(await limiter.redis("CONFIG", "GET", "timeout")).toEqual(["timeout", "0"]);
    expect(await Bun.file(file).text()).toBe(before);
    await limiter.redis("CONFIG", "SET", "appendonly", "no");
    // The next start would read the log, as long as no dump is newer: they are dated by the second.
    const isDumpAhead = async () => {
      await limiter.redis("SAVE");
      return !(await isLogAhead(data));
    };
    await eventually(isDumpAhead, "the dump has all that the log has");
  });

  test("a script that holds Redis up is killed", async () => {
    const running = limiter.redis("EVAL", "while true do end", 0).catch((error) => `${error}`);
    await eventually(async () => {
      const { liveness } = (await watched.look()).redis;
      return readValue(liveness)?.state === "refusing";
    }, "it says that it is busy");
    expect(await watched.act("kill_script", "redis")).toBe("the script that ran was ended");
    expect(await running).toContain("SCRIPT KILL");
    expect(await watched.act("kill_script", "redis")).toBe("already in effect");
    await watched.untilWell();
  });

  test("no script is ended in a Redis that loads, or says nothing", async () => {
    const { actions } = openRateLimiter({
      topology: limiter.topology,
      runtime: limiter.runtime,
      clock: systemClock,
    });
    const kill = actions.find(({ name }) => name === "kill_script");
    const seen = await watched.look();
    const askedOf = (value: RedisLiveness) => {
      const redis = { ...seen.redis, liveness: { state: "read", value, atMs: 0 } as const };
      return kill?.precondition({ ...seen, redis }, { target: "redis", args: {} });
    };
    const refusing = { state: "refusing", reason: "it says so" } as const;
    expect(askedOf({ ...refusing, kind: "busy" })).toEqual({ isMet: true });
    expect(askedOf({ ...refusing, kind: "loading" })).toMatchObject({ isMet: false });
    expect(askedOf({ state: "silent", reason: "silent" })).toMatchObject({ isMet: false });
  });

  test("a node is spared while another is missing, and restarted when all serve", async () => {
    await limiter.runtime.operate("node3", "kill");
    await expect(watched.act("restart_member", "node1")).rejects.toThrow("node3 is down");
    await expect(watched.act("resume_member", "node3")).rejects.toThrow("stopped, not paused");
    await watched.act("start_member", "node3");
    const pid = async () =>
      (await limiter.runtime.members()).find(({ name }) => name === "node1")?.pid;
    const before = await pid();
    await watched.act("restart_member", "node1");
    expect(await pid()).not.toBe(before);
    await watched.untilWell();
  });

  test("a node is spared while another decides nothing, however well it answers", async () => {
    const seen = await watched.look();
    const action = openRateLimiter({
      topology: limiter.topology,
      runtime: limiter.runtime,
      clock: systemClock,
    }).actions.find(({ name }) => name === "restart_member");
    const precondition = () => action?.precondition(seen, { target: "node1", args: {} });
    expect(precondition()).toEqual({ isMet: true });
    const undecided = { state: "read", value: { asked: 3, undecided: 3 }, atMs: 0 };
    Object.assign(seen.nodes[2] ?? {}, { checks: undecided });
    expect(precondition()).toMatchObject({ reason: expect.stringContaining("node3 decides") });
  });

  test("what is away is not acted on: the reason says so", async () => {
    await limiter.runtime.operate("redis", "kill");
    await limiter.runtime.operate("node2", "pause");
    await expect(watched.act("set_redis_setting", "maxclients")).rejects.toThrow(
      "Redis does not answer",
    );
    await expect(watched.act("reset_counter", "hot")).rejects.toThrow("Redis does not answer");
    const open = { method: "PUT" as const, path: "/api/settings", body: { fail_mode: "open" } };
    await limiter.ask("node1", { ...open, schema: nodeSettingsSchema });
    await expect(watched.act("turn_fail_open_off", "node1")).rejects.toThrow("would turn all away");
    await expect(watched.act("kill_script", "redis")).rejects.toThrow("Redis is away");
    await expect(watched.act("sync_node_clock", "node2")).rejects.toThrow("node2 does not answer");
    await watched.act("resume_member", "node2");
    await watched.act("start_member", "redis");
    const closing = async () => await watched.act("turn_fail_open_off", "node1").catch(String);
    await eventually(async () => (await closing()).includes("closed"), "it reaches Redis");
    await watched.untilWell();
  });
});

/** As the API writes it. */
async function setOverride(key: string, untilMs: number): Promise<void> {
  const name = limitKeyOf(key);
  await limiter.redis("HSET", name, "limit", 5, "window_ms", 5_000, "until_ms", untilMs);
  await limiter.redis("PEXPIREAT", name, untilMs);
  await eventually(
    async () => Number(await limiter.redis("PTTL", name)) > 0,
    "the override has an end",
  );
}
