// The keys of one region as the Raft log's state machine. `apply` and `restore` run inside the Raft
// host's transaction, so keys, applied index and log change together or not at all.
import type { Database } from "bun:sqlite";
import { z } from "zod";
import type { StateMachine } from "../raft/consensus.ts";

export interface RegionMachine extends StateMachine {
  get(key: string): string | undefined;
  size(): { readonly keys: number; readonly bytes: number };
}

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS region_keys (
    region_id INTEGER NOT NULL,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (region_id, key)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS region_progress (
    region_id INTEGER PRIMARY KEY,
    applied_index INTEGER NOT NULL
  ) STRICT;
`;

const pairSchema = z.tuple([z.string(), z.string()]);
const valueRow = z.object({ value: z.string() }).nullable();
const pairRows = z.array(z.object({ key: z.string(), value: z.string() }));
const progressRow = z.object({ applied_index: z.number() });
const sizeRow = z.object({ keys: z.number(), bytes: z.number() });

export function putCommand(key: string, value: string): string {
  return JSON.stringify([key, value]);
}

export function openRegionMachine(database: Database, regionId: number): RegionMachine {
  database.run(SCHEMA);
  database.query("INSERT OR IGNORE INTO region_progress VALUES (?, 0)").run(regionId);
  const select = database.query("SELECT value FROM region_keys WHERE region_id = ? AND key = ?");
  const upsert = database.query("INSERT OR REPLACE INTO region_keys VALUES (?, ?, ?)");
  const advance = database.query(
    "UPDATE region_progress SET applied_index = ? WHERE region_id = ?",
  );
  const progress = database.query("SELECT applied_index FROM region_progress WHERE region_id = ?");
  const selectAll = database.query(
    "SELECT key, value FROM region_keys WHERE region_id = ? ORDER BY key",
  );
  const measure = database.query(
    `SELECT count(*) AS keys, coalesce(sum(length(key) + length(value)), 0) AS bytes
     FROM region_keys WHERE region_id = ?`,
  );
  const put = (command: unknown) => upsert.run(regionId, ...pairSchema.parse(command));
  return {
    get: (key) => valueRow.parse(select.get(regionId, key))?.value,
    size: () => sizeRow.parse(measure.get(regionId)),
    appliedIndex: () => progressRow.parse(progress.get(regionId)).applied_index,
    apply: (index, command) => {
      put(JSON.parse(command));
      advance.run(index, regionId);
      return "";
    },
    snapshot: () => {
      const rows = pairRows.parse(selectAll.all(regionId));
      return JSON.stringify(rows.map(({ key, value }) => [key, value]));
    },
    restore: (index, snapshot) => {
      database.query("DELETE FROM region_keys WHERE region_id = ?").run(regionId);
      for (const pair of z.array(z.unknown()).parse(JSON.parse(snapshot))) put(pair);
      advance.run(index, regionId);
    },
  };
}
