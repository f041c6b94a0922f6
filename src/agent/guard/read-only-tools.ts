// Programs and builtins that change nothing, whatever their arguments, but for the ones listed.
import type { EffectKind } from "../../domain/effect.ts";
import type { ShellWord } from "./scope.ts";

interface ReadOnlyTool {
  /** Options with which it writes. A long one matches with `=value`, a short one among others. */
  readonly writesWith?: readonly string[];
  /** Words that only look like one of those. */
  readonly harmless?: RegExp;
  /** Options that are known to read; any other may do something else. */
  readonly reads?: RegExp;
  /** What it shows with these is more than anybody looks for: keys, too. */
  readonly tellsWith?: RegExp;
  /** What is no operand, though no dash begins it. */
  readonly formats?: RegExp;
  /** Options with a value of their own, which is no operand. */
  readonly valued?: readonly string[];
  /** More plain arguments than this, and it writes: `uniq input output`, `hostname name`. */
  readonly operandsMax?: number;
  /** What writing with it is. */
  readonly writing: EffectKind;
}

const PLAIN = [
  ...[":", "break", "continue", "echo", "exit", "false", "pwd", "yes"],
  ...["return", "shift", "sleep", "true", "type", "umask", "which"],
  ...["basename", "cat", "cksum", "cmp", "column", "comm", "cut", "diff", "dirname"],
  ...["egrep", "expand", "expr", "fgrep", "fold", "grep", "head", "hexdump", "jq", "join", "ls"],
  ...["md5sum", "nl", "od", "paste", "readlink", "realpath", "rev", "seq", "sha256sum", "stat"],
  ...["strings", "tac", "tail", "tr", "wc", "zcat", "zgrep"],
  ...["df", "du", "free", "getconf", "groups", "id", "iostat", "lsblk"],
  ...["lscpu", "netstat", "nproc", "pidof", "printenv"],
  ...["pstree", "uname", "uptime", "vmstat", "w", "who", "whoami"],
  ...["arch", "getfacl", "last", "locale", "lsattr", "lsmod", "lsns", "mpstat"],
  "redis-check-rdb",
];

const JOURNAL_CHANGES = [
  "--vacuum",
  "--rotate",
  "--flush",
  "--sync",
  "--setup",
  "--update",
  "--cursor-file",
];
const JOURNAL_READS = new RegExp(
  "^(?:-[aefkmqrx]*(?:[aefkmqrx]|[bgnopStUu].*)|--(?:all|boot|catalog|disk-usage|dmesg" +
    "|follow|full|grep|identifier|lines|list-boots|no-full|no-hostname|no-pager|no-tail|output" +
    "|pager-end|priority|quiet|reverse|since|until|unit|utc)(?:=.*)?)$",
);
/** Of what has crashed its environment is a field. Joined to its option, or apart from it. */
export const ALL_FIELDS = /^(?:-\w*o|--o[a-z]*=)?(?:json[\w-]*|verbose|export)$/;
const RING_CHANGES = ["-C", "-c", "-D", "-E", "-n", "--clear", "--read-clear", "--console"];
const RING_READS = new RegExp(
  "^(?:-[deHhJkLpPrStTuVwWx]*(?:[deHhJkLpPrStTuVwWx]|[fl][a-z,+]*)" +
    "|--(?:ctime|decode|follow|follow-new|force-prefix|help|human|json|kernel|noescape|nopager" +
    "|notime|raw|reltime|show-delta|syslog|userspace|version)" +
    "|--(?:color|facility|level|since|time-format|until)(?:=.*)?)$",
);
const LSOF_READS = new RegExp(
  "^-[abElnNoPQRtUvVwX]*(?:[abEhlnNoPQRtUvVwX]|[cdgipu].*" +
    "|s(?:(?:TCP|UDP):.*)?|F\\w*|f[gG]*|[LSr]\\d*|T[fqs]*|x[fl]*)$",
);
const SS_READS = new RegExp(
  "^(?:-[abdeEhHilmMnoOprsStTuVwxzZ046]*(?:[abdeEhHilmMnoOprsStTuVwxzZ046]|[fA][a-z\\d_,]*)" +
    "|--(?:all|bpf|cgroup|contexts?|dccp|events|extended|help|inet-sockopt|info|ipv[46]|listening" +
    "|memory|mptcp|no-header|numeric|oneline|options|packet|processes|raw|resolve|sctp|summary" +
    "|tcp|threads|tipc|tipcinfo|tos|udp|unix|version|vsock|xdp)" +
    "|--(?:family|query|socket)(?:=[a-z\\d_,]+)?)$",
);
const SORT_FILES = ["-o", "--output", "--compress", "-T", "--temporary", "--files0"];

const WITH_EXCEPTIONS: Readonly<Record<string, ReadOnlyTool>> = {
  base64: { writesWith: ["-o", "--output"], writing: "destroy" },
  // Leases and verification are decided by the clock.
  date: {
    writesWith: ["-s", "--set"],
    operandsMax: 0,
    valued: ["-d", "--date", "-r", "--reference", "-f"],
    harmless: /^-u?I[a-z]*$/,
    formats: /^\+/,
    writing: "oversight",
  },
  // Of a file of its own it shows any text.
  dmesg: { writesWith: RING_CHANGES, reads: RING_READS, writing: "destroy" },
  file: { writesWith: ["-C", "--compile"], writing: "destroy" },
  journalctl: {
    writesWith: [...JOURNAL_CHANGES, "--relinquish"],
    reads: JOURNAL_READS,
    tellsWith: ALL_FIELDS,
    writing: "destroy",
  },
  sort: { writesWith: SORT_FILES, writing: "destroy" },
  // With -F it shows lines of any file.
  findmnt: {
    reads: new RegExp(
      "^(?:-[abDfiJlnPrRuUvy]+|-[abDfiJlnPrRuUvy]*[dMoOtTS][\\w,:./=%+-]*" +
        "|--(?:all|bytes|df|first-only|invert|json|list|mountpoint|noheadings|output|pairs|raw" +
        "|real|source|submounts|target|types|uniq)(?:=.*)?)$",
    ),
    writing: "hidden",
  },
  // Whether a process has a value in its environment, it tells as well.
  pgrep: { writesWith: ["--env"], writing: "oversight" },
  lsof: { writesWith: ["-D"], reads: LSOF_READS, writing: "destroy" },
  // It may run another program, and watch that.
  pidstat: { writesWith: ["-e"], writing: "hidden" },
  "redis-check-aof": {
    writesWith: ["--fix", "--truncate"],
    reads: /^--version$/,
    writing: "destroy",
  },
  sar: { writesWith: ["-o"], writing: "destroy" },
  // Whose connections, its filter says.
  ss: {
    writesWith: ["-K", "--kill", "-D", "--diag", "-F", "--filter"],
    reads: SS_READS,
    writing: "foreign",
  },
  top: { writesWith: ["-W"], writing: "unknown" },
  // -R: in each folder it runs itself again, and writes there.
  tree: {
    writesWith: ["-o", "-R"],
    reads: /^-(?:[adfghilpqrstuDFN]+|[LPI].*)$|^--(?:dirsfirst|du|noreport|prune|si)$/,
    writing: "destroy",
  },
  uniq: { operandsMax: 1, valued: ["-f", "-s", "-w"], writing: "destroy" },
  xxd: {
    operandsMax: 1,
    valued: ["-c", "-g", "-l", "-len", "-o", "-s", "-seek"],
    writesWith: ["-r"],
    writing: "destroy",
  },
};

const ALWAYS_READING: ReadonlySet<string> = new Set(PLAIN);

/** Whatever its words are, and however many. */
export function isAlwaysReading(name: string): boolean {
  return ALWAYS_READING.has(name);
}

/** Undefined for a program that is none of them; "hidden" when a word may be another option. */
export function kindOfReadOnlyUse(
  name: string,
  args: readonly ShellWord[],
): EffectKind | undefined {
  if (ALWAYS_READING.has(name)) return "read";
  const tool = Object.hasOwn(WITH_EXCEPTIONS, name) ? WITH_EXCEPTIONS[name] : undefined;
  if (!tool) return undefined;
  const { writesWith = [], operandsMax = Number.POSITIVE_INFINITY, writing } = tool;
  if (args.some(({ isExact, isOperand }) => !(isExact || isOperand))) return "hidden";
  const operands = operandsOf(tool, args);
  // A pattern may become several.
  if (Number.isFinite(operandsMax) && operands.some(({ isExact }) => !isExact)) return "hidden";
  const writes = args.some(
    ({ text }) => !tool.harmless?.test(text) && writesWith.some((option) => isOption(text, option)),
  );
  if (writes || operands.length > operandsMax) return writing;
  if (args.some(({ text }) => tool.tellsWith?.test(text))) return "oversight";
  const isKnown = args.every(({ text }) => !/^-./.test(text) || (tool.reads?.test(text) ?? true));
  return isKnown ? "read" : "hidden";
}

/** From left to right: the value of an option may look like one. */
function operandsOf(
  { valued, formats }: ReadOnlyTool,
  args: readonly ShellWord[],
): readonly ShellWord[] {
  const operands: ShellWord[] = [];
  for (let index = 0; index < args.length; index += 1) {
    const word = args[index];
    if (!word) break;
    if (valued?.includes(word.text)) index += 1;
    else if (!(/^-./.test(word.text) || formats?.test(word.text))) operands.push(word);
  }
  return operands;
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
