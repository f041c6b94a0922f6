// The member "jobs": maintenance that runs against Redis from outside the limiter, again and again.
// The list is kept in a file, so that a restart neither loses nor forgives a job.
import { join } from "node:path";
import { z } from "zod";
import {
  type ControlPort,
  type ControlRoute,
  serveControl,
  untilAborted,
} from "../control-server.ts";
import { DECLARED_JOBS, type Job, jobSchema } from "../declared.ts";
import { createKeeper, readKept } from "../kept-json.ts";
import { type JobWorld, type RunningJob, startJob } from "./running-job.ts";

export interface JobsOptions extends ControlPort, JobWorld {
  /** jobs.json lies here. */
  readonly dataDir: string;
  readonly signal: AbortSignal;
}

/** Until the signal aborts. Resolves with the exit code. */
export async function runJobs(options: JobsOptions): Promise<number> {
  const { dataDir, signal, log } = options;
  const file = join(dataDir, "jobs.json");
  const kept = await readKept(file, { schema: z.array(jobSchema), whenMissing: DECLARED_JOBS });
  using schedule = new Schedule(options);
  for (const job of kept) schedule.put(job);
  const keep = createKeeper(file, () => schedule.jobs.map(({ job }) => job));
  await keep();
  using _control = serveControl(options, routesOf(schedule, keep));
  log(`jobs: ${kept.map(({ name }) => name).join(", ")}`);
  await untilAborted(signal);
  return 0;
}

/** What runs now, by name. */
class Schedule implements Disposable {
  readonly #world: JobWorld;
  readonly #running = new Map<string, RunningJob>();

  constructor(world: JobWorld) {
    this.#world = world;
  }

  get jobs(): readonly RunningJob[] {
    return [...this.#running.values()].sort((left, right) =>
      left.job.name < right.job.name ? -1 : 1,
    );
  }

  /** The same job again goes on as it is; another one of its name takes its place. */
  put(job: Job): RunningJob {
    const before = this.#running.get(job.name);
    if (before && Bun.deepEquals(before.job, job)) return before;
    this.remove(job.name);
    const running = startJob(job, this.#world);
    this.#running.set(job.name, running);
    return running;
  }

  /** False when there is none. */
  remove(name: string): boolean {
    this.#running.get(name)?.[Symbol.dispose]();
    return this.#running.delete(name);
  }

  [Symbol.dispose](): void {
    for (const name of [...this.#running.keys()]) this.remove(name);
  }
}

function routesOf(schedule: Schedule, keep: () => Promise<void>): readonly ControlRoute[] {
  const jobPath = /^\/api\/jobs\/([^/]+)$/;
  return [
    {
      method: "GET",
      path: /^\/api\/jobs$/,
      answer: async () => ({ jobs: schedule.jobs.map((running) => running.status()) }),
    },
    {
      method: "PUT",
      path: jobPath,
      async answer([name = ""], body) {
        const job = jobSchema.parse({ ...z.looseObject({}).parse(body), name });
        const running = schedule.put(job);
        await keep();
        return running.status();
      },
    },
    {
      method: "DELETE",
      path: jobPath,
      async answer([name = ""]) {
        const isRemoved = schedule.remove(name);
        await keep();
        return { name, removed: isRemoved };
      },
    },
  ];
}
