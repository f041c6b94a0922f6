// Waits until a member that was started answers, and says why when it does not.
import type { OperatorError } from "../../domain/errors.ts";
import { failedStart, interruptedStart, LOG_LINES_SHOWN } from "../member-errors.ts";
import { askReady, placeOf } from "../ready-probe.ts";
import { untilReady } from "../until-ready.ts";
import { tailOfLog } from "./log-file.ts";
import { type LocalMember, stateOfRecord } from "./member.ts";
import { readLastExit, readProcess } from "./records.ts";

export interface Start {
  readonly member: LocalMember;
  readonly signal: AbortSignal;
  /** It was stopped for this: whoever does not want to wait any more has it started still. */
  readonly isOwed?: boolean;
}

/** Rejects as soon as the process ends, at the latest when the time is over. */
export async function awaitReady(start: Start): Promise<void> {
  const { member, signal } = start;
  const probe = member.subject.definition.local.readyProbe(member.plan);
  const look = async () => {
    if (stateOfRecord(await readProcess(member.paths)) === "stopped") throw await hasEnded(start);
    return askReady(probe, signal);
  };
  const failure = await untilReady(look, { clock: member.clock, signal });
  if (failure !== undefined) throw await notStarted(start, `${placeOf(probe)}: ${failure}`);
}

/** The error of a start that did not succeed, with the end of the member's log. */
export async function notStarted(start: Start, cause: string): Promise<OperatorError> {
  const { name, paths, subject } = start.member;
  const member = { subject: subject.topology.subject, name };
  if (start.signal.aborted) return interruptedStart(member);
  return failedStart({ ...member, cause, log: await tailOfLog(paths.log, LOG_LINES_SHOWN) });
}

async function hasEnded(start: Start): Promise<OperatorError> {
  const exit = (await readLastExit(start.member.paths)) ?? "gone";
  return notStarted(start, `it ended before it answered (${exit})`);
}
