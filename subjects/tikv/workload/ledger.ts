// What was asked to be written and what was acknowledged, one JSON line each, in the file before
// anything is counted: killing the generator loses nothing, and the next run goes on with the file.
import { z } from "zod";
import { assert } from "../../../src/domain/errors.ts";
import { LineLedger } from "../../../src/infra/line-ledger.ts";
import type { Stamp } from "./records.ts";

/** Of one key. A sequence of 0 means none. */
export interface KeyRecord {
  attempted: number;
  acknowledged: number;
  acknowledgedCount: number;
}

const writeShape = { key: z.string(), sequence: z.number().int().positive() };
const lineSchema = z.discriminatedUnion("type", [
  z.object({ type: z.literal("opened"), id: z.string() }),
  z.object({ type: z.literal("attempted"), ...writeShape }),
  z.object({ type: z.literal("acknowledged"), ...writeShape }),
]);
type Line = z.infer<typeof lineSchema>;

/** Holds the file open. Throws OperatorError when the file cannot be read or written. */
export class Ledger implements Disposable {
  readonly #file: LineLedger<Line>;
  #id: string | undefined;
  readonly #records = new Map<string, KeyRecord>();

  /** Goes on with what is there, its id too; a last line that a crash cut short is passed over. */
  constructor(path: string, newId: string) {
    const hint = "--ledger names a file that this user may write, on a disk with space";
    const count = (line: Line) => this.#count(line);
    this.#file = new LineLedger({ path, schema: lineSchema, hint, count });
    if (this.#id === undefined) this.#file.append({ type: "opened", id: newId });
  }

  get id(): string {
    assert(this.#id !== undefined, "a ledger is opened with an id");
    return this.#id;
  }

  /** The number of this write; on file before it is sent. */
  attempt(key: string): Stamp {
    const sequence = (this.#records.get(key)?.attempted ?? 0) + 1;
    this.#file.append({ type: "attempted", key, sequence });
    return { key, ledgerId: this.id, sequence };
  }

  acknowledge({ key, sequence }: Stamp): void {
    this.#file.append({ type: "acknowledged", key, sequence });
  }

  /** Every key that was ever attempted. */
  entries(): readonly (readonly [string, Readonly<KeyRecord>])[] {
    return [...this.#records];
  }

  acknowledgedCount(): number {
    return this.entries().reduce((total, [, record]) => total + record.acknowledgedCount, 0);
  }

  [Symbol.dispose](): void {
    this.#file[Symbol.dispose]();
  }

  #count(line: Line): void {
    if (line.type === "opened") {
      this.#id = line.id;
      return;
    }
    const { type, key, sequence } = line;
    const none = { attempted: 0, acknowledged: 0, acknowledgedCount: 0 };
    const record = this.#records.get(key) ?? none;
    record[type] = Math.max(record[type], sequence);
    if (type === "acknowledged") record.acknowledgedCount += 1;
    this.#records.set(key, record);
  }
}
