// Ends, pauses and resumes a member's process: the recorded one, or none. Each is called under the
// member's lock, and changes nothing when the process is already as it should be.
import { OperatorError } from "../../domain/errors.ts";
import { signalProcess, stateOf } from "../../infra/process-identity.ts";
import { needsToRun, SAVES_WITHIN_MS, stillSaving, wouldLose } from "../member-errors.ts";
import { waitUntil } from "../wait-until.ts";
import { type MemberHandle, stateOfRecord } from "./member.ts";
import { forbidLaunches, type ProcessRecord, readProcess, writeLastExit } from "./records.ts";

/** Between SIGTERM and SIGKILL. */
const GRACE_MS = 5_000;
/** The kernel ends a killed process at once, but for one that hangs in a disk. */
const GONE_WITHIN_MS = 5_000;

/**
 * SIGTERM, then SIGKILL, but for one that has something to save. A paused process is resumed, for
 * it could not hear the first.
 */
export async function stopMember(member: MemberHandle): Promise<void> {
  await forbidLaunches(member.paths);
  const record = await readLive(member);
  if (!record) return;
  const { clock, lossAtEnd } = member;
  if (lossAtEnd) {
    // It could not say so while it is paused.
    signalProcess(record, "SIGCONT");
    const loss = await lossAtEnd();
    if (loss !== undefined) throw wouldLose(member.name, loss);
  }
  signalProcess(record, "SIGTERM");
  signalProcess(record, "SIGCONT");
  const isGone = () => stateOf(record) === "gone";
  const withinMs = lossAtEnd ? SAVES_WITHIN_MS : GRACE_MS;
  if (await waitUntil(isGone, { withinMs, clock })) return;
  if (lossAtEnd) throw stillSaving(member.name);
  await killProcess(member, record);
}

export async function killMember(member: MemberHandle): Promise<void> {
  await forbidLaunches(member.paths);
  const record = await readLive(member);
  if (record) await killProcess(member, record);
}

export async function pauseMember(member: MemberHandle): Promise<void> {
  await signalUntil(member, { signal: "SIGSTOP", state: "paused" });
}

export async function resumeMember(member: MemberHandle): Promise<void> {
  await signalUntil(member, { signal: "SIGCONT", state: "running" });
}

async function killProcess(member: MemberHandle, record: ProcessRecord): Promise<void> {
  signalProcess(record, "SIGKILL");
  const isGone = () => stateOf(record) === "gone";
  if (!(await waitUntil(isGone, { withinMs: GONE_WITHIN_MS, clock: member.clock }))) {
    throw new OperatorError(
      "runtime",
      `killing ${member.name}: process ${record.pid} is still there`,
    );
  }
  await writeLastExit(member.paths, "SIGKILL");
}

async function signalUntil(
  member: MemberHandle,
  wanted: { readonly signal: "SIGSTOP" | "SIGCONT"; readonly state: "paused" | "running" },
): Promise<void> {
  const isStopped = needsToRun(wanted.signal === "SIGSTOP" ? "pausing" : "resuming", member.name);
  const record = await readLive(member);
  if (!record) throw isStopped;
  signalProcess(record, wanted.signal);
  const isDone = () => stateOf(record) === wanted.state || stateOf(record) === "gone";
  await waitUntil(isDone, { withinMs: GONE_WITHIN_MS, clock: member.clock });
  if (stateOf(record) !== wanted.state) throw isStopped;
}

async function readLive({ paths }: MemberHandle): Promise<ProcessRecord | undefined> {
  const record = await readProcess(paths);
  return stateOfRecord(record) === "stopped" ? undefined : record;
}
