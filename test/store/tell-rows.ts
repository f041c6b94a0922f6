// What an event of the store says of rows, for tests that write both as a version of before did.
import type { Database } from "bun:sqlite";
import type { JsonObject } from "../../src/domain/json.ts";
import { nameOf, type SealedRow, sealRow, toldSealOf } from "../../src/store/audit-seals.ts";

export function tellRows(db: Database, rows: readonly SealedRow[]): JsonObject {
  return Object.fromEntries(
    rows.map((row) => [nameOf(row), toldSealOf(row.table, sealRow(db, row))]),
  );
}
