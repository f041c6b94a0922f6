// How many processes a command may have is kept by the kernel: for an ordinary user by a limit, for
// root, whom that limit does not bind, by a control group, where one can be made.
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  writeFileSync,
} from "node:fs";

export interface ProcessBound extends Disposable {
  /** For sh: binds the shell and whatever it starts. Empty where nothing binds it. */
  readonly script: string;
  readonly keptBy: "limit" | "control group" | "nobody";
}

const UNBOUND: ProcessBound = { script: "", keptBy: "nobody", [Symbol.dispose]: () => undefined };

/** The hierarchies of version 1, or of both versions, and of version 2: cgroups(7). */
const PLACES = [
  { dir: "/sys/fs/cgroup/pids", mark: "cgroup.procs" },
  { dir: "/sys/fs/cgroup", mark: "cgroup.controllers" },
];
const NAME = "operator-shell";
/** A group stays while one that was killed is not quite gone. */
const REMOVALS_MAX = 20;
const REMOVAL_MS = 5;

let groups = 0;

/** Threads count as processes. Outside Linux nothing binds. */
export function openProcessBound(processesMax: number): ProcessBound {
  if (process.platform !== "linux") return UNBOUND;
  return process.getuid?.() === 0 ? boundByGroup(processesMax) : boundByLimit(processesMax);
}

/** The limit is the user's, who has others already. */
function boundByLimit(processesMax: number): ProcessBound {
  const limit = countTasksOf(String(process.getuid?.())) + processesMax;
  // bash calls it -u, dash -p, which bash in turn does not set.
  const script = `ulimit -u ${limit} 2>/dev/null || ulimit -p ${limit} 2>/dev/null\n`;
  return { script, keptBy: "limit", [Symbol.dispose]: () => undefined };
}

function countTasksOf(uid: string): number {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return pids.reduce((sum, pid) => {
    const status = unlessGone(() => readFileSync(`/proc/${pid}/status`, "utf8")) ?? "";
    // proc(5): "Uid:	real	effective …" and "Threads:	n".
    const [, owner] = /^Uid:\s+(\d+)/m.exec(status) ?? [];
    const [, threads = "0"] = /^Threads:\s+(\d+)/m.exec(status) ?? [];
    return owner === uid ? sum + Number(threads) : sum;
  }, 0);
}

function boundByGroup(processesMax: number): ProcessBound {
  const place = PLACES.find(({ dir, mark }) => existsSync(`${dir}/${mark}`))?.dir;
  if (place === undefined) return UNBOUND;
  sweepGroups(place);
  groups += 1;
  const group = `${place}/${NAME}-${process.pid}-${groups}`;
  const isMade = unlessGone(() => {
    mkdirSync(group);
    writeFileSync(`${group}/pids.max`, `${processesMax}`);
    return true;
  });
  if (!isMade) {
    removeGroup(group);
    return UNBOUND;
  }
  const script = `echo $$ > ${group}/cgroup.procs 2>/dev/null\n`;
  return { script, keptBy: "control group", [Symbol.dispose]: () => removeGroup(group) };
}

/** Of agents that were killed. */
function sweepGroups(place: string): void {
  for (const name of readdirSync(place)) {
    const [, pid] = new RegExp(`^${NAME}-(\\d+)-\\d+$`).exec(name) ?? [];
    if (pid !== undefined && !existsSync(`/proc/${pid}`)) {
      unlessGone(() => rmdirSync(`${place}/${name}`));
    }
  }
}

function removeGroup(group: string): void {
  for (let removal = 0; removal < REMOVALS_MAX && existsSync(group); removal += 1) {
    unlessGone(() => rmdirSync(group));
    if (existsSync(group)) Bun.sleepSync(REMOVAL_MS);
  }
}

/** Undefined for what has ended since, is in use, or may not be done here. */
function unlessGone<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
