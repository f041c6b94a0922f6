// The processes of one session: what `setsid` began, with every process group that was split off
// since, as `timeout` and a shell's job control do.
import { readdirSync, readFileSync } from "node:fs";

/** New groups may be split off while others are killed. */
const SWEEPS_MAX = 5;
/** USER_HZ, in which Linux tells CPU time on every architecture: time(7). */
const TICKS_PER_SECOND = 100;

/**
 * Signals every group of the session whose leader has this pid; the leader may have ended. Outside
 * Linux only the leader's own group is known.
 */
export function signalSession(leaderPid: number, signal: NodeJS.Signals): void {
  signalGroup(leaderPid, signal);
  if (process.platform !== "linux") return;
  for (const group of otherGroups(leaderPid)) signalGroup(group, signal);
}

/** Until there is nothing left to kill. */
export function killSession(leaderPid: number): void {
  for (let sweep = 0; sweep < SWEEPS_MAX; sweep += 1) {
    signalSession(leaderPid, "SIGKILL");
    if (process.platform !== "linux" || otherGroups(leaderPid).length === 0) return;
  }
}

export interface SessionUsage {
  /** Of those that live, and of their children that have ended. */
  readonly cpuSeconds: number;
  /** In RAM; what several share counts for each. */
  readonly memoryBytes: number;
  readonly processes: number;
}

/** Of one session, or also of what descends from it in other sessions. */
export interface Whose {
  readonly leaderPid: number;
  readonly counted: "session" | "family";
}

/** Undefined outside Linux. */
export function usageOf({ leaderPid, counted }: Whose): SessionUsage | undefined {
  if (process.platform !== "linux") return undefined;
  const all = readProcesses();
  const processes =
    counted === "family"
      ? familyOf(leaderPid, all)
      : all.filter(({ session }) => session === leaderPid);
  const cpuTicks = processes.reduce((sum, process) => sum + process.cpuTicks, 0);
  const memoryBytes = processes.reduce((sum, { pid }) => sum + residentBytes(pid), 0);
  return { cpuSeconds: cpuTicks / TICKS_PER_SECOND, memoryBytes, processes: processes.length };
}

interface FoundProcess {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  readonly session: number;
  /** Its own, and of its children that have ended. */
  readonly cpuTicks: number;
}

function otherGroups(leaderPid: number): readonly number[] {
  const ofIt = readProcesses().filter(({ session }) => session === leaderPid);
  const groups = new Set(ofIt.map(({ group }) => group));
  return [...groups].filter((group) => group !== leaderPid);
}

function familyOf(leaderPid: number, processes: readonly FoundProcess[]): readonly FoundProcess[] {
  const family = new Set([leaderPid]);
  // A child may stand before its parent: pids begin anew.
  for (let before = 0; before < family.size; ) {
    before = family.size;
    for (const { pid, parent, session } of processes) {
      if (session === leaderPid || family.has(parent)) family.add(pid);
    }
  }
  return processes.filter(({ pid }) => family.has(pid));
}

/** Those that live; a zombie has ended. */
function readProcesses(): readonly FoundProcess[] {
  const names = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return names.flatMap((name) => {
    const stat = readOfProcess(name, "stat");
    // proc(5): "pid (name) state ppid pgrp session …"; the name may hold anything.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const [state, parent, group, session] = fields;
    if (state === undefined || state === "" || "ZX".includes(state)) return [];
    // Fields 14 to 17: utime stime cutime cstime.
    const cpuTicks = fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0);
    const [pid, of] = [Number(name), { parent: Number(parent), group: Number(group) }];
    return [{ pid, ...of, session: Number(session), cpuTicks }];
  });
}

function residentBytes(pid: number): number {
  // proc(5): "VmRSS:     1234 kB"; absent for one that is about to end.
  const [, kibibytes = "0"] = /^VmRSS:\s+(\d+) kB$/m.exec(readOfProcess(pid, "status")) ?? [];
  return Number(kibibytes) * 1024;
}

function readOfProcess(pid: number | string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    // ENOENT, ESRCH: it has ended since it was listed.
    return "";
  }
}

/** The id of a group is not given to another while any process is left in it. */
function signalGroup(group: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-group, signal);
  } catch {
    // ESRCH: the whole group has ended.
  }
}
