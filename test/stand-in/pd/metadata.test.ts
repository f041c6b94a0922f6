// The replicated records: transactions that compare first, their durability, their snapshots.
import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  MetadataReplica,
  type Transaction,
} from "../../../subjects/tikv/stand-in/pd/metadata/replica.ts";

test("a transaction whose condition does not hold writes nothing", () => {
  const replica = new MetadataReplica(new Database(":memory:"));
  expect(apply(replica, 1, { puts: [{ key: "leader", value: "pd1" }] })).toBe("written");
  const absent = { conditions: [{ key: "leader", value: null }] };
  const take = { ...absent, puts: [{ key: "leader", value: "pd2" }], deletes: ["other"] };
  expect(apply(replica, 2, take)).toBe("conflict");
  expect(replica.get("leader")).toBe("pd1");
  expect(replica.appliedIndex()).toBe(2);
  const renew = { conditions: [{ key: "leader", value: "pd1" }], deletes: ["leader"] };
  expect(apply(replica, 3, renew)).toBe("written");
  expect(replica.get("leader")).toBeUndefined();
});

test("records and the index applied are there after the file is opened again", () => {
  const home = mkdtempSync(join(tmpdir(), "pd-metadata-"));
  const file = join(home, "pd.sqlite");
  const before = new Database(file, { create: true });
  apply(new MetadataReplica(before), 7, { puts: [{ key: "store/1", value: "{}" }] });
  before.close();
  const after = new Database(file);
  const replica = new MetadataReplica(after);
  expect(replica.appliedIndex()).toBe(7);
  expect(replica.list("store/")).toEqual([["1", "{}"]]);
  after.close();
  rmSync(home, { recursive: true });
});

test("a snapshot replaces everything, on disk as well", () => {
  const source = new MetadataReplica(new Database(":memory:"));
  apply(source, 9, { puts: [{ key: "new", value: "1" }] });
  const database = new Database(":memory:");
  const target = new MetadataReplica(database);
  apply(target, 1, { puts: [{ key: "old", value: "1" }] });
  target.restore(9, source.snapshot());
  for (const replica of [target, new MetadataReplica(database)]) {
    expect(replica.list("")).toEqual([["new", "1"]]);
    expect(replica.appliedIndex()).toBe(9);
  }
});

function apply(replica: MetadataReplica, index: number, parts: Partial<Transaction>): string {
  const nothing: Transaction = { conditions: [], puts: [], deletes: [] };
  return replica.apply(index, JSON.stringify({ ...nothing, ...parts }));
}
