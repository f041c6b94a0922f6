// The subjects that the executable of the tests of crashes knows, in place of ours.
import { OperatorError } from "../../src/domain/errors.ts";
import type { EndpointPlan, SubjectDefinition } from "../../src/domain/subject.ts";
import { toy } from "../support/toy-subject.ts";
import { lamps } from "./lamps.ts";

export const SUBJECT_NAMES: readonly string[] = ["lamps", "toy"];
export const ENDPOINTS: readonly EndpointPlan[] = [];

export async function loadSubject(name: string): Promise<SubjectDefinition> {
  if (name === "lamps") return lamps;
  if (name === "toy") return toy;
  throw new OperatorError("usage", `unknown subject "${name}"`);
}
