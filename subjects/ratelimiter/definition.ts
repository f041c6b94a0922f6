// The rate limiter as a subject: what is observed of it, how it is run on this machine, broken and
// loaded. Members and the load generator are loaded when they run, so that looking does not pay.
import { OperatorError } from "../../src/domain/errors.ts";
import type { SubjectDefinition } from "../../src/domain/subject.ts";
import { limiterEndpoints } from "./endpoints.ts";
import { limiterFigures } from "./figures.ts";
import { limiterLocalPlan, runLimiterMember } from "./local.ts";

export const ratelimiter: SubjectDefinition = {
  name: "ratelimiter",
  describes: "a distributed rate limiter: nodes before one Redis",
  endpoints: limiterEndpoints,
  open() {
    throw new OperatorError("subject", "looking at the rate limiter is not possible yet");
  },
  runbooks: {},
  faults: [],
  figures: limiterFigures,
  local: limiterLocalPlan,
  runMember: runLimiterMember,
  async runWorkload() {
    throw new OperatorError("subject", "the rate limiter has no load yet");
  },
};
