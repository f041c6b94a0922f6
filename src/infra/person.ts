// Who runs this process: user, host and terminal, by the system's word, and not by variables that
// anybody can set.
import { readFileSync } from "node:fs";
import { hostname, userInfo } from "node:os";
import type { Person } from "../domain/person.ts";

export interface PersonOptions {
  readonly via: Person["via"];
  readonly env: Readonly<Record<string, string | undefined>>;
}

// admin-guide/devices.txt of Linux: majors of consoles, with serial lines behind them, and of pts.
const CONSOLES = 4;
const CONSOLES_MAX = 64;
const WINDOWS_FIRST = 136;
const WINDOWS_LAST = 143;

export function readPerson({ via, env }: PersonOptions): Person {
  const uid = process.getuid?.() ?? null;
  // Root alone may be believed about whom it stands for.
  const sudoUser = uid === 0 ? (env.SUDO_USER ?? null) : null;
  return { user: userName(), uid, sudoUser, host: hostname(), tty: terminalOf(process.pid), via };
}

/** Null where the user has no entry of its own, as in a container. */
function userName(): string | null {
  try {
    return userInfo().username;
  } catch {
    return null;
  }
}

/** The one that controls the process, wherever its streams go. */
function terminalOf(pid: number): string | null {
  if (process.platform === "linux")
    return terminalOfStat(readFileSync(`/proc/${pid}/stat`, "utf8"));
  if (process.platform !== "darwin") return null;
  const { stdout } = Bun.spawnSync(["/bin/ps", "-o", "tty=", "-p", String(pid)]);
  const name = stdout.toString().trim();
  return name === "" || name.startsWith("?") ? null : name;
}

/** Of the text of /proc/PID/stat: null without a terminal. */
export function terminalOfStat(stat: string): string | null {
  // proc(5): "pid (name) state ppid pgrp session tty_nr …"; the name may hold anything.
  const device = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[4]);
  if (!Number.isInteger(device) || device === 0) return null;
  const major = (device >> 8) & 0xfff;
  const minor = (device & 0xff) | ((device >> 12) & 0xfff00);
  if (major >= WINDOWS_FIRST && major <= WINDOWS_LAST) {
    return `pts/${(major - WINDOWS_FIRST) * 256 + minor}`;
  }
  if (major !== CONSOLES) return `tty ${major}:${minor}`;
  return minor < CONSOLES_MAX ? `tty${minor}` : `ttyS${minor - CONSOLES_MAX}`;
}
