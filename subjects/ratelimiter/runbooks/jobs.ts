// Redis held up, full of clients, or worked on by a maintenance job that nobody declared: who does
// it is found out first, for what a job did it does again until the job is gone.
import type { RunbookTicket } from "../../../src/domain/runbook.ts";
import { diagnose } from "../../../src/runbooks/diagnosis.ts";
import { reviveMember } from "../../../src/runbooks/members.ts";
import {
  change,
  changeAll,
  changeOrDiagnose,
  repairIfViolated,
  type Seen,
} from "../../../src/runbooks/repair.ts";
import {
  type Ending,
  lineOf,
  lookAtMembers,
  type SeenVerdict,
  type Steps,
  tryTwice,
} from "../../../src/runbooks/steps.ts";
import { namesIn, wordsIn } from "./evidence.ts";
import { isLoading, waitForLoading } from "./loading.ts";

export const freeRedis = tryTwice(function* (ticket) {
  const members = yield* lookAtMembers(ticket, `${lineOf(ticket.reason)}. Does its process run?`);
  const redis = members?.find(({ name }) => name === ticket.entity);
  if (redis && redis.state !== "running") return yield* reviveMember(ticket, redis);
  return yield* repairIfViolated(ticket, endWhatHoldsUp);
});
export const freeClients = tryTwice((ticket) => repairIfViolated(ticket, endHoarding));
export const removeUndeclared = tryTwice((ticket) => repairIfViolated(ticket, removeAll));

/** How a job's connections to Redis are named. */
const CLIENT_PREFIX = "job:";

/** Name to what it does. */
export type Jobs = Readonly<Record<string, string>>;

/** Their list is declared: what is not on it does not belong there. */
export function* removeJobs(ticket: RunbookTicket, jobs: Jobs): Steps<Ending> {
  const changes = Object.entries(jobs).map(([name, does]) => ({
    rootCause: `A job that nobody declared, ${name}: ${does}.`,
    action: "remove_job",
    target: name,
    thought: `${name} (${does}) was declared by nobody. While it is there, it does this again.`,
    reason: lineOf(ticket.reason),
  }));
  return yield* changeAll(ticket, { changes, advice: "Which jobs these are was not told." });
}

function* removeAll({ ticket, own }: Seen): Steps<Ending> {
  return yield* removeJobs(ticket, wordsIn(own.evidence.undeclared_jobs));
}

/** A job that was seen at it goes; a script of anybody else is ended once. */
function* endWhatHoldsUp({ ticket, verdicts, own }: Seen): Steps<Ending> {
  if (isLoading(own)) return yield* waitForLoading({ ticket, verdicts, own }, endWhatHoldsUp);
  const { undeclared_jobs: undeclared, slow_commands: slow, refusal } = own.evidence;
  const seen = namesIn(slow);
  const isBlamed = (name: string) =>
    seen.length === 0 || seen.some((words) => words.includes(`${CLIENT_PREFIX}${name} `));
  const jobs = filterNames(wordsIn(undeclared), isBlamed);
  if (Object.keys(jobs).length > 0) return yield* removeJobs(ticket, jobs);
  if (refusal === "busy") {
    return yield* change({
      rootCause: `A script held Redis up: ${lineOf(own.reason)}.`,
      action: "kill_script",
      target: ticket.entity,
      thought: "No job that is not declared does this. The script is ended, once.",
      reason: lineOf(own.reason),
    });
  }
  return yield* diagnose(ticket, "Look at SLOWLOG and at the machine; do not restart it for this.");
}

/** By the names of the connections; where Redis tells them to nobody, whoever is undeclared. */
function* endHoarding({ ticket, own }: Seen): Steps<Ending> {
  const { undeclared_jobs: undeclared, clients } = own.evidence;
  const names = namesOfClients(clients);
  const isBlamed = (name: string) =>
    names.length === 0 || names.includes(`${CLIENT_PREFIX}${name}`);
  const jobs = filterNames(wordsIn(undeclared), isBlamed);
  if (Object.keys(jobs).length > 0) return yield* removeJobs(ticket, jobs);
  return yield* restoreBound(ticket, own);
}

function* restoreBound(ticket: RunbookTicket, own: SeenVerdict): Steps<Ending> {
  return yield* changeOrDiagnose(ticket, {
    change: {
      rootCause: `More clients than Redis, as it is set, lets in: ${lineOf(own.reason)}.`,
      action: "set_redis_setting",
      target: "maxclients",
      thought: "No job hoards connections. Is its bound the declared one?",
      reason: lineOf(own.reason),
    },
    advice: "Its bound is the declared one: close connections of whoever has the most of them.",
  });
}

function namesOfClients(clients: SeenVerdict["evidence"][string] | undefined): readonly string[] {
  const isCounted = typeof clients === "object" && clients !== null && !Array.isArray(clients);
  return isCounted ? Object.keys(clients) : [];
}

function filterNames(jobs: Jobs, isMeant: (name: string) => boolean): Jobs {
  return Object.fromEntries(Object.entries(jobs).filter(([name]) => isMeant(name)));
}
