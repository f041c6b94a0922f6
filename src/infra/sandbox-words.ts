// The words of a bwrap command line: what a command in the sandbox sees of the machine. Everything,
// read-only, but for the homes, the sockets and operator's own files, which are empty or not there.
import { existsSync, readFileSync, realpathSync, statSync } from "node:fs";
import { isIPv6 } from "node:net";
import { join } from "node:path";
import { SECRET_DIRS, SECRET_FILES } from "../domain/secret-places.ts";

export interface SandboxView {
  readonly bwrap: string;
  /** Older versions lack what the newer ones have: see `probeSandbox`. */
  readonly age: BwrapAge;
  /** Nothing of these is seen, whether they exist or not. */
  readonly hidden: readonly string[];
  /** Seen although they may stand below one that is hidden. */
  readonly shown: readonly string[];
  /** Where commands run; writable, and empty at the start, as /tmp is. */
  readonly cwd: string;
  /** The door's directory outside; inside it is `DOOR_DIR`. */
  readonly doorDir: string;
  /** The file of a filter of system calls. */
  readonly filter: string | undefined;
  readonly network: SandboxNetwork;
  readonly env: Readonly<Record<string, string>>;
  readonly scratchBytesMax: number;
}

export type SandboxNetwork =
  /** The machine's, as it is. */
  | { readonly type: "shared" }
  | { readonly type: "apart" }
  /** Apart, and other machines' addresses are its own: by what adds them, and which. */
  | {
      readonly type: "apart_for_others";
      readonly ip: string;
      readonly addresses: readonly string[];
    };

/** 0.8 bounds a tmpfs, and forbids further user namespaces. */
export type BwrapAge = "new" | "old";

/** Where sandboxes have the door's directory. */
export const DOOR_DIR = "/run/operator-door";

/** Homes, what others left for a while, sockets (the engine's, too), and keys of the machine. */
const HIDDEN_DIRS = [...["/home", "/root", "/tmp", "/var/tmp", "/run", "/var/run"], ...SECRET_DIRS];
const FILTER_FD = "9";
/** login.defs(5): UID_MIN. */
const UID_OF_PEOPLE_MIN = 1000;
/** Hiding one of these would hide what programs need: a home may be anywhere, even here. */
const NEEDED = ["/usr/bin", "/etc/passwd", "/proc/self", "/dev/null", "/bin/sh", "/lib"];

/** Everything before the command that runs in it. */
export function sandboxWords(view: SandboxView): readonly string[] {
  const { bwrap, age, doorDir, filter, network, env, scratchBytesMax } = view;
  const isNetworkApart = network.type !== "shared";
  const [uid, gid] = [process.geteuid?.() ?? 0, process.getegid?.() ?? 0];
  const cwd = realpathSync(view.cwd);
  // What stands below it is hidden with what is in it.
  const [dirs, files] = hiddenPlaces({ ...view, hidden: [...view.hidden, cwd] });
  const bounded = age === "new" ? ["--size", String(scratchBytesMax)] : [];
  const writable = [...new Set(["/tmp", cwd, "/dev/shm"])];
  const emptied = dirs.filter((dir) => !writable.includes(dir));
  const shown = view.shown.filter((path) => existsSync(path));
  const [within, around] = partition(emptied, (dir) => isShown(dir, view.shown));
  return [
    ...(network.type === "apart_for_others" ? networkWords(bwrap, network) : []),
    ...(filter === undefined ? [] : ["/bin/sh", "-c", `exec "$@" ${FILTER_FD}<"$0"`, filter]),
    ...[bwrap, "--die-with-parent", "--unshare-user", "--unshare-pid", "--unshare-ipc"],
    ...(filter === undefined ? [] : ["--seccomp", FILTER_FD]),
    ...["--unshare-uts", "--unshare-cgroup-try", "--cap-drop", "ALL"],
    ...(age === "new" ? ["--disable-userns"] : []),
    ...(network.type === "apart" ? ["--unshare-net"] : []),
    ...["--uid", String(uid), "--gid", String(gid)],
    ...["--ro-bind", "/", "/", "--dev", "/dev"],
    // The machine's own, so that a number is the process that ps shows. Of another user namespace's
    // processes the kernel gives nobody here the environment, memory, folders and open files. And
    // read-only: of root's sandbox, /proc/sys would take what is written without a capability.
    ...["--ro-bind", "/proc", "/proc"],
    ...around.flatMap((dir) => ["--tmpfs", dir]),
    ...writable.flatMap((dir) => [...bounded, "--tmpfs", dir]),
    ...shown.flatMap((path) => ["--ro-bind", path, path]),
    ...within.flatMap((dir) => ["--tmpfs", dir]),
    ...["--ro-bind", doorDir, DOOR_DIR],
    ...(isNetworkApart ? ["--ro-bind", join(doorDir, "hosts"), "/etc/hosts"] : []),
    ...files.flatMap((file) => ["--ro-bind", "/dev/null", file]),
    ...[...emptied, "/dev"].flatMap((dir) => ["--remount-ro", dir]),
    ...["--chdir", cwd],
    ...Object.entries(env).flatMap(([name, value]) => ["--setenv", name, value]),
    "--",
  ];
}

/**
 * Everything before a sandbox in this network. Who adds its addresses is root there, and nobody in
 * the sandbox is. Without CAP_SETFCAP the kernel allows no user namespace within one of that root.
 */
function networkWords(
  bwrap: string,
  { ip, addresses }: Extract<SandboxNetwork, { type: "apart_for_others" }>,
): readonly string[] {
  const adding = addresses.map((address) =>
    isIPv6(address)
      ? `"$0" addr add ${address}/128 dev lo nodad`
      : `"$0" addr add ${address}/32 dev lo`,
  );
  return [
    ...[bwrap, "--die-with-parent", "--unshare-user", "--uid", "0", "--gid", "0", "--unshare-net"],
    ...["--cap-drop", "ALL", "--cap-add", "CAP_NET_ADMIN", "--cap-add", "CAP_SETFCAP"],
    ...["--dev-bind", "/", "/", "--", "/bin/sh", "-c", `${adding.join(" && ")} && exec "$@"`, ip],
  ];
}

/**
 * Everything before a program that shows the machine's processes: it sees them all, and not what is
 * in their memory and environment, for another user namespace may not look into them.
 */
export function viewingWords(bwrap: string): readonly string[] {
  return [
    ...[bwrap, "--die-with-parent", "--unshare-user", "--cap-drop", "ALL"],
    ...["--ro-bind", "/", "/", "--dev", "/dev", "--ro-bind", "/proc", "/proc", "--"],
  ];
}

type Veil = Pick<SandboxView, "hidden" | "shown">;

/** Whether a sandbox shows nothing of it: a path as it really is. */
export function isHidden(path: string, veil: Veil): boolean {
  return hiddenPlaces(veil)
    .flat()
    .some((one) => isBehind(path, one, veil.shown));
}

/** Directories, and files that stand behind none of them, as they really are. */
function hiddenPlaces({ hidden, shown }: Veil): readonly [string[], string[]] {
  const all = [...HIDDEN_DIRS, ...SECRET_FILES, ...homes(), ...sockets(), ...hidden];
  const real = [...new Set(all.flatMap((path) => realPathOf(path) ?? []))];
  const free = real.filter((path) => !NEEDED.some((one) => isWithin(one, path)));
  const outermost = free.filter(
    (path) => !free.some((one) => one !== path && isBehind(path, one, shown)),
  );
  const isDir = (path: string) => statSync(path, { throwIfNoEntry: false })?.isDirectory();
  return [
    outermost.filter((path) => isDir(path) === true),
    outermost.filter((path) => isDir(path) === false),
  ];
}

/** What is shown below a hidden place is seen, and what is hidden below that again is not. */
function isBehind(path: string, hidden: string, shown: readonly string[]): boolean {
  return (
    isWithin(path, hidden) &&
    !isShown(
      path,
      shown.filter((one) => isWithin(one, hidden)),
    )
  );
}

function isShown(path: string, shown: readonly string[]): boolean {
  return shown.some((one) => isWithin(path, realPathOf(one) ?? one));
}

function partition<T>(all: readonly T[], isFirst: (one: T) => boolean): readonly [T[], T[]] {
  return [all.filter(isFirst), all.filter((one) => !isFirst(one))];
}

/** Undefined for what is not there. */
function realPathOf(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    // ENOENT: a socket goes whenever its owner does. EACCES: nor would a command get there.
    return undefined;
  }
}

/** Of people, wherever they are: passwd(5), "name:password:uid:gid:comment:home:shell". */
function homes(): readonly string[] {
  return linesOf("/etc/passwd").flatMap((line) => {
    const [, , uid, , , home = ""] = line.split(":");
    return Number(uid) >= UID_OF_PEOPLE_MIN && home.startsWith("/") ? [home] : [];
  });
}

/** Whoever may read a file system may speak to its sockets: proc_net(5), a path in the eighth. */
function sockets(): readonly string[] {
  return linesOf("/proc/net/unix").flatMap((line) => /^(?:\S+ +){7}(\/.+)$/.exec(line)?.[1] ?? []);
}

function linesOf(file: string): readonly string[] {
  return existsSync(file) ? readFileSync(file, "utf8").split("\n") : [];
}

function isWithin(path: string, dir: string): boolean {
  return path === dir || path.startsWith(dir.endsWith("/") ? dir : `${dir}/`);
}
