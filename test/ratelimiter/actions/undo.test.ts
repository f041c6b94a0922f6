// The ways back of the limiter's actions, on a running limiter: what is put back is what was there.
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { readValue } from "../../../src/domain/observation.ts";
import { systemClock as clock } from "../../../src/infra/clock.ts";
import type { Job } from "../../../subjects/ratelimiter/declared.ts";
import type { LimiterObservation } from "../../../subjects/ratelimiter/observation.ts";
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

/** What it would take to take the action back, said before it runs. */
async function undoOf(name: string, target: string, args = {}) {
  return actionOf(name).undo.plan(await watched.look(), { target, args });
}

function settingsOf({ nodes }: LimiterObservation, name: string) {
  const node = nodes.find((one) => one.name === name);
  return node && readValue(node.settings);
}

describe.skipIf(!hasRedis)(`the ways back${why}`, () => {
  beforeAll(async () => {
    limiter = await startLiveLimiter();
    watched = watchLimiter(limiter);
    await watched.untilWell();
  });

  afterAll(() => limiter[Symbol.asyncDispose]());

  test("a node's setting is put back as it was", async () => {
    await watched.act("put_back_node_setting", "node1", { setting: "fail_mode", value: "open" });
    const undo = await undoOf("turn_fail_open_off", "node1");
    await watched.act("turn_fail_open_off", "node1");
    expect(settingsOf(await watched.look(), "node1")).toMatchObject({ failMode: "closed" });
    if (undo.type !== "call") throw new Error(undo.reason);
    expect(undo.call).toMatchObject({ action: "put_back_node_setting", target: "node1" });
    await watched.act(undo.call.action, undo.call.target, undo.call.args);
    expect(settingsOf(await watched.look(), "node1")).toMatchObject({ failMode: "open" });
    await watched.act("turn_fail_open_off", "node1");
    const other = { setting: "boot_id", value: "x" };
    const refused = watched.act("put_back_node_setting", "node1", other);
    await expect(refused).rejects.toThrow("no node has such a setting");
  });

  test("a job is put back as it was listed", async () => {
    const job: Job = { name: "extra", type: "command", every_ms: 60_000, command: ["DBSIZE"] };
    await watched.act("put_back_job", "extra", { job });
    const undo = await undoOf("remove_job", "extra");
    await watched.act("remove_job", "extra");
    if (undo.type !== "call") throw new Error(undo.reason);
    expect(undo.call).toEqual({ action: "put_back_job", target: "extra", args: { job } });
    await watched.act(undo.call.action, undo.call.target, undo.call.args);
    const { jobs } = await watched.look();
    const listed = jobs && readValue(jobs.value)?.find((one) => one.job.name === "extra");
    expect(listed?.job).toEqual(job);
    await watched.act("remove_job", "extra");
    const strange = watched.act("put_back_job", "other", { job });
    await expect(strange).rejects.toThrow("that is no job");
  });

  test("what is declared has no way back, nor what is gone, nor what would harm", async () => {
    const seen = await watched.look();
    const planOf = (action: string) =>
      actionOf(action).undo.plan(seen, { target: "node1", args: {} }).type;
    for (const action of ["start_member", "resume_member", "set_ttl", "save_redis"]) {
      expect(planOf(action)).toBe("unneeded");
    }
    expect(planOf("set_redis_setting")).toBe("unneeded");
    for (const action of ["restart_member", "reset_counter", "restore_limit", "kill_client"]) {
      expect(planOf(action)).toBe("none");
    }
    for (const action of ["kill_script", "clear_toxic", "lift_disturbances"]) {
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
