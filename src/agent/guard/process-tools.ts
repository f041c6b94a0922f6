// Signals to processes. Ours are among them: a pattern or a group may hit the monitor.
import type { Effect } from "../../domain/effect.ts";
import { type Classifier, effectBecause, effectOf, type Scope, type ShellWord } from "./scope.ts";

export const PROCESS_TOOLS: Readonly<Record<string, Classifier>> = {
  kill: classifyKill,
  killall: classifyByPattern,
  pkill: classifyByPattern,
};

const RESUMES = /^(?:SIG)?CONT$|^18$/;

function classifyKill(words: readonly ShellWord[], scope: Scope): readonly Effect[] {
  const { signal, targets } = readKill(words.slice(1));
  if (/^[lL0]$/.test(signal)) return [effectOf({ kind: "read", words, scope })];
  // 0 and -1 are whole groups; 1 is the first process of the machine.
  if (targets.some(({ text }) => /^(-|[01]$)/.test(text))) {
    return [
      effectBecause({ kind: "oversight", words, because: "a whole group, the monitor among it" }),
    ];
  }
  if (targets.some(({ isExact }) => !isExact)) {
    return [
      effectBecause({ kind: "unknown", words, because: "its target is known only when it runs" }),
    ];
  }
  return [effectOf({ kind: RESUMES.test(signal) ? "start" : "interrupt", words, scope })];
}

/** `kill -9 1234`, `kill -s CONT 1234`, `kill 1234`. */
function readKill([first, ...rest]: readonly ShellWord[]) {
  if (!first) return { signal: "TERM", targets: [] };
  if (/^-[sn]$/.test(first.text)) return { signal: rest[0]?.text ?? "", targets: rest.slice(1) };
  const isSignal = /^-[A-Za-z0-9]+$/.test(first.text) && (rest.length > 0 || first.text === "-l");
  if (isSignal) return { signal: first.text.slice(1).toUpperCase(), targets: rest };
  return { signal: "TERM", targets: [first, ...rest] };
}

const OURS = /operator|monitor|agent|bun|main/i;

/** By name or command line: it takes whatever looks alike, so only a plain other name is judged. */
function classifyByPattern(words: readonly ShellWord[]): readonly Effect[] {
  const names = words.slice(1).filter(({ text }) => !/^-(?:[A-Z0-9]+|[fxe])$/.test(text));
  const isOther = names.every(
    ({ text, isExact }) => isExact && /^[\w-]{3,}$/.test(text) && !OURS.test(text),
  );
  if (isOther && names.length === 1) {
    return [
      effectBecause({
        kind: "unknown",
        words,
        because: "whatever matches; use operator subject instead",
      }),
    ];
  }
  return [
    effectBecause({ kind: "oversight", words, because: "the pattern may match the monitor" }),
  ];
}
