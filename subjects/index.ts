// The subjects that this executable knows. Removing a folder and its line here removes a subject.
import { OperatorError } from "../src/domain/errors.ts";
import type { EndpointPlan, SubjectDefinition } from "../src/domain/subject.ts";
import { limiterEndpoints } from "./ratelimiter/endpoints.ts";
import { tikvEndpoints } from "./tikv/endpoints.ts";

interface SubjectEntry {
  readonly endpoints: readonly EndpointPlan[];
  readonly load: () => Promise<SubjectDefinition>;
}

const SUBJECTS: Readonly<Record<string, SubjectEntry>> = {
  tikv: {
    endpoints: tikvEndpoints,
    load: async () => (await import("./tikv/definition.ts")).tikv,
  },
  ratelimiter: {
    endpoints: limiterEndpoints,
    load: async () => (await import("./ratelimiter/definition.ts")).ratelimiter,
  },
};

export const SUBJECT_NAMES: readonly string[] = Object.keys(SUBJECTS);

/** Of every subject. */
export const ENDPOINTS: readonly EndpointPlan[] = Object.values(SUBJECTS).flatMap(
  ({ endpoints }) => endpoints,
);

/** Rejects with code "usage" and the valid names when there is no such subject. */
export async function loadSubject(name: string): Promise<SubjectDefinition> {
  const entry = Object.hasOwn(SUBJECTS, name) ? SUBJECTS[name] : undefined;
  if (entry) return entry.load();
  const valid = SUBJECT_NAMES.join(", ");
  throw new OperatorError("usage", `unknown subject "${name}": one of ${valid}`);
}
