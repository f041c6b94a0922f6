// Who runs this process: user, host and terminal, by the system's word, and not by variables that
// anybody can set.
import { readFileSync } from "node:fs";
import { hostname } from "node:os";
import type { Person } from "../domain/person.ts";
import { isMissing } from "./files.ts";

export interface PersonOptions {
  readonly via: Person["via"];
  readonly env: Readonly<Record<string, string | undefined>>;
}

// admin-guide/devices.txt of Linux: majors of consoles, with serial lines behind them, and of pts.
const CONSOLES = 4;
const CONSOLES_MAX = 64;
const WINDOWS_FIRST = 136;
const WINDOWS_LAST = 143;

const ID_PROGRAM = "/usr/bin/id";

export function readPerson({ via, env }: PersonOptions): Person {
  const uid = process.getuid?.() ?? null;
  // Root alone may be believed about whom it stands for.
  const sudoUser = uid === 0 ? (env.SUDO_USER ?? null) : null;
  const user = uid === null ? null : userName(uid);
  return { user, uid, sudoUser, host: hostname(), tty: terminalOf(process.pid), via };
}

/**
 * Null where the user has no name, as in a container. Bun's own `userInfo` believes the variable
 * USER.
 */
function userName(uid: number): string | null {
  const here = readIfThere("/etc/passwd");
  const [, name] = new RegExp(`^([^:\\n]+):[^:\\n]*:${uid}:`, "m").exec(here) ?? [];
  return name ?? nameFromDirectory(uid);
}

/** Who is known to the network alone. */
function nameFromDirectory(uid: number): string | null {
  if (isMissing(ID_PROGRAM)) return null;
  const { stdout, exitCode } = Bun.spawnSync([ID_PROGRAM, "-un", "--", String(uid)]);
  const name = stdout.toString().trim();
  return exitCode === 0 && name !== "" ? name : null;
}

function readIfThere(path: string): string {
  return isMissing(path) ? "" : readFileSync(path, "utf8");
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
