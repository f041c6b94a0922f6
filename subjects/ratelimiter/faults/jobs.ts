// Maintenance jobs that nobody declared. What they do to Redis they do again after every restart,
// of Redis as of their own process, until they are removed.

import { z } from "zod";
import type { ActionContext } from "../../../src/domain/action.ts";
import type { FaultPlan } from "../../../src/domain/fault.ts";
import { readValue } from "../../../src/domain/observation.ts";
import { callControl } from "../change/control.ts";
import { type Job, jobSchema } from "../declared.ts";
import {
  type JobStatus,
  jobRemovedAnswerSchema,
  jobStatusSchema,
  jobsAnswerSchema,
} from "../jobs/answers.ts";
import { detailsOf, doingOf, type LimiterFault, pickOne, siteFor, untilStruck } from "./struck.ts";

/**
 * Busy for about a second by Redis's clock, and bounded by its count where that clock stands still
 * during a script (from Redis 7.2 on).
 */
const ROLLUP_SCRIPT = `-- ratelimiter:rollup
local time = redis.call('TIME')
local ends_us = time[1] * 1000000 + time[2] + 1200000
local rounds = 0
repeat
  rounds = rounds + 1
  time = redis.call('TIME')
until time[1] * 1000000 + time[2] >= ends_us or rounds >= 1500000
return rounds
`;

export const flushall = jobFault({
  name: "flushall",
  describes: "A clean-up job that somebody added runs FLUSHALL every second.",
  job: { name: "nightly-cleanup", type: "command", every_ms: 1_000, command: ["FLUSHALL"] },
  struck: { what: "the job ran", isSo: hasRun },
  causes: { invariant: "over_limit", entity: "canary.spent" },
});

export const blockingScript = jobFault({
  name: "blocking_script",
  describes: "A report job runs a script that holds Redis up for a second, again and again.",
  job: {
    name: "usage-rollup",
    type: "command",
    every_ms: 200,
    command: ["EVAL", ROLLUP_SCRIPT, "0"],
  },
  struck: { what: "the script ran", isSo: hasRun },
  causes: { invariant: "redis_slow", entity: "redis" },
});

export const maxclients = jobFault({
  name: "maxclients",
  describes: "A job opens connections to Redis until it refuses more, and keeps them.",
  job: { name: "connection-warmup", type: "connections", connections: 10_000 },
  struck: {
    what: "redis refused a connection",
    isSo: ({ connections, last_error }) => connections > 0 && last_error !== null,
  },
  causes: { invariant: "clients_exhausted", entity: "redis" },
});

const detailsSchema = z.object({ job: jobSchema });

interface JobFault {
  readonly name: string;
  readonly describes: string;
  readonly job: Job;
  readonly struck: { readonly what: string; readonly isSo: (status: JobStatus) => boolean };
  /** The harm that names the job. */
  readonly causes: { readonly invariant: string; readonly entity: string };
}

function jobFault({ name, describes, job, struck, causes }: JobFault): LimiterFault {
  return {
    name,
    describes,
    plan({ redis, jobs }, random) {
      const known = jobs && readValue(jobs.value)?.map((one) => one.job.name);
      // One of that name is somebody's already, and would be healed away.
      const isFree = known?.includes(job.name) === false;
      const isWell = readValue(redis.liveness)?.state === "answers" && isFree;
      const target = pickOne(isWell ? ["redis"] : [], { fault: name, random });
      return { fault: name, targets: [target], details: { job } };
    },
    async inject(plan, context) {
      const isSo = async () => struck.isSo(await putJob(plan, context));
      await untilStruck(plan, context, { what: struck.what, isSo });
    },
    heal: removeJob,
    expects: () => [causes],
  };
}

function hasRun({ runs, last_error }: JobStatus): boolean {
  return runs > 0 && last_error === null;
}

/** One that runs already goes on as it is, and tells how. */
async function putJob(plan: FaultPlan, context: ActionContext): Promise<JobStatus> {
  const { job } = detailsOf(plan, detailsSchema);
  return callControl({
    ...callOf(plan, context),
    method: "PUT",
    body: job,
    schema: jobStatusSchema,
  });
}

async function removeJob(plan: FaultPlan, context: ActionContext): Promise<readonly string[]> {
  const { job } = detailsOf(plan, detailsSchema);
  const { jobs } = await callControl({
    ...callOf(plan, context),
    url: `${siteFor(plan, context).jobs?.url}/api/jobs`,
    schema: jobsAnswerSchema,
  });
  const found = jobs.find((one) => one.job.name === job.name);
  if (!found) return [];
  if (!Bun.deepEquals(found.job, job)) return [`the job ${job.name}`];
  await callControl({
    ...callOf(plan, context),
    method: "DELETE",
    schema: jobRemovedAnswerSchema,
  });
  return [];
}

function callOf(plan: FaultPlan, context: ActionContext) {
  const site = siteFor(plan, context);
  const { job } = detailsOf(plan, detailsSchema);
  const url = `${site.jobs?.url}/api/jobs/${job.name}`;
  return { site, doing: doingOf(plan), url, signal: context.signal };
}
