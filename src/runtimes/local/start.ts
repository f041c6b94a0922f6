// Starts one member's process and waits until it answers.
//
//   starter                          child (`member` command)
//   lock, forbid earlier launches
//   write launch-<token>
//   spawn ───────────────────────▶   claim: launch-<token> becomes process.json
//   wait for process.json
//   wait for the ready probe ◀────   serve
//
// A real program cannot claim: its starter does, while a shell waits at a gate to become it.
// The starter may die at any line: what it leaves is a process on record, or one that ends itself.
import { OperatorError, unreachable } from "../../domain/errors.ts";
import { startOfPaused } from "../member-errors.ts";
import { waitUntil } from "../wait-until.ts";
import { rotateLog } from "./log-file.ts";
import { type LocalMember, notUp, stateOfRecord } from "./member.ts";
import { isPortFree } from "./ports.ts";
import { awaitReady, notStarted, type Start } from "./ready.ts";
import {
  allowLaunch,
  forbidLaunches,
  readProcess,
  readTopology,
  removeEndedProcess,
} from "./records.ts";
import { spawnMember } from "./spawn.ts";

/** The threads of a process that was killed end one after the other, and hold its ports so long. */
const PORT_FREE_WITHIN_MS = 1_000;
/** From the spawn to a process on record: the executable's own start. */
const CLAIM_WITHIN_MS = 10_000;

/** Called under the member's lock. Rejects as `Runtime.operate` says. */
export async function startMember(start: Start): Promise<void> {
  const { member } = start;
  const { subject, paths } = member;
  if (!(await readTopology(subject.paths))) throw notUp(subject.topology.subject);
  await forbidLaunches(paths);
  const state = stateOfRecord(await readProcess(paths));
  switch (state) {
    case "running":
      return awaitReady(start);
    case "paused":
      throw startOfPaused(subject.topology.subject, member.name);
    case "stopped":
      return launch(start);
    default:
      return unreachable(state);
  }
}

async function launch(start: Start): Promise<void> {
  const { member } = start;
  const token = `${process.pid}-${member.clock.now()}`;
  await checkPorts(member);
  await removeEndedProcess(member.paths);
  await rotateLog(member.paths.log);
  await allowLaunch(member.paths, token);
  await awaitClaim(start, await spawnMember(member, token));
  await awaitReady(start);
}

async function checkPorts({ plan, name, subject, clock }: LocalMember): Promise<void> {
  for (const [portName, port] of Object.entries(plan.ports)) {
    const limits = { withinMs: PORT_FREE_WITHIN_MS, clock };
    if (await waitUntil(() => isPortFree(port), limits)) continue;
    const what = `starting ${name} of ${subject.topology.subject}`;
    throw new OperatorError("runtime", `${what}: port ${port} (${portName}) is taken`, {
      hint: `end the process that listens on 127.0.0.1:${port}, and start ${name} again`,
    });
  }
}

async function awaitClaim(start: Start, child: Bun.Subprocess): Promise<void> {
  const { paths, clock } = start.member;
  const isClaimed = async () => (await readProcess(paths)) !== undefined;
  const hasEnded = () => child.exitCode !== null || child.signalCode !== null;
  const isOver = async () => (await isClaimed()) || hasEnded();
  const signal = start.isOwed ? {} : { signal: start.signal };
  await waitUntil(isOver, { withinMs: CLAIM_WITHIN_MS, clock, ...signal });
  if (await isClaimed()) return;
  if (!hasEnded()) child.kill("SIGKILL");
  throw await notStarted(start, "its process ended before it began its work");
}
