// Redis's protocol as a command that looks may speak it: reading commands, as arrays or as plain
// lines. Strict: quotes, and line ends within a word, pass nowhere.
import { REDIS_READS } from "../domain/redis-reads.ts";
import { areAllSettings, areShownSettings } from "../domain/redis-shown-settings.ts";
import { nameFor, type Unit } from "./wire-unit.ts";

/** It is read anew with every piece that comes. */
const COMMAND_BYTES_MAX = 16 * 1024;
const ARRAY_HEAD = /\*([1-9]\d{0,4})\r\n/y;
const WORD_HEAD = /\$(0|[1-9]\d{0,5})\r\n/y;
/** Longer than either head can be. */
const HEAD_BYTES_MAX = 12;
/** Nothing that is read in another way than it looks. */
const PLAIN_LINE = /^[ !#-&(-[\]-~]*$/;
const NOT_UNDERSTOOD = "a command to Redis that is not understood";

/** One whole command passes as it stands. */
export function readRedisCommand(bytes: Buffer): Unit {
  const text = bytes.toString("latin1", 0, COMMAND_BYTES_MAX);
  const unit = text.startsWith("*") ? readArray(text) : readLine(text);
  if (unit.type !== "open" || bytes.length < COMMAND_BYTES_MAX) return unit;
  return refusal(`a command to Redis has at most ${COMMAND_BYTES_MAX} bytes`);
}

function readLine(text: string): Unit {
  const end = text.indexOf("\n");
  if (end === -1) return { type: "open" };
  const line = text.slice(0, end).replace(/\r$/, "");
  const words = line.split(" ").filter((word) => word !== "");
  if (!PLAIN_LINE.test(line)) return refusal(NOT_UNDERSTOOD);
  return judge(words, end + 1);
}

function readArray(text: string): Unit {
  const head = readHead(ARRAY_HEAD, { text, at: 0 });
  if (typeof head === "object") return head;
  const words: string[] = [];
  let at = ARRAY_HEAD.lastIndex;
  while (words.length < head) {
    const length = readHead(WORD_HEAD, { text, at });
    if (typeof length === "object") return length;
    const start = WORD_HEAD.lastIndex;
    const word = text.slice(start, start + length);
    const end = text.slice(start + length, start + length + 2);
    if (end.length < 2) return { type: "open" };
    if (end !== "\r\n" || /[\r\n]/.test(word)) return refusal(NOT_UNDERSTOOD);
    words.push(word);
    at = start + length + 2;
  }
  return judge(words, at);
}

/** Its number; leaves the expression's `lastIndex` behind it. */
function readHead(
  head: RegExp,
  { text, at }: { readonly text: string; readonly at: number },
): number | Unit {
  head.lastIndex = at;
  const [, count] = head.exec(text) ?? [];
  if (count !== undefined) return Number(count);
  const rest = text.slice(at);
  const mayGoOn = rest.length < HEAD_BYTES_MAX && !rest.includes("\n");
  return mayGoOn ? { type: "open" } : refusal(NOT_UNDERSTOOD);
}

/** An empty line is no command. */
function judge([name = "", next = "", ...words]: readonly string[], bytes: number): Unit {
  const reading = name === "" ? "always" : REDIS_READS.get(name.toUpperCase());
  const isShown = areShownSettings(words) || areAllSettings(words);
  if (/^config get$/i.test(`${name} ${next}`) && !isShown) {
    return refusal("CONFIG GET: a setting that may be a password is shown to no command");
  }
  if (reading === "always" || reading?.includes(next.toUpperCase())) {
    return { type: "reads", bytes };
  }
  const named = reading ? `${nameFor(name)} ${nameFor(next)}` : nameFor(name);
  return refusal(`${named}: a command that looks sends Redis what reads, and nothing else`);
}

function refusal(why: string): Unit {
  return { type: "refused", why, answer: `-ERR operator: ${why}\r\n` };
}
