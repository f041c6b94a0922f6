// What one command may use up: as limits that the kernel keeps, and in words for the model.

export interface ShellBounds {
  /** Of each process, and of all together. */
  readonly cpuSecondsMax: number;
  /** Private memory of each process that can be written; and what all together hold in RAM. */
  readonly memoryBytesMax: number;
  /** Of all together, at one time. */
  readonly processesMax: number;
  /** Of one file that is written. */
  readonly fileBytesMax: number;
  /** Of each process, at one time. */
  readonly openFilesMax: number;
  /** Of all files in a sandbox's own /tmp. */
  readonly scratchBytesMax: number;
}

const MIB = 1024 * 1024;

export const SHELL_BOUNDS: ShellBounds = {
  cpuSecondsMax: 30,
  // 512 MiB is the least with which Bun 1.4.4 starts.
  memoryBytesMax: 1024 * MIB,
  processesMax: 256,
  fileBytesMax: 64 * MIB,
  openFilesMax: 256,
  scratchBytesMax: 64 * MIB,
};

/** POSIX: `ulimit -f` counts these. */
const BLOCK_BYTES = 512;
const KIB = 1024;

/**
 * For sh: sets them as hard limits, which only root can lift again. What is stricter already stays.
 * No core dumps: they hold what was in memory.
 */
export function limitScript(bounds: ShellBounds): string {
  const { cpuSecondsMax, memoryBytesMax, fileBytesMax, openFilesMax } = bounds;
  const limits = [
    "-c 0",
    // At the soft limit comes SIGXCPU, which says what it was; at the hard one SIGKILL.
    `-t ${cpuSecondsMax + 1}`,
    `-S -t ${cpuSecondsMax}`,
    // Not the address space: a JavaScript engine reserves more of it than there is memory.
    `-d ${Math.floor(memoryBytesMax / KIB)}`,
    `-f ${Math.floor(fileBytesMax / BLOCK_BYTES)}`,
    `-n ${openFilesMax}`,
  ];
  return limits.map((limit) => `ulimit ${limit} 2>/dev/null`).join("\n");
}

/** What all processes of a command use at one time, and have used. */
export interface ShellUsage {
  readonly cpuSeconds: number;
  readonly memoryBytes: number;
  readonly processes: number;
}

/** Undefined while all of it is within its bounds. */
export function findExceeded(used: ShellUsage, bounds: ShellBounds): string | undefined {
  const { cpuSecondsMax, memoryBytesMax, processesMax } = bounds;
  if (used.processes > processesMax) return `more than ${processesMax} processes at a time`;
  if (used.memoryBytes > memoryBytesMax) return `more than ${sayBytes(memoryBytesMax)} of memory`;
  if (used.cpuSeconds > cpuSecondsMax) return `more than ${cpuSecondsMax} s of CPU`;
  return undefined;
}

export interface EndedCommand {
  /** sh's 128 and the number of a signal, where a signal ended what it ran. */
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly output: string;
}

interface Sign {
  readonly signal?: string;
  readonly exitCode?: number;
  /** What programs say of it. They may say it of something else, so it is told as a possibility. */
  readonly words: RegExp;
  readonly bound: (bounds: ShellBounds) => string;
}

const SIGNS: readonly Sign[] = [
  {
    signal: "SIGXCPU",
    exitCode: 152,
    words: /cpu time limit exceeded/i,
    bound: ({ cpuSecondsMax }) => `${cpuSecondsMax} s of CPU for one process`,
  },
  {
    signal: "SIGXFSZ",
    exitCode: 153,
    words: /file size limit exceeded|file too large/i,
    bound: ({ fileBytesMax }) => `${sayBytes(fileBytesMax)} for one file`,
  },
  {
    words: /too many open files/i,
    bound: ({ openFilesMax }) => `${openFilesMax} open files for one process`,
  },
  {
    words: /cannot allocate memory|out of memory|memory exhausted|bad_alloc|MemoryError/i,
    bound: ({ memoryBytesMax }) => `${sayBytes(memoryBytesMax)} of memory for one process`,
  },
  {
    words: /cannot fork|fork: retry|resource temporarily unavailable/i,
    bound: ({ processesMax }) => `${processesMax} processes at a time`,
  },
  {
    words: /no space left on device/i,
    bound: ({ scratchBytesMax }) => `${sayBytes(scratchBytesMax)} in /tmp`,
  },
  {
    words: /read-only file system/i,
    bound: () => "a command that looks writes nowhere but below /tmp",
  },
];

/** For a command that was bounded and failed: which bounds that was, or may have been. */
export function noteBounds(ended: EndedCommand, bounds: ShellBounds): readonly string[] {
  if (ended.exitCode === 0) return [];
  return SIGNS.flatMap((sign) => {
    const isCertain =
      (sign.signal !== undefined && sign.signal === ended.signal) ||
      (sign.exitCode !== undefined && sign.exitCode === ended.exitCode);
    if (isCertain) return [`it met a bound of this shell: ${sign.bound(bounds)}`];
    const isSaid = sign.words.test(ended.output);
    return isSaid ? [`it may have met a bound of this shell: ${sign.bound(bounds)}`] : [];
  });
}

/** For people: "64 MiB", "1 GiB", "16 KiB". */
export function sayBytes(bytes: number): string {
  if (bytes < MIB) return `${bytes / KIB} KiB`;
  const mebibytes = bytes / MIB;
  return mebibytes % 1024 === 0 ? `${mebibytes / 1024} GiB` : `${mebibytes} MiB`;
}
