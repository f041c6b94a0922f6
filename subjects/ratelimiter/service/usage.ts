// What this node was granted by Redis, remembered by the node itself: a second account of every
// counter, kept for a bounded time, that Redis's own can be compared with.
import type { UsageAnswer } from "./answers.ts";

export interface Units {
  readonly key: string;
  readonly units: number;
}

export interface UsageWindow {
  /** By Redis's clock. */
  readonly endUs: number;
  readonly windowMs: number;
}

export interface UsageLog {
  /** `atUs` is Redis's time of the grant. */
  addGrant(grant: Units & { readonly atUs: number }): void;
  /** A check that was sent then, by `performance.now()`, and whose answer never came. */
  addUncertain(units: Units, sentMs: number): void;
  /** What was granted before `atUs`, by Redis's time, Redis was told to forget. */
  addReset(reset: { readonly key: string; readonly atUs: number }): void;
  /**
   * Every answer tells Redis's time: that is how the two clocks are known to each other. Where it
   * was set back, what was granted by the old one cannot be compared, and is forgotten.
   */
  noteRedisTime(us: number): void;
  /** Redis answers again, and tells a time that is past: taken where none is known. */
  noteLateAnswer(us: number): void;
  /** Undefined until Redis has answered once. */
  redisNowUs(): number | undefined;
  read(window: UsageWindow): Pick<UsageAnswer, "since_us" | "items" | "resets">;
}

export interface UsageBounds {
  readonly entriesMax: number;
  readonly spanMs: number;
  /**
   * A check that was sent on a connection which was given up may be counted until Redis answers
   * again, when it reads what waited, and this much longer: the network repeats what it has lost.
   */
  readonly lateMs: number;
}

interface Grant extends Units {
  readonly atUs: number;
}

interface Uncertain extends Units {
  readonly sentMs: number;
  /** When Redis can no longer count it; infinite until Redis answers again. */
  endsMs: number;
}

/** Answers that came in time are not so far out of their order. */
const SET_BACK_US = 1_000_000;

const DEFAULT_BOUNDS: UsageBounds = { entriesMax: 100_000, spanMs: 60_000, lateMs: 10_000 };

export function createUsageLog(given: Partial<UsageBounds> = {}): UsageLog {
  const bounds = { ...DEFAULT_BOUNDS, ...given };
  const startedAtMs = performance.now();
  let grants = createQueue<Grant>();
  const uncertain = createQueue<Uncertain>();
  /** Since Redis's last answer. */
  let hasLost = false;
  const resets = createQueue<Omit<Grant, "units">>();
  /** Redis's time when `performance.now()` was 0. */
  let originUs: number | undefined;
  let latestUs = 0;
  let forgottenUs = 0;

  function forget(): void {
    const horizonMs = performance.now() - bounds.spanMs;
    const horizonUs = (originUs ?? 0) + horizonMs * 1000;
    for (let oldest = grants.first(); oldest; oldest = grants.first()) {
      if (grants.size() <= bounds.entriesMax && oldest.atUs > horizonUs) break;
      forgottenUs = Math.max(forgottenUs, oldest.atUs);
      grants.drop();
    }
    for (let oldest = uncertain.first(); oldest; oldest = uncertain.first()) {
      if (uncertain.size() <= bounds.entriesMax && oldest.endsMs > horizonMs) break;
      uncertain.drop();
    }
    for (let oldest = resets.first(); oldest; oldest = resets.first()) {
      if (resets.size() <= bounds.entriesMax && oldest.atUs > horizonUs) break;
      resets.drop();
    }
  }

  function noteAnswer(): void {
    if (!hasLost) return;
    hasLost = false;
    const endsMs = performance.now() + bounds.lateMs;
    for (const entry of uncertain.all()) entry.endsMs = Math.min(entry.endsMs, endsMs);
  }

  return {
    addGrant: (grant) => {
      grants.push(grant);
      forget();
    },
    addUncertain: (units, sentMs) => {
      uncertain.push({ ...units, sentMs, endsMs: Number.POSITIVE_INFINITY });
      hasLost = true;
      forget();
    },
    addReset: (reset) => {
      resets.push(reset);
      forget();
    },
    noteRedisTime: (us) => {
      originUs = us - performance.now() * 1000;
      if (us < latestUs - SET_BACK_US) {
        grants = createQueue();
        forgottenUs = us;
      }
      latestUs = us;
      noteAnswer();
    },
    noteLateAnswer: (us) => {
      originUs ??= us - performance.now() * 1000;
      noteAnswer();
    },
    redisNowUs: () => (originUs === undefined ? undefined : nowBy(originUs)),
    read: ({ endUs, windowMs }) => {
      const fromUs = endUs - windowMs * 1000;
      const items = createTally();
      for (const { key, units, atUs } of grants.all()) {
        if (atUs > fromUs && atUs <= endUs) items.of(key).allowed += units;
      }
      for (const { key, units, sentMs, endsMs } of uncertain.all()) {
        const isApart =
          originUs !== undefined &&
          (originUs + endsMs * 1000 <= fromUs || originUs + sentMs * 1000 > endUs);
        if (!isApart) items.of(key).uncertain += units;
      }
      const bornUs = originUs === undefined ? endUs : Math.floor(originUs + startedAtMs * 1000);
      return {
        since_us: Math.max(bornUs, forgottenUs),
        items: items.list(),
        resets: keysSince(resets.all(), fromUs),
      };
    },
  };
}

function nowBy(originUs: number): number {
  return Math.floor(originUs + performance.now() * 1000);
}

function keysSince(
  resets: readonly { readonly key: string; readonly atUs: number }[],
  fromUs: number,
): string[] {
  return [...new Set(resets.filter(({ atUs }) => atUs > fromUs).map(({ key }) => key))];
}

interface Queue<T> {
  push(item: T): void;
  first(): T | undefined;
  drop(): void;
  size(): number;
  all(): readonly T[];
}

/** First in, first out, without moving everything at each drop. */
function createQueue<T>(): Queue<T> {
  let items: T[] = [];
  let dropped = 0;
  return {
    push: (item) => void items.push(item),
    first: () => items[dropped],
    drop: () => {
      dropped += 1;
      if (dropped < 1024 || dropped * 2 < items.length) return;
      items = items.slice(dropped);
      dropped = 0;
    },
    size: () => items.length - dropped,
    all: () => items.slice(dropped),
  };
}

type UsageItem = UsageAnswer["items"][number];

function createTally(): { of(key: string): UsageItem; list(): UsageItem[] } {
  const items = new Map<string, UsageItem>();
  return {
    of: (key) => {
      const item = items.get(key) ?? { key, allowed: 0, uncertain: 0 };
      items.set(key, item);
      return item;
    },
    list: () => [...items.values()],
  };
}
