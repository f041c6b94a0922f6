// What clients are told is wrong: a symptom. Its cause is looked for among what else is violated.
import type { RunbookTicket } from "../../../src/domain/runbook.ts";
import { diagnose } from "../../../src/runbooks/diagnosis.ts";
import type { Seen } from "../../../src/runbooks/repair.ts";
import {
  type Ending,
  lineOf,
  lookAtVerdicts,
  noActionNeeded,
  ownVerdict,
  type SeenVerdict,
  type Steps,
  tryTwice,
} from "../../../src/runbooks/steps.ts";
import { dropAhead, restoreLimit } from "./counters.ts";
import { wordsIn } from "./evidence.ts";
import { type Jobs, removeJobs } from "./jobs.ts";
import { restoreSchema, turnFailOpenOff } from "./nodes.ts";
import { restorePolicy } from "./redis-settings.ts";

export const findWhoAllows = tryTwice((ticket) => allowedTooMuch(ticket));
export const findWhoDenies = tryTwice((ticket) => deniedTooMuch(ticket));

type RepairOfCause = (seen: Seen) => Steps<Ending>;

/** The first that is violated is taken for the cause. */
const CAUSES_OF_ALLOWING: Readonly<Record<string, RepairOfCause>> = {
  schema_differs: restoreSchema,
  limit_drift: restoreLimit,
  eviction_forgets: restorePolicy,
  fail_open_in_force: turnFailOpenOff,
};
const CAUSES_OF_DENYING: Readonly<Record<string, RepairOfCause>> = {
  counter_drift: dropAhead,
  limit_drift: restoreLimit,
};
/** Of one key: that of another is not the cause. */
const CAUSES_IN_KEY = ["counter_drift", "limit_drift"];

/** Commands that a job may run, after which counters are gone. */
const FORGETS = /^(?:FLUSHALL|FLUSHDB|DEL|UNLINK|EVAL|ZREM\w*|EXPIRE|PEXPIRE|RENAME|RESTORE) /i;

/**
 * That the ticket's own invariant holds in one look means little: more than the limit is seen over
 * many looks only. A cause that is there still is repaired.
 */
function* allowedTooMuch(ticket: RunbookTicket): Steps<Ending> {
  const verdicts = yield* lookAtVerdicts(ticket, `${lineOf(ticket.reason)}. What else is wrong?`);
  const cause = causeAmong(CAUSES_OF_ALLOWING, { ticket, verdicts });
  if (cause) return yield* cause();
  const jobs = forgettingJobs(verdicts);
  if (Object.keys(jobs).length > 0) return yield* removeJobs(ticket, jobs);
  return yield* concludeWithoutCause(ticket, verdicts);
}

function* deniedTooMuch(ticket: RunbookTicket): Steps<Ending> {
  const verdicts = yield* lookAtVerdicts(ticket, `${lineOf(ticket.reason)}. What else is wrong?`);
  const cause = causeAmong(CAUSES_OF_DENYING, { ticket, verdicts });
  return cause ? yield* cause() : yield* concludeWithoutCause(ticket, verdicts);
}

function* concludeWithoutCause(
  ticket: RunbookTicket,
  verdicts: readonly SeenVerdict[] | undefined,
): Steps<Ending> {
  const own = ownVerdict(ticket, verdicts);
  if (own?.state === "holds") return noActionNeeded(ticket, own);
  return yield* diagnose(ticket, "Nothing seen explains it: hold the answers against the counter.");
}

function causeAmong(
  causes: Readonly<Record<string, RepairOfCause>>,
  {
    ticket,
    verdicts = [],
  }: { readonly ticket: RunbookTicket; readonly verdicts: readonly SeenVerdict[] | undefined },
): (() => Steps<Ending>) | undefined {
  for (const [invariant, repair] of Object.entries(causes)) {
    const isMeant = (verdict: SeenVerdict) =>
      verdict.invariant === invariant &&
      verdict.state === "violated" &&
      (verdict.entity === ticket.entity || !CAUSES_IN_KEY.includes(invariant));
    const own = verdicts.find(isMeant);
    if (own) return () => repair({ ticket, verdicts, own });
  }
  return undefined;
}

/** Whichever verdict names them: that of undeclared jobs is silent while a harm is told of. */
function forgettingJobs(verdicts: readonly SeenVerdict[] = []): Jobs {
  const named = verdicts
    .filter(({ state }) => state === "violated")
    .flatMap(({ evidence }) => Object.entries(wordsIn(evidence.undeclared_jobs)));
  return Object.fromEntries(named.filter(([, does]) => FORGETS.test(does)));
}
