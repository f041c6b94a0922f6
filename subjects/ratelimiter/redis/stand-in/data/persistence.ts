// When what is in memory goes to disk: after so many changes in so long, by SAVE, and at the end.

import { writeDump } from "./dump.ts";
import type { Keyspace } from "./keyspace.ts";

export interface PersistenceOptions {
  readonly file: string;
  readonly keyspace: Keyspace;
  readonly nowMs: () => number;
  readonly log: (line: string) => void;
}

/** After a failure it waits so long: CONFIG_BGSAVE_RETRY_DELAY, redis 7.0 src/server.h */
const RETRY_MS = 5_000;

export class Persistence {
  readonly #options: PersistenceOptions;
  #triedAtMs: number;
  /** Of the last one that went well, or of the start. */
  savedAtMs: number;
  isWell = true;

  constructor(options: PersistenceOptions) {
    this.#options = options;
    this.savedAtMs = options.nowMs();
    this.#triedAtMs = this.savedAtMs;
  }

  /** False when the disk did not take it. */
  save(): boolean {
    const { file, keyspace, nowMs, log } = this.#options;
    this.#triedAtMs = nowMs();
    try {
      writeDump(file, keyspace);
      this.savedAtMs = nowMs();
      keyspace.changes = 0;
      this.isWell = true;
    } catch (error) {
      this.isWell = false;
      log(`saving failed: ${error instanceof Error ? error.message : error}`);
    }
    return this.isWell;
  }

  saveWhenDue(points: readonly (readonly [number, number])[]): void {
    const { keyspace, nowMs } = this.#options;
    const idleMs = nowMs() - this.savedAtMs;
    const isDue = points.some(
      ([seconds, changes]) => keyspace.changes >= changes && idleMs > seconds * 1_000,
    );
    if (isDue && (this.isWell || nowMs() - this.#triedAtMs > RETRY_MS)) this.save();
  }
}
