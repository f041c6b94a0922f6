// What the PD members replicate, in etcd's image: text records under keys, changed by transactions
// that compare before they write. Durable in SQLite, together with the index applied.
import type { Database } from "bun:sqlite";
import { z } from "zod";
import { assert } from "../../../../../src/domain/errors.ts";
import type { StateMachine } from "../../raft/consensus.ts";

export interface Transaction {
  /** All must hold, or nothing is written; `value` null means that the key must be absent. */
  readonly conditions: readonly { readonly key: string; readonly value: string | null }[];
  readonly puts: readonly { readonly key: string; readonly value: string }[];
  readonly deletes: readonly string[];
}

/** What `apply` answers. */
export type TransactionResult = "written" | "conflict";

const transactionSchema = z.object({
  conditions: z.array(z.object({ key: z.string(), value: z.string().nullable() })),
  puts: z.array(z.object({ key: z.string(), value: z.string() })),
  deletes: z.array(z.string()),
});
const snapshotSchema = z.record(z.string(), z.string());
const rowsSchema = z.array(z.object({ key: z.string(), value: z.string() }));
const progressSchema = z.object({ applied_index: z.number().int() });

const RECORDS_TABLE = `
  CREATE TABLE IF NOT EXISTS metadata (key TEXT PRIMARY KEY, value TEXT NOT NULL)
  STRICT, WITHOUT ROWID`;
const PROGRESS_TABLE = `
  CREATE TABLE IF NOT EXISTS metadata_progress (
    only INTEGER PRIMARY KEY CHECK (only = 1), applied_index INTEGER NOT NULL
  ) STRICT`;

/**
 * Reads come from memory. `apply` and `restore` are called inside a transaction of the database
 * that the Raft log is in, too: either both remember a command, or neither does.
 */
export class MetadataReplica implements StateMachine {
  readonly #database: Database;
  #records: Map<string, string>;
  #appliedIndex: number;

  constructor(database: Database) {
    this.#database = database;
    database.run(RECORDS_TABLE);
    database.run(PROGRESS_TABLE);
    database.run("INSERT OR IGNORE INTO metadata_progress (only, applied_index) VALUES (1, 0)");
    const rows = database.query("SELECT key, value FROM metadata").all();
    this.#records = new Map(rowsSchema.parse(rows).map(({ key, value }) => [key, value]));
    const progress = database.query("SELECT applied_index FROM metadata_progress").get();
    this.#appliedIndex = progressSchema.parse(progress).applied_index;
  }

  get(key: string): string | undefined {
    return this.#records.get(key);
  }

  /** Records whose key starts with `prefix`, by key without it. In no particular order. */
  list(prefix: string): readonly (readonly [string, string])[] {
    return [...this.#records]
      .filter(([key]) => key.startsWith(prefix))
      .map(([key, value]) => [key.slice(prefix.length), value] as const);
  }

  apply(index: number, command: string): TransactionResult {
    assert(index > this.#appliedIndex, `index ${index} is applied once`);
    const transaction = transactionSchema.parse(JSON.parse(command));
    const holds = transaction.conditions.every(
      ({ key, value }) => (this.#records.get(key) ?? null) === value,
    );
    const { puts, deletes } = holds ? transaction : { puts: [], deletes: [] };
    for (const key of deletes) this.#delete(key);
    for (const { key, value } of puts) this.#put(key, value);
    this.#markApplied(index);
    return holds ? "written" : "conflict";
  }

  appliedIndex(): number {
    return this.#appliedIndex;
  }

  snapshot(): string {
    return JSON.stringify(Object.fromEntries(this.#records));
  }

  restore(index: number, snapshot: string): void {
    const records = snapshotSchema.parse(JSON.parse(snapshot));
    for (const key of [...this.#records.keys()]) this.#delete(key);
    for (const [key, value] of Object.entries(records)) this.#put(key, value);
    this.#markApplied(index);
  }

  #put(key: string, value: string): void {
    const sql = "INSERT OR REPLACE INTO metadata (key, value) VALUES (?, ?)";
    this.#database.query(sql).run(key, value);
    this.#records.set(key, value);
  }

  #delete(key: string): void {
    this.#database.query("DELETE FROM metadata WHERE key = ?").run(key);
    this.#records.delete(key);
  }

  #markApplied(index: number): void {
    this.#database.query("UPDATE metadata_progress SET applied_index = ?").run(index);
    this.#appliedIndex = index;
  }
}
