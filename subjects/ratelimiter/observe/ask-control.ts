// The proxy and the job runner, on their control ports.
import type { z } from "zod";
import { unreachable } from "../../../src/domain/errors.ts";
import { mapRead } from "../../../src/domain/observation.ts";
import { jobsAnswerSchema } from "../jobs/answers.ts";
import type { HelperSighting, JobReading, LinkReading } from "../observation.ts";
import { linksAnswerSchema, type Toxic } from "../proxy/answers.ts";
import { ask, type LookContext, livenessOf, parseAnswer } from "./probe.ts";
import type { HelperSite } from "./site.ts";

export async function askProxy(
  context: LookContext,
  site: HelperSite | null,
): Promise<HelperSighting<readonly LinkReading[]> | null> {
  return askHelper(context, {
    url: site && `${site.url}/api/links`,
    schema: linksAnswerSchema,
    read: ({ links }) =>
      links.map(({ node, connections, toxics }) => ({
        node,
        connections,
        toxics: toxics.map(({ name, toxic }) => ({ name, detail: sayToxic(toxic) })),
      })),
  });
}

export async function askJobs(
  context: LookContext,
  site: HelperSite | null,
): Promise<HelperSighting<readonly JobReading[]> | null> {
  return askHelper(context, {
    url: site && `${site.url}/api/jobs`,
    schema: jobsAnswerSchema,
    read: ({ jobs }) =>
      jobs.map(({ job, runs, last_error, connections }) => ({
        job,
        runs,
        lastError: last_error,
        connections,
      })),
  });
}

interface HelperQuestion<S extends z.ZodType, T> {
  readonly url: string | null;
  readonly schema: S;
  readonly read: (answer: z.infer<S>) => T;
}

async function askHelper<S extends z.ZodType, T>(
  context: LookContext,
  { url, schema, read }: HelperQuestion<S, T>,
): Promise<HelperSighting<T> | null> {
  if (url === null) return null;
  const answer = await ask(context, { url });
  return { liveness: livenessOf(answer), value: mapRead(parseAnswer(answer, { schema }), read) };
}

function sayToxic(toxic: Toxic): string {
  switch (toxic.type) {
    case "latency":
      return `latency ${toxic.latency_ms} ms ± ${toxic.jitter_ms} ms`;
    case "silence":
      return "nothing comes through";
    case "cut":
      return "connections are closed";
    default:
      return unreachable(toxic);
  }
}
