// Waits until a member that was started answers, and says why when it does not.
import type { OperatorError } from "../../domain/errors.ts";
import { failedStart, interruptedStart, LOG_LINES_SHOWN } from "../member-errors.ts";
import { askReady, placeOf } from "../ready-probe.ts";
import { waitUntil } from "../wait-until.ts";
import { tailOfLog } from "./log-file.ts";
import { type LocalMember, stateOfRecord } from "./member.ts";
import { readLastExit, readProcess } from "./records.ts";

export interface Start {
  readonly member: LocalMember;
  readonly signal: AbortSignal;
  /** It was stopped for this: whoever does not want to wait any more has it started still. */
  readonly isOwed?: boolean;
}

/** A real store opens its files in seconds; on a slow disk in tens of them. */
const READY_WITHIN_MS = 30_000;

/** Rejects as soon as the process ends, at the latest when the time is over. */
export async function awaitReady(start: Start): Promise<void> {
  const { member, signal } = start;
  const probe = member.subject.definition.local.readyProbe(member.plan);
  let found = "not asked";
  const isReady = async () => {
    if (stateOfRecord(await readProcess(member.paths)) === "stopped") throw await hasEnded(start);
    const look = await askReady(probe, signal);
    found = look.found;
    return look.isReady;
  };
  const limits = { withinMs: READY_WITHIN_MS, clock: member.clock, signal };
  if (await waitUntil(isReady, limits)) return;
  const waited = `${READY_WITHIN_MS / 1000} s (${found})`;
  throw await notStarted(start, `no answer of ${placeOf(probe)} in ${waited}`);
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
