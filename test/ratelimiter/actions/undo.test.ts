// What the limiter's actions say of their ways back, on a running limiter: none puts back what
// nobody declared.
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { systemClock as clock } from "../../../src/infra/clock.ts";
import { openRateLimiter } from "../../../subjects/ratelimiter/subject.ts";
import { type LiveLimiter, startLiveLimiter } from "../../support/live-limiter.ts";
import { hasRedis } from "../../support/real-redis.ts";
import { type WatchedLimiter, watchLimiter } from "../../support/watched-limiter.ts";

setDefaultTimeout(60_000);

const why = hasRedis ? "" : " (skipped: neither redis-server nor valkey-server is on PATH)";
let limiter: LiveLimiter;
let watched: WatchedLimiter;

function actionOf(name: string) {
  const { topology, runtime } = limiter;
  const action = openRateLimiter({ topology, runtime, clock }).actions.find(
    (candidate) => candidate.name === name,
  );
  if (!action) throw new Error(`no action ${name}`);
  return action;
}

describe.skipIf(!hasRedis)(`the ways back${why}`, () => {
  beforeAll(async () => {
    limiter = await startLiveLimiter();
    watched = watchLimiter(limiter);
    await watched.untilWell();
  });

  afterAll(() => limiter[Symbol.asyncDispose]());

  test("what is declared has no way back, nor what is gone, nor what would harm", async () => {
    const seen = await watched.look();
    const planOf = (action: string) =>
      actionOf(action).undo.plan(seen, { target: "node1", args: {} }).type;
    for (const action of ["start_member", "resume_member", "set_ttl", "save_redis"]) {
      expect(planOf(action)).toBe("unneeded");
    }
    for (const action of ["set_redis_setting", "turn_fail_open_off", "sync_node_clock"]) {
      expect(planOf(action)).toBe("unneeded");
    }
    expect(planOf("restore_key_schema")).toBe("unneeded");
    for (const action of ["restart_member", "reset_counter", "restore_limit", "kill_client"]) {
      expect(planOf(action)).toBe("none");
    }
    for (const action of ["kill_script", "clear_toxic", "remove_job", "lift_disturbances"]) {
      expect(planOf(action)).toBe("none");
    }
  });

  test("a restart is known by its member's start, a closed client by its absence", async () => {
    const sinceMs = Date.now();
    const { tookEffect } = actionOf("restart_member");
    const restart = (target: string) => ({ call: { target, args: {} }, sinceMs });
    const before = await watched.look();
    for (const name of ["redis", "node2"]) {
      expect(tookEffect?.(before, restart(name))).toMatchObject({ isMet: false });
    }
    expect(tookEffect?.(before, restart("proxy"))).toMatchObject({ isUnseen: true });
    await limiter.runtime.operate("node2", "kill");
    expect(tookEffect?.(await watched.look(), restart("node2"))).toMatchObject({ isUnseen: true });
    await limiter.runtime.operate("node2", "start");
    await watched.untilWell();
    expect(tookEffect?.(await watched.look(), restart("node2"))).toEqual({ isMet: true });
    const { tookEffect: isClosed } = actionOf("kill_client");
    const gone = { call: { target: "999999", args: {} }, sinceMs };
    expect(isClosed?.(await watched.look(), gone)).toEqual({ isMet: true });
  });
});
