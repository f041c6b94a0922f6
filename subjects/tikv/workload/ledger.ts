// What was asked to be written and what was acknowledged, one JSON line each, in the file before
// anything is counted: killing the generator loses nothing, and the next run goes on with the file.
import { closeSync, mkdirSync, openSync, readFileSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { z } from "zod";
import { assert, messageOf, OperatorError } from "../../../src/domain/errors.ts";
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
  readonly #path: string;
  readonly #file: number;
  #id: string | undefined;
  readonly #records = new Map<string, KeyRecord>();

  /** Goes on with what is there, its id too; a last line that a crash cut short is passed over. */
  constructor(path: string, newId: string) {
    this.#path = path;
    this.#file = withLedgerErrors(`opening the ledger ${path}`, () => openForAppending(path));
    const text = withLedgerErrors(`reading the ledger ${path}`, () => readFileSync(path, "utf8"));
    for (const line of text.split("\n")) this.#count(parseLine(line));
    if (text !== "" && !text.endsWith("\n")) this.#write("\n");
    if (this.#id === undefined) this.#append({ type: "opened", id: newId });
  }

  get id(): string {
    assert(this.#id !== undefined, "a ledger is opened with an id");
    return this.#id;
  }

  /** The number of this write; on file before it is sent. */
  attempt(key: string): Stamp {
    const sequence = (this.#records.get(key)?.attempted ?? 0) + 1;
    this.#append({ type: "attempted", key, sequence });
    return { key, ledgerId: this.id, sequence };
  }

  acknowledge({ key, sequence }: Stamp): void {
    this.#append({ type: "acknowledged", key, sequence });
  }

  /** Every key that was ever attempted. */
  entries(): readonly (readonly [string, Readonly<KeyRecord>])[] {
    return [...this.#records];
  }

  acknowledgedCount(): number {
    return this.entries().reduce((total, [, record]) => total + record.acknowledgedCount, 0);
  }

  [Symbol.dispose](): void {
    closeSync(this.#file);
  }

  #append(line: Line): void {
    this.#write(`${JSON.stringify(line)}\n`);
    this.#count(line);
  }

  #write(text: string): void {
    withLedgerErrors(`writing to the ledger ${this.#path}`, () => writeSync(this.#file, text));
  }

  #count(line: Line | undefined): void {
    if (line === undefined) return;
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

function openForAppending(path: string): number {
  mkdirSync(dirname(path), { recursive: true });
  return openSync(path, "a+");
}

function withLedgerErrors<T>(doing: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    const hint = "--ledger names a file that this user may write, on a disk with space";
    throw new OperatorError("runtime", `${doing}: ${messageOf(cause)}`, { hint, cause });
  }
}

function parseLine(line: string): Line | undefined {
  const parsed = lineSchema.safeParse(jsonOf(line));
  return parsed.success ? parsed.data : undefined;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
