// A sorted set: its entries in order, and the score of each member. Logs of the limiter grow at
// their end and shrink at their beginning, which an array does well enough.

export interface ScoredEntry {
  readonly member: string;
  readonly score: number;
}

export interface SortedSet {
  readonly type: "zset";
  readonly scores: Map<string, number>;
  /** By score, then by the member's bytes. */
  order: ScoredEntry[];
  memberBytes: number;
}

/** One end of a range of scores; `(` in a request leaves the score itself out. */
export interface ScoreBound {
  readonly score: number;
  readonly isExclusive: boolean;
}

export interface ScoreRange {
  readonly from: ScoreBound;
  readonly to: ScoreBound;
}

export type Added = "new" | "moved" | "same";

export function createSortedSet(): SortedSet {
  return { type: "zset", scores: new Map(), order: [], memberBytes: 0 };
}

export function addToSet(set: SortedSet, entry: ScoredEntry): Added {
  const { member, score } = entry;
  const before = set.scores.get(member);
  if (before === score) return "same";
  if (before === undefined) set.memberBytes += member.length;
  else set.order.splice(placeOf(set, { member, score: before }), 1);
  set.scores.set(member, score);
  set.order.splice(placeOf(set, entry), 0, entry);
  return before === undefined ? "new" : "moved";
}

/** False when it was not there. */
export function removeFromSet(set: SortedSet, member: string): boolean {
  const score = set.scores.get(member);
  if (score === undefined) return false;
  removeSlice(set, { start: placeOf(set, { member, score }), count: 1 });
  return true;
}

/** Where the entries of these scores are, as indices of `order`. */
export function sliceWithin(set: SortedSet, { from, to }: ScoreRange): Slice {
  const start = firstIndex(set, ({ score }) =>
    from.isExclusive ? score > from.score : score >= from.score,
  );
  const end = firstIndex(set, ({ score }) =>
    to.isExclusive ? score >= to.score : score > to.score,
  );
  return { start, count: Math.max(0, end - start) };
}

export interface Slice {
  readonly start: number;
  readonly count: number;
}

export function removeSlice(set: SortedSet, { start, count }: Slice): void {
  for (const { member } of set.order.splice(start, count)) {
    set.scores.delete(member);
    set.memberBytes -= member.length;
  }
}

/** Where it is, or belongs. */
function placeOf(set: SortedSet, { member, score }: ScoredEntry): number {
  return firstIndex(
    set,
    (other) => other.score > score || (other.score === score && other.member >= member),
  );
}

/** The first that is `after`, given that all behind it are so, too. */
function firstIndex({ order }: SortedSet, isAfter: (entry: ScoredEntry) => boolean): number {
  let low = 0;
  let high = order.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const entry = order[middle];
    if (entry && isAfter(entry)) high = middle;
    else low = middle + 1;
  }
  return low;
}
