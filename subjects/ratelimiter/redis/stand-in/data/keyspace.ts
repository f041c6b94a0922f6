// All keys: what they hold, when they expire, how much they take, and when each was last used.
// Keys also stand in a list that has no gaps, so that a walk and a draw by lot need no index.
import { bytesOf, isEmpty, type Value } from "./values.ts";

export interface Entry {
  readonly key: string;
  value: Value;
  /** By Redis's clock; undefined: never. */
  expiresAtMs: number | undefined;
  usedAt: number;
  bytes: number;
  index: number;
}

export interface KeyspaceOptions {
  readonly nowMs: () => number;
  /** Yields [0, 1). */
  readonly random: () => number;
}

/** As `maxmemory-samples` of Redis. */
const SAMPLES = 5;

export class Keyspace {
  readonly #options: KeyspaceOptions;
  readonly #entries = new Map<string, Entry>();
  #list: Entry[] = [];
  #uses = 0;
  #sweptTo = 0;
  /** Of keys and what they hold. */
  bytes = 0;
  /** Since the last save. */
  changes = 0;
  /** How many have expired. */
  expired = 0;

  constructor(options: KeyspaceOptions) {
    this.#options = options;
  }

  /** Expired ones that nobody asked for count until they are swept. */
  get size(): number {
    return this.#list.length;
  }

  /** How many can expire. */
  get mortal(): number {
    return this.#list.filter(({ expiresAtMs }) => expiresAtMs !== undefined).length;
  }

  get(key: string): Entry | undefined {
    const entry = this.#entries.get(key);
    if (!entry || this.#dropExpired(entry)) return undefined;
    this.#uses += 1;
    entry.usedAt = this.#uses;
    return entry;
  }

  /** Replaces what was there, and its expiry. */
  put(key: string, value: Value, expiresAtMs?: number): Entry {
    this.#drop(this.#entries.get(key));
    this.#uses += 1;
    const index = this.#list.length;
    const entry: Entry = { key, value, expiresAtMs, usedAt: this.#uses, bytes: 0, index };
    this.#entries.set(key, entry);
    this.#list.push(entry);
    this.noteChange(entry);
    return entry;
  }

  /** To be called after its value or its expiry was changed. */
  noteChange(entry: Entry): void {
    this.changes += 1;
    if (isEmpty(entry.value)) this.#drop(entry);
    else this.#measure(entry);
  }

  /** False when it was not there. */
  remove(key: string): boolean {
    const entry = this.get(key);
    if (!entry) return false;
    this.#drop(entry);
    this.changes += 1;
    return true;
  }

  clear(): void {
    this.changes += this.#list.length;
    this.#entries.clear();
    this.#list = [];
    this.bytes = 0;
  }

  all(): readonly Entry[] {
    return this.#list.filter((entry) => !this.#isExpired(entry));
  }

  /**
   * A walk goes down the list from its end, and `cursor` is what remains. A key that is dropped
   * leaves its place to the last one, which the walk has seen or still has below it: what is there
   * from the first step to the last one is seen.
   */
  walk(cursor: number, count: number): { readonly keys: readonly string[]; readonly next: number } {
    const from = Math.min(cursor === 0 ? this.#list.length : cursor, this.#list.length);
    const next = Math.max(0, from - count);
    const seen = this.#list.slice(next, from);
    const keys = seen.filter((entry) => !this.#isExpired(entry)).map(({ key }) => key);
    return { keys, next };
  }

  /** Looks at some, from where the last sweep ended. */
  sweep(count: number): void {
    for (let looked = 0; looked < count && this.#list.length > 0; looked += 1) {
      if (this.#sweptTo === 0) this.#sweptTo = this.#list.length;
      this.#sweptTo = Math.min(this.#sweptTo, this.#list.length) - 1;
      const entry = this.#list[this.#sweptTo];
      if (entry) this.#dropExpired(entry);
    }
  }

  /** Drops the least recently used of a few; false when there is none. */
  evict(isEvictable: (entry: Entry) => boolean): boolean {
    const drawn = Array.from({ length: SAMPLES }, () => this.#draw()).flatMap((entry) =>
      entry && isEvictable(entry) ? [entry] : [],
    );
    const sampled = drawn.length > 0 ? drawn : this.#list.filter(isEvictable);
    const [oldest] = sampled.toSorted((left, right) => left.usedAt - right.usedAt);
    this.#drop(oldest);
    return oldest !== undefined;
  }

  #draw(): Entry | undefined {
    return this.#list[Math.floor(this.#options.random() * this.#list.length)];
  }

  #isExpired({ expiresAtMs }: Entry): boolean {
    return expiresAtMs !== undefined && expiresAtMs <= this.#options.nowMs();
  }

  #dropExpired(entry: Entry): boolean {
    if (!this.#isExpired(entry)) return false;
    this.expired += 1;
    this.#drop(entry);
    return true;
  }

  #measure(entry: Entry): void {
    const bytes = bytesOf(entry.key, entry.value);
    this.bytes += bytes - entry.bytes;
    entry.bytes = bytes;
  }

  #drop(entry: Entry | undefined): void {
    if (!entry) return;
    this.bytes -= entry.bytes;
    this.#entries.delete(entry.key);
    const last = this.#list.pop();
    if (!last || last === entry) return;
    this.#list[entry.index] = last;
    last.index = entry.index;
  }
}
