// Signals to processes, and what takes the whole machine along. The monitor is among them, and
// neither a number nor a pattern says whose process it is: members are handled by their names.
import type { Effect } from "../../domain/effect.ts";
import { showsProcessesAlone } from "./ps-words.ts";
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
  ...["hwclock", "swapoff"],
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
  gcore: alwaysIs("oversight", "memory of another process"),
  kill: classifyKill,
  ps: classifyPs,
};

/** Who is asked about may be anybody. Any other signal, or an option more, may be the monitor's. */
const ASKS = /^(?:-(?:0|[lL])|-[sn] 0|--list)(?: \d+)*$/;

function classifyKill(words: readonly ShellWord[], scope: Scope): readonly Effect[] {
  const args = words.slice(1);
  // Whatever one word becomes, it is one process.
  const text = args.map((word) => (word.isExact || word.mayDivide ? word.text : "1")).join(" ");
  const isOurs = !scope.isOtherShell && words[0]?.text === "kill";
  if (ASKS.test(text) && !isOurs && !scope.isInside && !scope.knowledge.isUnheld) {
    const because = "it would ask of the sandbox's own processes; write kill -0 NUMBER alone";
    return [effectBecause({ kind: "unknown", words, because })];
  }
  if (ASKS.test(text)) return [effectOf({ kind: "read", words, scope })];
  const because = "whose process it is, nobody knows; use operator subject with a member's name";
  return [effectBecause({ kind: "oversight", words, because })];
}

/** Of a process its environment, keys and all, is nobody's to see. */
export function classifyPs(words: readonly ShellWord[], scope: Scope): readonly Effect[] {
  if (showsProcessesAlone(words.slice(1))) return [effectOf({ kind: "read", words, scope })];
  const because =
    "it may show the environment of another process; write ps -ef, ps aux, or ps -eo COLUMNS";
  return [effectBecause({ kind: "oversight", words, because })];
}
