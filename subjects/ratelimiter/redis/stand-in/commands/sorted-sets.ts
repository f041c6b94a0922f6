// Sorted sets: what the logs of the limiter are.
import type { Call, Command } from "../command.ts";
import type { Entry } from "../data/keyspace.ts";
import {
  type Added,
  addToSet,
  createSortedSet,
  removeFromSet,
  removeSlice,
  type ScoreBound,
  type ScoredEntry,
  type ScoreRange,
  type SortedSet,
  sliceWithin,
} from "../data/sorted-set.ts";
import { CommandError, type Reply, SYNTAX_ERROR, WRONG_TYPE } from "../wire/reply.ts";
import { pairsIn, readInteger, readScore } from "./arguments.ts";

export const SORTED_SET_COMMANDS: readonly Command[] = [
  { name: "zadd", arity: -4, traits: ["write", "deny_oom"], run: add },
  { name: "zcard", arity: 2, run: (call) => findSet(call)?.value.order.length ?? 0 },
  {
    name: "zscore",
    arity: 3,
    run(call) {
      const score = findSet(call)?.value.scores.get(call.words[2] ?? "");
      return score === undefined ? null : { type: "double", value: score };
    },
  },
  {
    name: "zcount",
    arity: 4,
    run(call) {
      const range = readRange(call.words);
      const set = findSet(call);
      return set ? sliceWithin(set.value, range).count : 0;
    },
  },
  { name: "zrange", arity: -4, run: byIndex },
  { name: "zrangebyscore", arity: -4, run: byScore },
  { name: "zrem", arity: -3, traits: ["write"], run: remove },
  { name: "zremrangebyscore", arity: 4, traits: ["write"], run: removeByScore },
];

type SetEntry = Entry & { readonly value: SortedSet };

function findSet({ server, words: [, key = ""] }: Call): SetEntry | undefined {
  const entry = server.keyspace.get(key);
  if (entry && !isSet(entry)) throw new CommandError(WRONG_TYPE);
  return entry;
}

function isSet(entry: Entry): entry is SetEntry {
  return entry.value.type === "zset";
}

const ADD_OPTIONS = ["nx", "xx", "ch"];

function add(call: Call): Reply {
  const { server, words } = call;
  const [, key = "", ...rest] = words;
  const firstScore = rest.findIndex((word) => !ADD_OPTIONS.includes(word.toLowerCase()));
  const options = rest.slice(0, firstScore).map((word) => word.toLowerCase());
  const pairs = pairsIn(rest.slice(firstScore), SYNTAX_ERROR);
  if (options.includes("nx") && options.includes("xx")) {
    throw new CommandError("ERR XX and NX options at the same time are not compatible");
  }
  const entries = pairs.map(([score, member]) => ({ score: readScore(score), member }));
  const before = findSet(call);
  const set = before?.value ?? createSortedSet();
  const done = entries.map((entry) => addOne(set, entry, options));
  const added = done.filter((what) => what === "new").length;
  const changed = done.filter((what) => what !== "same").length;
  if (before && changed > 0) server.keyspace.noteChange(before);
  else if (!before && changed > 0) server.keyspace.put(key, set);
  return options.includes("ch") ? changed : added;
}

function addOne(set: SortedSet, entry: ScoredEntry, options: readonly string[]): Added {
  const isThere = set.scores.has(entry.member);
  const isLeft = isThere ? options.includes("nx") : options.includes("xx");
  return isLeft ? "same" : addToSet(set, entry);
}

function byIndex(call: Call): Reply {
  const [, , from, to, ...options] = call.words;
  const range = { from: readInteger(from), to: readInteger(to) };
  const hasScores = readWithScores(options);
  const order = findSet(call)?.value.order ?? [];
  const fromEnd = (index: number) => (index < 0 ? order.length + index : index);
  const found = order.slice(Math.max(0, fromEnd(range.from)), fromEnd(range.to) + 1);
  return shown(fromEnd(range.to) < 0 ? [] : found, hasScores);
}

function byScore(call: Call): Reply {
  const range = readRange(call.words);
  const { rest, offset, count } = readLimit(call.words.slice(4));
  const hasScores = readWithScores(rest);
  const set = findSet(call);
  if (!set || offset < 0) return [];
  const slice = sliceWithin(set.value, range);
  const found = set.value.order.slice(slice.start, slice.start + slice.count);
  return shown(found.slice(offset, count < 0 ? undefined : offset + count), hasScores);
}

function remove(call: Call): Reply {
  const set = findSet(call);
  if (!set) return 0;
  const removed = call.words.slice(2).filter((member) => removeFromSet(set.value, member));
  if (removed.length > 0) call.server.keyspace.noteChange(set);
  return removed.length;
}

function removeByScore(call: Call): Reply {
  const range = readRange(call.words);
  const set = findSet(call);
  if (!set) return 0;
  const slice = sliceWithin(set.value, range);
  removeSlice(set.value, slice);
  if (slice.count > 0) call.server.keyspace.noteChange(set);
  return slice.count;
}

function readRange([, , from, to]: readonly string[]): ScoreRange {
  return { from: readBound(from), to: readBound(to) };
}

function readBound(text = ""): ScoreBound {
  const isExclusive = text.startsWith("(");
  const score = readScore(isExclusive ? text.slice(1) : text, "ERR min or max is not a float");
  return { score, isExclusive };
}

function readLimit(words: readonly string[]) {
  const at = words.findIndex((word) => word.toLowerCase() === "limit");
  if (at < 0) return { rest: words, offset: 0, count: -1 };
  if (at + 2 >= words.length) throw new CommandError(SYNTAX_ERROR);
  const rest = [...words.slice(0, at), ...words.slice(at + 3)];
  return { rest, offset: readInteger(words[at + 1]), count: readInteger(words[at + 2]) };
}

function readWithScores([word, ...more]: readonly string[]): boolean {
  if (word === undefined) return false;
  if (more.length === 0 && word.toLowerCase() === "withscores") return true;
  throw new CommandError(SYNTAX_ERROR);
}

function shown(entries: readonly ScoredEntry[], hasScores: boolean): Reply {
  if (!hasScores) return entries.map(({ member }) => member);
  return { type: "scored", entries: entries.map(({ member, score }) => [member, score] as const) };
}
