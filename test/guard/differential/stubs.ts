// The programs of a jail: each writes down how it was called, and does nothing else; those that run
// other programs, or read and write files by their words, do that as well.
import {
  chmodSync,
  existsSync,
  mkdirSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";

/** Where a jail has the machine's own programs, its shells, and what was written down. */
export const REAL = "/real";
export const SHELLS = "/shells";
export const RECORD = "/record";

const RECORDERS = [
  ...["chmod", "curl", "date", "docker", "docker-compose", "hostname", "ip", "iptables", "kill"],
  ...["journalctl", "ls", "mount", "operator", "pd-ctl", "perl", "pgrep", "pidof", "pkill", "ps"],
  ...["killall", "python3", "reboot", "redis-cli", "rm", "service", "sleep", "ssh", "systemctl"],
  ...["tc", "tikv-ctl", "victim", "watch"],
];

/** Their words are another command's, behind options. */
const RUNNERS = ["busybox", "chronic", "doas", "sudo", "toybox"];

const REAL_ONES = [
  ...["awk", "base64", "cat", "cp", "cut", "dd", "env", "find", "grep", "head", "ionice", "mkdir"],
  ...["mktemp", "mv", "nice", "nohup", "sed", "seq", "setsid", "sort", "stdbuf", "tail", "tee"],
  ...["timeout", "touch", "tr", "uniq", "wc", "xargs"],
];

/**
 * Of each call: the exported variables, how many words it has, the folder, and name and words; all
 * of one process in one file, for it may become another program.
 */
const NOTE = `#!${REAL}/dash
{ export -p; printf '\\0%s' "$#" "$PWD" "$0" "$@"; printf '\\0'; } >>${RECORD}/$$
`;

const RUN = `while [ $# -gt 0 ]; do
  case $1 in
    -[ug]) shift 2 ;;
    -*) shift ;;
    *=*) export "$1"; shift ;;
    *) break ;;
  esac
done
exec "$@"
`;

/** What is missing on this machine; undefined when all is there. */
export function findMissing(): string | undefined {
  return ["dash", "bash"].find((name) => realNameOf(name) === undefined);
}

/** Writes the folder that stands in a jail for `/usr/bin`. */
export function writeStubs(folder: string): void {
  mkdirSync(folder, { recursive: true });
  for (const name of RECORDERS) writeProgram(join(folder, name), NOTE);
  for (const name of RUNNERS) writeProgram(join(folder, name), NOTE + RUN);
  for (const name of REAL_ONES) {
    const real = realNameOf(name);
    const then = real === undefined ? "" : `exec ${REAL}/${real} "$@"\n`;
    writeProgram(join(folder, name), NOTE + then);
  }
  for (const name of ["bash", "dash", "sh"]) {
    writeProgram(join(folder, name), `${NOTE}exec ${SHELLS}/${name} "$@"\n`);
  }
}

/** A shell reads by its name which language it is to speak. */
export function writeShells(folder: string, sh: "dash" | "bash"): void {
  mkdirSync(folder, { recursive: true });
  for (const name of ["bash", "dash"]) symlinkSync(`${REAL}/${name}`, join(folder, name));
  symlinkSync(`${REAL}/${sh}`, join(folder, "sh"));
}

function writeProgram(path: string, text: string): void {
  writeFileSync(path, text);
  chmodSync(path, 0o755);
}

/** `mawk` for `awk`: links lead out of the jail. */
function realNameOf(name: string): string | undefined {
  const path = `/usr/bin/${name}`;
  if (!existsSync(path)) return undefined;
  const real = realpathSync(path);
  return dirname(real) === "/usr/bin" ? basename(real) : undefined;
}
