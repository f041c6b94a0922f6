// The subjects that this executable knows. Removing a folder and its line here removes a subject.
import { OperatorError } from "../src/domain/errors.ts";
import type { SubjectDefinition } from "../src/domain/subject.ts";

const SUBJECTS: Readonly<Record<string, () => Promise<SubjectDefinition>>> = {
  tikv: async () => (await import("./tikv/definition.ts")).tikv,
};

export const SUBJECT_NAMES: readonly string[] = Object.keys(SUBJECTS);

/** Rejects with code "usage" and the valid names when there is no such subject. */
export async function loadSubject(name: string): Promise<SubjectDefinition> {
  const load = Object.hasOwn(SUBJECTS, name) ? SUBJECTS[name] : undefined;
  if (load) return load();
  const valid = SUBJECT_NAMES.join(", ");
  throw new OperatorError("usage", `unknown subject "${name}": one of ${valid}`);
}
