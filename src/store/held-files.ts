// Reading the files of a database beside SQLite. Whoever closes any descriptor of a file gives up
// every lock that this process has on it (sqlite.org/howtocorrupt.html, section 2.2): another
// process would take the file for one that nobody uses, and remove its log. So none is closed
// while a database is open here.
import { type BigIntStats, closeSync, fstatSync, openSync, readSync, statSync } from "node:fs";

/** By device and inode. */
const held = new Map<string, number>();
let databases = 0;

/** To be called before a database is opened. */
export function databaseOpens(): void {
  databases += 1;
}

/** To be called once it is closed. */
export function databaseClosed(): void {
  databases -= 1;
  if (databases > 0) return;
  for (const descriptor of held.values()) closeSync(descriptor);
  held.clear();
}

/** To be read, while others may write to it. */
export class HeldFile implements Disposable {
  readonly #descriptor: number;

  /** Throws what opening the file throws. */
  constructor(path: string) {
    this.#descriptor = held.get(identityOf(statSync(path, BIG))) ?? openSync(path, "r");
  }

  [Symbol.dispose](): void {
    if (databases === 0) closeSync(this.#descriptor);
    else hold(this.#descriptor);
  }

  get size(): number {
    return fstatSync(this.#descriptor).size;
  }

  /** Fewer bytes where the file ends before. Throws what reading throws. */
  read({ from, length }: Piece): Buffer {
    const bytes = Buffer.alloc(length);
    let done = 0;
    for (let more = -1; more !== 0; done += more) {
      more = readSync(this.#descriptor, bytes, done, length - done, from + done);
    }
    return bytes.subarray(0, done);
  }

  all(): Buffer {
    return this.read({ from: 0, length: this.size });
  }
}

export interface Piece {
  readonly from: number;
  readonly length: number;
}

function hold(descriptor: number): void {
  const identity = identityOf(fstatSync(descriptor, BIG));
  const other = held.get(identity);
  const isOther = other !== undefined && other !== descriptor;
  held.set(isOther ? `${identity} again as ${descriptor}` : identity, descriptor);
}

const BIG = { bigint: true } as const;

function identityOf({ dev, ino }: BigIntStats): string {
  return `${dev}:${ino}`;
}
