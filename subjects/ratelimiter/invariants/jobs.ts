// Whether only the declared maintenance jobs run.

import { holds, judgeRead, unknown, violated } from "../../../src/domain/opinion.ts";
import type { LimiterObservation } from "../observation.ts";
import { sayUndeclaredJobs } from "../observe/members.ts";
import { overLimit } from "./canary.ts";
import { judgeOne, type LimiterInvariant } from "./judge.ts";
import { clientsExhausted, redisSlow } from "./redis-answers.ts";

/** What such a job may do to Redis. Their tickets name it. */
const HARMS = [redisSlow, clientsExhausted, overLimit];

export const undeclaredJob: LimiterInvariant = {
  name: "undeclared_job",
  describes: "No maintenance job runs that was not declared.",
  severity: "warning",
  // Long enough that the harm of a harmful one is told first.
  forMs: 15_000,
  settleMs: 3_000,
  judge: ({ current }) => {
    if (current.jobs === null) return [];
    const { declared } = current;
    return judgeOne(
      "jobs",
      judgeRead(current.jobs.value, (found) => {
        const undeclared = sayUndeclaredJobs(found, declared.jobs);
        const names = Object.keys(undeclared);
        if (names.length === 0) return holds("only declared ones run");
        const harm = harmDone(current);
        if (harm !== undefined) return unknown(`${harm} names ${names.join(", ")}`);
        return violated(`nobody declared ${names.join(", ")}`, { undeclared_jobs: undeclared });
      }),
    );
  },
};

function harmDone(current: LimiterObservation): string | undefined {
  const done = HARMS.find((harm) =>
    harm.judge({ current, previous: undefined }).some(({ state }) => state === "violated"),
  );
  return done?.name;
}
