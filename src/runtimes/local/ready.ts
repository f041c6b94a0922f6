// Waits until a member that was started answers, and says why when it does not.
import { OperatorError } from "../../domain/errors.ts";
import type { ReadyProbe } from "../../domain/subject.ts";
import { exchange } from "../../infra/exchange.ts";
import { request } from "../../infra/http.ts";
import { tailOfLog } from "./log-file.ts";
import { type LocalMember, stateOfRecord, waitUntil } from "./member.ts";
import { readLastExit, readProcess } from "./records.ts";

export interface Start {
  readonly member: LocalMember;
  readonly signal: AbortSignal;
}

/** A real store opens its files in seconds; on a slow disk in tens of them. */
const READY_WITHIN_MS = 30_000;
const PROBE_DEADLINE_MS = 1_000;
const PROBE_BYTES_MAX = 1_000_000;
const LOG_LINES_SHOWN = 8;

/** Rejects as soon as the process ends, at the latest when the time is over. */
export async function awaitReady(start: Start): Promise<void> {
  const { member, signal } = start;
  const probe = member.subject.definition.local.readyProbe(member.plan);
  let found = "not asked";
  const isReady = async () => {
    if (stateOfRecord(await readProcess(member.paths)) === "stopped") throw await hasEnded(start);
    const look = await ask(probe, signal);
    found = look.found;
    return look.isReady;
  };
  const limits = { withinMs: READY_WITHIN_MS, clock: member.clock, signal };
  if (await waitUntil(isReady, limits)) return;
  const where = `127.0.0.1:${probe.port}${"path" in probe ? probe.path : ""}`;
  throw await notStarted(start, `no answer of ${where} in ${READY_WITHIN_MS / 1000} s (${found})`);
}

/** The error of a start that did not succeed, with the end of the member's log. */
export async function notStarted(start: Start, cause: string): Promise<OperatorError> {
  const { name, paths, subject } = start.member;
  const doing = `starting ${name} of ${subject.topology.subject}`;
  if (start.signal.aborted) return new OperatorError("interrupted", `${doing}: interrupted`);
  const log = await tailOfLog(paths.log, LOG_LINES_SHOWN);
  const shown = log === "" ? "its log is empty" : `the end of its log:\n${indent(log)}`;
  return new OperatorError("runtime", `${doing}: ${cause}; ${shown}`, {
    hint: `operator subject logs ${subject.topology.subject} ${name}`,
  });
}

interface Look {
  readonly isReady: boolean;
  /** For a person, when it never becomes ready. */
  readonly found: string;
}

async function ask(probe: ReadyProbe, signal: AbortSignal): Promise<Look> {
  const limits = { signal, deadlineMs: PROBE_DEADLINE_MS };
  if ("send" in probe) {
    const answer = await exchange({ port: probe.port, send: probe.send, ...limits });
    if (answer.state === "failed") return { isReady: false, found: answer.reason };
    return { isReady: answer.text.startsWith(probe.expects), found: answer.text.trim() };
  }
  const url = `http://127.0.0.1:${probe.port}${probe.path}`;
  const answer = await request({ url, ...limits, bodyBytesMax: PROBE_BYTES_MAX });
  if (answer.state === "failed") return { isReady: false, found: answer.reason };
  const isReady = answer.status >= 200 && answer.status < 300;
  return { isReady, found: `HTTP ${answer.status}` };
}

async function hasEnded(start: Start): Promise<OperatorError> {
  const exit = (await readLastExit(start.member.paths)) ?? "gone";
  return notStarted(start, `it ended before it answered (${exit})`);
}

function indent(text: string): string {
  return text.replace(/^/gm, "  ");
}
