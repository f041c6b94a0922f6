// Maintenance jobs as a process, on a real Redis: the kinds, the list that outlives it, the names
// that CLIENT LIST shows.
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import type { Json } from "../../../src/domain/json.ts";
import { DECLARED_JOBS } from "../../../subjects/ratelimiter/declared.ts";
import {
  jobRemovedAnswerSchema,
  jobStatusSchema,
  jobsAnswerSchema,
} from "../../../subjects/ratelimiter/jobs/answers.ts";
import { eventually } from "../../support/eventually.ts";
import { type LiveLimiter, startLiveLimiter } from "../../support/live-limiter.ts";
import { hasRedis } from "../../support/real-redis.ts";

setDefaultTimeout(60_000);

const why = hasRedis ? "" : " (skipped: neither redis-server nor valkey-server is on PATH)";
const DECLARED = DECLARED_JOBS.map(({ name }) => name).sort();
let limiter: LiveLimiter;

describe.skipIf(!hasRedis)(`the job runner${why}`, () => {
  beforeAll(async () => {
    limiter = await startLiveLimiter();
  });

  afterAll(() => limiter[Symbol.asyncDispose]());

  test("declared jobs run from the start, each on a connection in its name", async () => {
    await eventually(async () => (await jobs()).every(({ runs }) => runs > 0), "all have run");
    expect((await jobs()).map(({ job }) => job.name)).toEqual(DECLARED);
    expect((await jobs()).map(({ last_error }) => last_error)).toEqual(DECLARED.map(() => null));
    expect(await clientNames()).toEqual(DECLARED.map((name) => `job:${name}`));
  });

  test("a job repeats its command after Redis and after its own process were killed", async () => {
    await put("count", { type: "command", every_ms: 100, command: ["INCR", "counted"] });
    await untilCounted();
    await limiter.runtime.operate("redis", "kill");
    await eventually(async () => (await status("count"))?.last_error !== null, "it fails");
    await limiter.runtime.operate("redis", "start");
    await untilCounted();
    await limiter.runtime.operate("jobs", "kill");
    await limiter.redis("DEL", "counted");
    await limiter.runtime.operate("jobs", "start");
    await untilCounted();
    expect((await jobs()).length).toBe(DECLARED.length + 1);
    expect((await remove("count")).removed).toBe(true);
    expect((await remove("count")).removed).toBe(false);
    await limiter.redis("DEL", "counted");
    await eventually(async () => !(await clientNames()).includes("job:count"), "it is gone");
    expect(await limiter.redis("EXISTS", "counted")).toBe(0);
  });

  test("connections are held, made again when killed, and let go with the job", async () => {
    await put("hold", { type: "connections", connections: 5 });
    const held = async () => (await clientNames()).filter((name) => name === "job:hold").length;
    await eventually(async () => (await held()) === 5, "five are open");
    const list = String(await limiter.redis("CLIENT", "LIST"));
    const id = /id=(\d+) [^\n]*name=job:hold/.exec(list)?.[1] ?? "";
    await limiter.redis("CLIENT", "KILL", "ID", id);
    await eventually(async () => (await held()) === 5, "the killed one is made again");
    expect(String(await limiter.redis("CLIENT", "LIST"))).not.toContain(`id=${id} `);
    await remove("hold");
    await eventually(async () => (await held()) === 0, "all are closed");
  });

  test("a command that Redis refuses is told, and tried again", async () => {
    await put("wrong", { type: "command", every_ms: 100, command: ["NOSUCH"] });
    const found = await eventually(async () => {
      const now = await status("wrong");
      return now && now.runs > 1 ? now : undefined;
    }, "it ran twice");
    expect(found.last_error).toContain("unknown command");
    await remove("wrong");
  });

  test("told to stop, it ends in good order and its connections with it", async () => {
    const stopped = await limiter.runtime.operate("jobs", "stop");
    expect(stopped.lastExit).toBe("exit code 0");
    await eventually(async () => (await clientNames()).length === 0, "no job is connected");
    await limiter.runtime.operate("jobs", "start");
  });

  test("what is no job is refused and not kept", async () => {
    await expect(put("x", { type: "command", every_ms: 1, command: ["PING"] })).rejects.toThrow(
      "400",
    );
    await expect(put("x", { type: "shell" })).rejects.toThrow("400");
    await expect(put("x", "PING")).rejects.toThrow("400");
    expect((await jobs()).map(({ job }) => job.name)).toEqual(DECLARED);
    expect((await fetch(`${limiter.site.jobs?.url}/api/jobs`)).status).toBe(401);
  });
});

function put(name: string, body: Json) {
  const call = { method: "PUT", path: `/api/jobs/${name}`, body } as const;
  return limiter.ask("jobs", { ...call, schema: jobStatusSchema });
}

function remove(name: string) {
  const call = { method: "DELETE", path: `/api/jobs/${name}` } as const;
  return limiter.ask("jobs", { ...call, schema: jobRemovedAnswerSchema });
}

async function jobs() {
  return (await limiter.ask("jobs", { path: "/api/jobs", schema: jobsAnswerSchema })).jobs;
}

async function status(name: string) {
  return (await jobs()).find(({ job }) => job.name === name);
}

async function untilCounted(): Promise<void> {
  const before = Number(await limiter.redis("GET", "counted"));
  const now = async () => Number(await limiter.redis("GET", "counted"));
  await eventually(async () => (await now()) > before + 1, "it counts");
}

/** Of jobs, sorted. */
async function clientNames(): Promise<readonly string[]> {
  const list = String(await limiter.redis("CLIENT", "LIST"));
  return [...list.matchAll(/name=(job:\S+)/g)].map(([, name = ""]) => name).sort();
}
