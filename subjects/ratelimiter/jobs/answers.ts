// What the job runner answers and takes on its control port, as schemas. Every call below /api
// needs the token: `Authorization: Bearer …`.
//   GET    /live              200 as long as the process serves
//   GET    /api/jobs          every job, declared or not, and how it goes
//   PUT    /api/jobs/{name}   a job, in place of one of that name
//   DELETE /api/jobs/{name}   200 also when there was none
import { z } from "zod";
import { jobSchema } from "../declared.ts";

/** Connections of a job carry this name in CLIENT LIST. */
export function clientNameOf(job: string): string {
  return `job:${job}`;
}

export const jobStatusSchema = z.object({
  job: jobSchema,
  /** Since this process started. */
  runs: z.int().min(0),
  last_run_ms: z.int().nullable(),
  /** Of the last run; null when it went well. */
  last_error: z.string().nullable(),
  /** To Redis, open now. */
  connections: z.int().min(0),
});

/** GET /api/jobs, by name. PUT answers the one status. */
export const jobsAnswerSchema = z.object({ jobs: z.array(jobStatusSchema) });

export const jobRemovedAnswerSchema = z.object({ name: z.string(), removed: z.boolean() });

export type JobStatus = z.infer<typeof jobStatusSchema>;
