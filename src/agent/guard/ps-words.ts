// Which words of ps show processes and not what they were given. BSD's `e` shows environments; and
// where its dashed options do not fit together, ps drops all dashes: `-e` is that `e` then.
import type { ShellWord } from "./scope.ts";

/** With `-e`: nothing that may fail. */
const ALL = /^-(?:e|A|ef|eF|el|elf|ely|eLf|eLF|ej|eww|efww)$/;
const ALL_COLUMNS = /^-eo$/;
const DASHED = /^-[AadfFHjlLTwN]+$/;
const DASHED_VALUED = /^-[AadfFHjlLTwN]*[CGUgopqstu]$/;
/** No user has such a name: they are BSD's letters. */
const AUX = /^-aux[fw]*$/;
const PLAIN = /^[acfhjlmrsTuvwxHX]+$/;
const PLAIN_VALUED = /^[acfhjlmrsTuvwxHX]*[op]$/;
const LONG = /^--(?:forest|headers?|no-headers?|version|help)$/;
const LONG_VALUED =
  /^--(?:cols|columns|format|group|lines|pid|ppid|quick-pid|rows|sid|sort|tty|user|width)$/;
/** No column of that name; and none of a width that fills the memory of whoever asks. */
const VALUE = /^(?!.*(?:env|:\d{3}))[\w%:,.+=@-]+$/i;
const NUMBER = /^\d{1,7}$/;

/** Whether these words tell no environment. */
export function showsProcessesAlone(args: readonly ShellWord[]): boolean {
  const options: string[] = [];
  for (let index = 0; index < args.length; index += 1) {
    const { text, isExact } = args[index] ?? { text: "", isExact: false };
    const [, long = text, value] = /^(--[\w-]+)=(.*)$/s.exec(text) ?? [];
    if (!isExact) return false;
    if (takesValue(long)) {
      if (value === undefined) index += 1;
      if (!isValue(value === undefined ? args[index] : { text: value, isExact })) return false;
    } else if (!isAlone(text)) return false;
    options.push(long);
  }
  const isOfAll = options.length > 1 && options.some((option) => /^-[^-]*e/.test(option));
  return !isOfAll || options.every(fitsAll);
}

function takesValue(option: string): boolean {
  return [DASHED_VALUED, ALL_COLUMNS, PLAIN_VALUED, LONG_VALUED].some((one) => one.test(option));
}

function isAlone(text: string): boolean {
  return [ALL, DASHED, AUX, PLAIN, LONG, NUMBER].some((one) => one.test(text));
}

/** Of a value that is known only when it runs ps makes one value, or fails. */
function isValue(word: ShellWord | undefined): boolean {
  if (word === undefined || word.mayDivide) return false;
  return !word.isExact || VALUE.test(word.text);
}

/** Beside `-e`: what fits it, whatever else there is. */
function fitsAll(option: string): boolean {
  return /^-(?:e|A|ef|eF|el|elf|ely|ej|eww|efww|w|ww|o|eo)$|^--(?:forest|no-headers?|sort)$/.test(
    option,
  );
}
