// Signals to processes, and what takes the whole machine along. The monitor is among them, and
// neither a number nor a pattern says whose process it is: members are handled by their names.
import type { Effect } from "../../domain/effect.ts";
import {
  alwaysIs,
  type Classifier,
  effectBecause,
  effectOf,
  type Scope,
  type ShellWord,
} from "./scope.ts";

const BY_PATTERN = ["killall", "killall5", "pkill", "skill", "xkill", "slay"];
const WHOLE_MACHINE = [
  ...["shutdown", "reboot", "poweroff", "halt", "init", "telinit", "kexec", "loginctl"],
  ...["timedatectl", "hwclock", "swapoff", "sysctl"],
];

export const PROCESS_TOOLS: Readonly<Record<string, Classifier>> = {
  ...Object.fromEntries(
    BY_PATTERN.map((name) => [name, alwaysIs("oversight", "the pattern may match the monitor")]),
  ),
  ...Object.fromEntries(
    WHOLE_MACHINE.map((name) => [
      name,
      alwaysIs("oversight", "the whole machine, the monitor too"),
    ]),
  ),
  fuser: classifyFuser,
  kill: classifyKill,
  ps: classifyPs,
};

const RESUMES = /^(?:SIG)?CONT$|^18$/;

function classifyKill(words: readonly ShellWord[], scope: Scope): readonly Effect[] {
  const { signal, targets } = readKill(words.slice(1));
  if (/^[lL0]$/.test(signal)) return [effectOf({ kind: "read", words, scope })];
  const isOneProcess = targets.every(({ text, isExact }) => isExact && /^\d{2,}$/.test(text));
  if (RESUMES.test(signal) && isOneProcess) return [effectOf({ kind: "start", words, scope })];
  const because = "it may be the monitor; use operator subject with a member's name";
  return [effectBecause({ kind: "oversight", words, because })];
}

/** `kill -9 1234`, `kill -s CONT 1234`, `kill 1234`. */
function readKill([first, ...rest]: readonly ShellWord[]) {
  if (!first) return { signal: "TERM", targets: [] };
  if (/^-[sn]$/.test(first.text)) return { signal: rest[0]?.text ?? "", targets: rest.slice(1) };
  const isSignal = /^-[A-Za-z0-9]+$/.test(first.text) && (rest.length > 0 || first.text === "-l");
  if (isSignal) return { signal: first.text.slice(1).toUpperCase(), targets: rest };
  return { signal: "TERM", targets: [first, ...rest] };
}

/** Without `k` among its options it only shows who uses a file. */
function classifyFuser(words: readonly ShellWord[], scope: Scope): readonly Effect[] {
  const isReading = words.slice(1).every(({ text, isExact }) => isExact && !/^-.*k/.test(text));
  return [effectOf({ kind: isReading ? "read" : "oversight", words, scope })];
}

/** After such an option comes its value; the last letter of several decides. */
const PS_VALUED = /^(?:-[A-Za-z]*[CGOUgopqstu]|[A-Za-z]*[OUkopqt]|--[a-z]+)$/;

/** BSD's `e`, without a dash, shows the environments of processes, keys and all. */
function classifyPs(words: readonly ShellWord[], scope: Scope): readonly Effect[] {
  const args = words.slice(1);
  const mayShowEnvironment = args.some(({ text, isExact, isOperand }, index) => {
    if (PS_VALUED.test(args[index - 1]?.text ?? "")) return false;
    return isExact ? /^[A-Za-z]*e[A-Za-z]*$/.test(text) : !isOperand;
  });
  if (!mayShowEnvironment) return [effectOf({ kind: "read", words, scope })];
  const because = "it may show the environment of another process; write ps -ef, with dashes";
  return [effectBecause({ kind: "oversight", words, because })];
}
