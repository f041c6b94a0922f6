// Starts one member's process and waits until it answers.
//
//   starter                          child (`stand-in` command)
//   lock, allow launch <token>
//   spawn ───────────────────────▶   claim: process.json, if the token still counts
//   wait for process.json
//   wait for the ready probe ◀────   serve
//
// The starter may die at any line: what it left is either a process on record or one that ends itself.
import { closeSync, openSync } from "node:fs";
import { OperatorError, unreachable } from "../../domain/errors.ts";
import { request } from "../../infra/http.ts";
import { rotateLog, tailOfLog } from "./log-file.ts";
import { type LocalMember, notUp, stateOfRecord, waitUntil } from "./member.ts";
import { isPortFree } from "./ports.ts";
import {
  allowLaunch,
  readLastExit,
  readProcess,
  readTopology,
  removeEndedProcess,
} from "./records.ts";

/** The child is told with it that it is a member's process, and which start it belongs to. */
export const LAUNCH_ENV = "OPERATOR_LAUNCH";

const CLAIM_WITHIN_MS = 10_000;
const READY_WITHIN_MS = 30_000;
const PROBE_DEADLINE_MS = 1_000;
const PROBE_BYTES_MAX = 1_000_000;
const LOG_LINES_SHOWN = 8;

/** Called under the member's lock. Rejects as `Runtime.operate` says. */
export async function startMember(member: LocalMember, signal: AbortSignal): Promise<void> {
  const { subject, paths } = member;
  if (!(await readTopology(subject.paths))) throw notUp(subject.topology.subject);
  const token = `${process.pid}-${subject.clock.now()}`;
  await allowLaunch(paths, token);
  const record = await readProcess(paths);
  const state = stateOfRecord(record);
  switch (state) {
    case "running":
      return awaitReady(member, signal);
    case "paused":
      throw isPaused(member);
    case "stopped":
      return launch(member, token, signal);
    default:
      return unreachable(state);
  }
}

async function launch(member: LocalMember, token: string, signal: AbortSignal): Promise<void> {
  await checkPorts(member);
  await removeEndedProcess(member.paths);
  await rotateLog(member.paths.log);
  const child = spawnMember(member, token);
  await awaitClaim(member, child, signal);
  await awaitReady(member, signal);
}

async function checkPorts(member: LocalMember): Promise<void> {
  for (const [name, port] of Object.entries(member.plan.ports)) {
    if (await isPortFree(port)) continue;
    throw new OperatorError("runtime", `${starting(member)}: port ${port} (${name}) is taken`, {
      hint: `end the process that listens on 127.0.0.1:${port}, and start ${member.name} again`,
    });
  }
}

/** In a session of its own, so that neither our end nor the terminal's Ctrl-C reaches it. */
function spawnMember({ subject, name, paths }: LocalMember, token: string): Bun.Subprocess {
  const { home, self, topology } = subject;
  const log = openSync(paths.log, "a");
  try {
    const child = Bun.spawn([...self, "stand-in", topology.subject, name, "--home", home], {
      cwd: paths.dir,
      env: { OPERATOR_HOME: home, [LAUNCH_ENV]: token },
      stdio: ["ignore", log, log],
      detached: true,
    });
    child.unref();
    return child;
  } finally {
    closeSync(log);
  }
}

/** The process that claims it need not be this child: one of an interrupted start may be faster. */
async function awaitClaim(
  member: LocalMember,
  child: Bun.Subprocess,
  signal: AbortSignal,
): Promise<void> {
  const { paths, clock } = member;
  const isClaimed = () => readProcess(paths).then((record) => record !== undefined);
  const isOver = async () => (await isClaimed()) || hasEnded(child);
  await waitUntil(isOver, { withinMs: CLAIM_WITHIN_MS, clock, signal });
  if (await isClaimed()) return;
  if (!hasEnded(child)) child.kill("SIGKILL");
  throw await notStarted(member, signal, "its process did not begin its work");
}

function hasEnded(child: Bun.Subprocess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

async function awaitReady(member: LocalMember, signal: AbortSignal): Promise<void> {
  const { subject, plan, paths, clock } = member;
  const { port, path } = subject.definition.local.readyProbe(plan);
  const url = `http://127.0.0.1:${port}${path}`;
  let found = "no answer";
  const isReady = async () => {
    if (stateOfRecord(await readProcess(paths)) === "stopped")
      throw await endedEarly(member, signal);
    const limits = { deadlineMs: PROBE_DEADLINE_MS, bodyBytesMax: PROBE_BYTES_MAX };
    const answer = await request({ url, ...limits, signal });
    found = answer.state === "answered" ? `HTTP ${answer.status}` : answer.reason;
    return answer.state === "answered" && answer.status >= 200 && answer.status < 300;
  };
  if (await waitUntil(isReady, { withinMs: READY_WITHIN_MS, clock, signal })) return;
  throw await notStarted(
    member,
    signal,
    `${url} does not answer in ${READY_WITHIN_MS} ms: ${found}`,
  );
}

async function endedEarly(member: LocalMember, signal: AbortSignal): Promise<OperatorError> {
  const exit = (await readLastExit(member.paths)) ?? "gone";
  return notStarted(member, signal, `it ended before it answered (${exit})`);
}

async function notStarted(
  member: LocalMember,
  signal: AbortSignal,
  cause: string,
): Promise<OperatorError> {
  if (signal.aborted) return new OperatorError("interrupted", `${starting(member)}: interrupted`);
  const log = await tailOfLog(member.paths.log, LOG_LINES_SHOWN);
  const shown = log === "" ? "its log is empty" : `the end of its log:\n${indent(log)}`;
  return new OperatorError("runtime", `${starting(member)}: ${cause}; ${shown}`, {
    hint: `operator subject logs ${member.subject.topology.subject} ${member.name}`,
  });
}

function isPaused({ name, subject }: LocalMember): OperatorError {
  return new OperatorError("conflict", `starting ${name}: it is paused, not stopped`, {
    hint: `operator subject resume ${subject.topology.subject} ${name}`,
  });
}

function starting({ name, subject }: LocalMember): string {
  return `starting ${name} of ${subject.topology.subject}`;
}

function indent(text: string): string {
  return text.replace(/^/gm, "  ");
}
