// The processes of one session: what `setsid` began, with every process group that was split off
// since, as `timeout` and a shell's job control do.
import { readdirSync, readFileSync } from "node:fs";

/** New groups may be split off while others are killed. */
const SWEEPS_MAX = 5;

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

function otherGroups(leaderPid: number): readonly number[] {
  const names = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  const groups = names.flatMap((name) => groupIn(name, leaderPid) ?? []);
  return [...new Set(groups)].filter((group) => group !== leaderPid);
}

/** Of a process that lives and is of the session; a zombie has ended. */
function groupIn(name: string, session: number): number | undefined {
  const stat = readStat(name);
  // proc(5): "pid (name) state ppid pgrp session …"; the name may hold anything.
  const [state, , group, itsSession] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const isOfIt = Number(itsSession) === session && state !== "Z" && state !== "X";
  return isOfIt ? Number(group) : undefined;
}

function readStat(name: string): string {
  try {
    return readFileSync(`/proc/${name}/stat`, "utf8");
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
