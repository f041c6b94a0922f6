// Programs and builtins that change nothing, whatever their arguments, but for the ones listed.

interface ReadOnlyTool {
  /** Options with which it writes. A long one matches with `=value`, a short one among others. */
  readonly writesWith?: readonly string[];
  /** More plain arguments than this, and it writes: `uniq input output`, `hostname name`. */
  readonly operandsMax?: number;
}

const PLAIN = [
  ...[":", "[", "break", "continue", "echo", "exit", "false", "printf", "pwd", "read"],
  ...["return", "set", "shift", "sleep", "test", "true", "type", "umask", "wait", "which"],
  ...["basename", "base64", "cat", "cksum", "cmp", "column", "comm", "cut", "diff", "dirname"],
  ...["egrep", "expand", "expr", "fgrep", "fold", "grep", "head", "hexdump", "jq", "join", "ls"],
  ...["md5sum", "nl", "od", "paste", "readlink", "realpath", "rev", "seq", "sha256sum", "stat"],
  ...["strings", "tac", "tail", "tr", "wc", "zcat", "zgrep"],
  ...["df", "dig", "du", "free", "getconf", "getent", "groups", "host", "id", "iostat", "lsblk"],
  ...["lscpu", "lsof", "netstat", "nproc", "nslookup", "pgrep", "pidof", "ps", "pstree"],
  ...["uname", "uptime", "vmstat", "w", "who", "whoami"],
];

const WITH_EXCEPTIONS: Readonly<Record<string, ReadOnlyTool>> = {
  date: { writesWith: ["-s", "--set"] },
  dmesg: { writesWith: ["-C", "-c", "-D", "-E", "-n", "--clear", "--read-clear", "--console"] },
  file: { writesWith: ["-C", "--compile"] },
  hostname: { operandsMax: 0, writesWith: ["-F", "--file", "-b", "--boot"] },
  ifconfig: { operandsMax: 1 },
  journalctl: {
    writesWith: [
      "--vacuum",
      "--rotate",
      "--flush",
      "--sync",
      "--setup",
      "--update",
      "--relinquish",
    ],
  },
  mount: { operandsMax: 0, writesWith: ["-a", "--all"] },
  printenv: {},
  sort: { writesWith: ["-o", "--output", "--compress", "-T", "--temporary", "--files0"] },
  ss: { writesWith: ["-K", "--kill", "-D", "--diag"] },
  top: { writesWith: ["-W"] },
  tree: { writesWith: ["-o"] },
  uniq: { operandsMax: 1 },
  xxd: { operandsMax: 1, writesWith: ["-r"] },
};

const READ_ONLY_TOOLS: ReadonlyMap<string, ReadOnlyTool> = new Map([
  ...PLAIN.map((name): [string, ReadOnlyTool] => [name, {}]),
  ...Object.entries(WITH_EXCEPTIONS),
]);

interface Argument {
  readonly text: string;
  readonly isExact: boolean;
}

/** Whether it only reads with these arguments, which must be exact where some would write. */
export function isReadOnlyUse(name: string, args: readonly Argument[]): boolean {
  const tool = READ_ONLY_TOOLS.get(name);
  if (!tool) return false;
  const { writesWith = [], operandsMax = Number.POSITIVE_INFINITY } = tool;
  const isPlain = writesWith.length === 0 && operandsMax === Number.POSITIVE_INFINITY;
  if (isPlain) return true;
  if (args.some(({ isExact }) => !isExact)) return false;
  const operands = args.filter(({ text }) => !/^[-+]./.test(text));
  const writes = args.some(({ text }) => writesWith.some((option) => isOption(text, option)));
  return !writes && operands.length <= operandsMax;
}

/** Long options may be shortened by who types them, so a common start is enough. */
function isOption(text: string, option: string): boolean {
  if (option.startsWith("--")) {
    const typed = text.split("=", 1)[0] ?? "";
    if (typed.length < 3 || !typed.startsWith("--")) return false;
    return typed.startsWith(option) || option.startsWith(typed);
  }
  return /^-[^-]/.test(text) && text.includes(option.slice(1));
}
