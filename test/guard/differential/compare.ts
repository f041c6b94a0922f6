// What a line did against what the guard had read in it: whatever ran, written out by itself, must
// be no worse than the line was taken for, and a file that is not as it was must be one of those
// that it writes.
import { classifyAssignedWord } from "../../../src/agent/guard/assignments.ts";
import { classifyCommand } from "../../../src/agent/guard/classify-command.ts";
import type { CommandKnowledge } from "../../../src/agent/guard/scope.ts";
import { type Effect, isLook, isRefused } from "../../../src/domain/effect.ts";
import { quoteWord } from "../../../src/infra/shell-word.ts";
import type { Call, Run } from "./inside.ts";

export interface Reading {
  readonly line: string;
  readonly effects: readonly Effect[];
  readonly knowledge: CommandKnowledge;
}

/** What was done that had not been read; undefined where there is nothing. */
export function findDifference(reading: Reading, run: Run): string | undefined {
  return (
    firstOf(run.calls, (call) => troubleOfCall(call, reading)) ??
    troubleOfRepetition(run.calls, reading) ??
    firstOf(run.files, (file) => troubleOfFile(file, reading))
  );
}

function firstOf<T>(
  list: readonly T[],
  trouble: (one: T) => string | undefined,
): string | undefined {
  return list.map(trouble).find((one) => one !== undefined);
}

function troubleOfCall(call: Call, reading: Reading): string | undefined {
  const { effects, knowledge } = reading;
  const [name = ""] = call.words;
  const line = lineOf(call);
  if (PASSING_ON.has(name) || isQuestion(call)) return undefined;
  // Of a pattern may come more words than are judged.
  if (READERS.has(name) && line.length > CHARS_JUDGED) return undefined;
  const does = classifyCommand(line, knowledge);
  const sets = call.variables.flatMap(([name, value]) => classifyAssignedWord(`${name}=${value}`));
  const unread = [...does, ...sets].find(
    (effect) => !(isRead(effect, effects) || isKeptAway(effect, { call, reading })),
  );
  if (unread) return `ran ${line}: ${unread.kind}: ${unread.source}`;
  if (isLook(effects) || name === FIND) return undefined;
  // Beside a change it may not look at everything.
  const beside = classifyCommand(`${line}; docker start tikv1`, knowledge);
  const reason = isLook(does) ? beside.find((effect) => isRefused([effect])) : undefined;
  return reason && `ran ${line} beside a change: ${reason.source}`;
}

/** What they call is written down, too. */
const PASSING_ON = new Set([
  ...["bash", "busybox", "chronic", "dash", "doas", "env", "ionice", "nice", "nohup", "sh"],
  ...["stdbuf", "sudo", "timeout", "toybox", "xargs"],
]);

/** Judged by its own words, and by what it calls. */
const FIND = "find";

/** Whoever is asked about, it is only asked. */
function isQuestion({ words: [name, signal] }: Call): boolean {
  return name === "kill" && signal === "-0";
}

const CHARS_JUDGED = 4_000;

const READERS = new Set([
  ...["awk", "base64", "cat", "cut", "find", "grep", "head", "ls", "ps", "sed", "sort", "tail"],
  ...["tr", "uniq", "wc"],
]);

/** Its words say only when it runs what a look reads: a sandbox has nothing that is secret. */
function isKeptAway(
  { kind }: Effect,
  { call, reading }: { readonly call: Call; readonly reading: Reading },
): boolean {
  const { line, effects, knowledge } = reading;
  const isOpen = /[$`*?[{~]|\bxargs\b/.test(line);
  const [name = ""] = call.words;
  const isReading = READERS.has(name)
    ? kind === "foreign" || kind === "oversight"
    : // An address that the shell looked up among files first, and curl reads as several.
      name === "curl" && kind === "unknown";
  return isReading && isOpen && isLook(effects) && knowledge.isUnheld !== true;
}

/** By kind, and for each member by its name; of whom nobody knows, it is not allowed. */
function isRead({ kind, targets }: Effect, effects: readonly Effect[]): boolean {
  if (kind === "read") return true;
  if (isRefused([{ kind, targets, source: "" }])) return false;
  // A start is the least of what something may be that is not understood.
  const kinds = kind === "start" ? [kind, "unknown"] : [kind];
  const alike = effects.filter((effect) => kinds.includes(effect.kind));
  const known = alike.flatMap((effect) => effect.targets);
  const isVague = alike.some((effect) => effect.targets.length === 0);
  return alike.length > 0 && (isVague || targets.every((target) => known.includes(target)));
}

/** Each change was judged once. */
function troubleOfRepetition(
  calls: readonly Call[],
  { effects, knowledge }: Reading,
): string | undefined {
  if (isLook(effects)) return undefined;
  const changes = calls
    .filter(({ words: [name = ""] }) => !(PASSING_ON.has(name) || name === FIND))
    .map(lineOf)
    .filter((line) => classifyCommand(line, knowledge).some(({ kind }) => COUNTED.includes(kind)));
  const twice = changes.find((line, index) => changes.indexOf(line) < index);
  if (twice !== undefined) return `ran twice: ${twice}`;
  const strikes = changes.filter((line) =>
    classifyCommand(line, knowledge).some(({ kind }) => kind === "interrupt"),
  );
  return strikes.length > 1 ? `interrupted more than once: ${strikes.join("; ")}` : undefined;
}

/** To start what runs is nothing. */
const COUNTED: readonly string[] = ["interrupt", "configure", "network", "unknown"];

function lineOf({ words }: Call): string {
  return words.map(plainlyQuoted).join(" ");
}

function plainlyQuoted(text: string): string {
  // There a line seems to go on, though within quotes it does not.
  const word = text.replaceAll("\\\n", "\\ \n");
  return /^[\w@%+=:,./-]+$/.test(word) ? word : quoteWord(word);
}

function troubleOfFile(file: string, { effects, knowledge }: Reading): string | undefined {
  const does = classifyCommand(`echo > ${plainlyQuoted(file)}`, knowledge);
  const unread = does.find((effect) => !isRead(effect, effects));
  if (unread) return `changed ${file}: ${unread.source}`;
  const isSaid = effects.some(
    ({ kind, source }) => WRITING.includes(kind) && mayName(source, file),
  );
  return isSaid ? undefined : `changed ${file}, which is not said`;
}

/** Without a sandbox it is nobody's. */
const WRITING: readonly string[] = ["write", "unknown"];

/** Relative to some folder, or into one; or cut off because it was long. */
function mayName(source: string, file: string): boolean {
  if (source.includes("…") || /\bmktemp\b/.test(source)) return true;
  const written = `${source.replace(/ \([^()]*\)$/, "")} `;
  const [folder = "", name = ""] = file.split("/").slice(-2);
  const names = folder === "tmp" ? [name] : [folder, name];
  return names.some((one) =>
    [" ", "/"].some(
      (end) => written.includes(` ${one}${end}`) || written.includes(`/${one}${end}`),
    ),
  );
}
