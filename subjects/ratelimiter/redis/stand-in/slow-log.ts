// The last commands that took long, newest first.

export interface SlowEntry {
  readonly id: number;
  readonly endedAtS: number;
  readonly durationUs: number;
  readonly words: readonly string[];
  readonly address: string;
  readonly name: string;
}

// SLOWLOG_ENTRY_MAX_ARGC and SLOWLOG_ENTRY_MAX_STRING: redis 7.0 src/slowlog.h
const WORDS_MAX = 32;
const WORD_BYTES_MAX = 128;

export class SlowLog {
  #entries: SlowEntry[] = [];
  #ids = 0;

  get size(): number {
    return this.#entries.length;
  }

  add(entry: Omit<SlowEntry, "id">, most: number): void {
    const { words } = entry;
    const shown = words.length > WORDS_MAX ? words.slice(0, WORDS_MAX - 1) : words;
    const rest = `... (${words.length - shown.length} more arguments)`;
    const cut = [...shown.map(cutWord), ...(shown === words ? [] : [rest])];
    this.#entries = [{ ...entry, id: this.#ids, words: cut }, ...this.#entries].slice(0, most);
    this.#ids += 1;
  }

  /** All of them for -1. */
  newest(count: number): readonly SlowEntry[] {
    return count < 0 ? this.#entries : this.#entries.slice(0, count);
  }

  clear(): void {
    this.#entries = [];
  }
}

function cutWord(word: string): string {
  if (word.length <= WORD_BYTES_MAX) return word;
  return `${word.slice(0, WORD_BYTES_MAX)}... (${word.length - WORD_BYTES_MAX} more bytes)`;
}
