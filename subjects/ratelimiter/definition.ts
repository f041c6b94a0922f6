// The rate limiter as a subject: what is observed of it, how it is run on this machine, broken and
// loaded. Members and the load generator are loaded when they run, so that looking does not pay.
import type {
  RunProgramOptions,
  SubjectDefinition,
  WorkloadOptions,
} from "../../src/domain/subject.ts";
import { limiterDocker } from "./docker.ts";
import { limiterEndpoints } from "./endpoints.ts";
import { limiterFaults } from "./faults/all.ts";
import { limiterFigures } from "./figures.ts";
import { limiterLocalPlan } from "./local.ts";
import { runLimiterMember } from "./run-member.ts";
import { limiterRunbooks } from "./runbooks/all.ts";
import { openRateLimiter } from "./subject.ts";

export const ratelimiter: SubjectDefinition = {
  name: "ratelimiter",
  describes: "a distributed rate limiter: nodes before one Redis",
  endpoints: limiterEndpoints,
  open: openRateLimiter,
  runbooks: limiterRunbooks,
  faults: limiterFaults,
  figures: limiterFigures,
  local: limiterLocalPlan,
  savesAtEnd: {
    redis: async (member) => (await import("./redis/loss-at-end.ts")).lossAtEnd(member),
  },
  docker: limiterDocker,
  runMember: runLimiterMember,
  runProgram,
  runWorkload,
};

async function runProgram(options: RunProgramOptions): Promise<number> {
  return (await import("./program.ts")).runLimiterProgram(options);
}

async function runWorkload(options: WorkloadOptions): Promise<number> {
  return (await import("./workload/main.ts")).runWorkload(options);
}
