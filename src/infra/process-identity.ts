// A process is its pid and its start time: a pid alone may name a foreign process by now.
import { readFileSync } from "node:fs";
import { OperatorError } from "../domain/errors.ts";
import { failPoint } from "./fail-point.ts";

export interface ProcessIdentity {
  readonly pid: number;
  /** Opaque: compared, never read. Never equal for two processes that had one pid. */
  readonly startTime: string;
}

export type ProcessState = "running" | "paused" | "gone";

/** What the system says of a pid at this moment; a zombie has ended, and counts as none. */
interface ProcessReading {
  readonly startTime: string;
  readonly isPaused: boolean;
}

/** Undefined when there is no such process. Throws code "runtime" on systems without support. */
export function identify(pid: number): ProcessIdentity | undefined {
  const reading = readProcess(pid);
  return reading && { pid, startTime: reading.startTime };
}

export function stateOf({ pid, startTime }: ProcessIdentity): ProcessState {
  const reading = readProcess(pid);
  if (reading?.startTime !== startTime) return "gone";
  return reading.isPaused ? "paused" : "running";
}

export function isAlive(identity: ProcessIdentity): boolean {
  return stateOf(identity) !== "gone";
}

/**
 * Signals the process, and its whole group where it leads one, if it is still the one that was
 * recorded. False when it is gone: then nothing was signalled.
 */
export function signalProcess(identity: ProcessIdentity, signal: NodeJS.Signals): boolean {
  if (!isAlive(identity)) return false;
  return sendSignal(-identity.pid, signal) || sendSignal(identity.pid, signal);
}

/** False when it has ended since (ESRCH). */
function sendSignal(pid: number, signal: NodeJS.Signals): boolean {
  try {
    failPoint("signal.meant");
    process.kill(pid, signal);
    failPoint("signal.sent");
    return true;
  } catch (error) {
    if (codeOf(error) === "ESRCH") return false;
    throw new OperatorError("runtime", `sending ${signal} to process ${Math.abs(pid)} failed`, {
      cause: error,
    });
  }
}

function readProcess(pid: number): ProcessReading | undefined {
  switch (process.platform) {
    case "linux":
      return readLinux(pid);
    case "darwin":
      return readMac(pid);
    default:
      throw new OperatorError("runtime", `local members cannot run on ${process.platform}`, {
        hint: "use Linux or macOS, or watch a cluster that runs elsewhere",
      });
  }
}

function readLinux(pid: number): ProcessReading | undefined {
  const stat = readIfThere(`/proc/${pid}/stat`);
  // proc(5): "pid (name) state …"; the name may hold anything, so count from the last parenthesis.
  const fields = stat?.slice(stat.lastIndexOf(")") + 2).split(" ");
  const [letter, ticks] = [fields?.[0], fields?.[19]];
  if (letter === undefined || ticks === undefined || "ZXx".includes(letter)) return undefined;
  // Ticks count from the boot, so another boot may repeat them.
  const boot = readIfThere("/proc/sys/kernel/random/boot_id")?.trim() ?? "";
  return { startTime: `${ticks}@${boot}`, isPaused: letter === "T" };
}

function readMac(pid: number): ProcessReading | undefined {
  const { stdout } = Bun.spawnSync(["/bin/ps", "-o", "lstart=,stat=", "-p", String(pid)], {
    env: { LC_ALL: "C", TZ: "UTC" },
  });
  // "Fri Nov 21 20:13:07 2025     Ss+"
  const [, startTime, letter] = /^\s*(.+\d)\s+([A-Z])\S*\s*$/.exec(stdout.toString()) ?? [];
  if (startTime === undefined || letter === "Z") return undefined;
  return { startTime, isPaused: letter === "T" };
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    // ESRCH: it ended while it was read.
    if (["ENOENT", "ESRCH"].includes(codeOf(error) ?? "")) return undefined;
    throw error;
  }
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error ? String(error.code) : undefined;
}
