// A list of which the first and the last are kept, and what lies between is counted: what is told
// of a long record fits on a page.

export interface Ends<T> {
  /** As many of the first as of the last, in their order. */
  readonly items: readonly T[];
  /** Between the two. */
  readonly omitted: number;
}

export interface EndsCollector<T> {
  add(item: T): void;
  ends(): Ends<T>;
}

/** `half` of the first are kept, and as many of the last. */
export function collectEnds<T>(half: number): EndsCollector<T> {
  const [first, last]: [T[], T[]] = [[], []];
  let omitted = 0;
  return {
    add(item) {
      if (first.length < half) {
        first.push(item);
        return;
      }
      last.push(item);
      if (last.length <= half) return;
      last.shift();
      omitted += 1;
    },
    ends: () => ({ items: [...first, ...last], omitted }),
  };
}

export function endsOf<T>(items: Iterable<T>, half: number): Ends<T> {
  const collector = collectEnds<T>(half);
  for (const item of items) collector.add(item);
  return collector.ends();
}
