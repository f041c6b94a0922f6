// What is on disk: every key with its value and the time of its expiry, as JSON. Bytes are Latin-1.
import { existsSync, readFileSync } from "node:fs";
import { z } from "zod";
import { replaceFile } from "../replace-file.ts";
import type { Keyspace } from "./keyspace.ts";
import { addToSet, createSortedSet } from "./sorted-set.ts";
import type { Value } from "./values.ts";

const valueSchema = z.discriminatedUnion("type", [
  z.object({ type: z.literal("string"), text: z.string() }),
  z.object({ type: z.literal("hash"), fields: z.array(z.tuple([z.string(), z.string()])) }),
  /** A score as text: JSON knows no infinity. */
  z.object({ type: z.literal("zset"), entries: z.array(z.tuple([z.string(), z.string()])) }),
]);

const dumpSchema = z.array(
  z.object({ key: z.string(), expires_at_ms: z.number().nullable(), value: valueSchema }),
);

type DumpedValue = z.infer<typeof valueSchema>;

/** Throws what the disk says. */
export function writeDump(path: string, keyspace: Keyspace): void {
  const dumped: z.infer<typeof dumpSchema> = keyspace.all().map(({ key, value, expiresAtMs }) => ({
    key,
    expires_at_ms: expiresAtMs ?? null,
    value: dumpedOf(value),
  }));
  replaceFile(path, JSON.stringify(dumped));
}

/** Nothing when there is no file. Throws for one that is no dump. What has expired is left out. */
export function loadDump(path: string, keyspace: Keyspace): void {
  if (!existsSync(path)) return;
  const dumped = dumpSchema.parse(JSON.parse(readFileSync(path, "utf8")));
  for (const { key, expires_at_ms, value } of dumped) {
    keyspace.put(key, undumped(value), expires_at_ms ?? undefined);
  }
  keyspace.changes = 0;
}

function dumpedOf(value: Value): DumpedValue {
  if (value.type === "string") return value;
  if (value.type === "hash") return { type: "hash", fields: [...value.fields] };
  const entries = value.order.map(({ member, score }): [string, string] => [member, `${score}`]);
  return { type: "zset", entries };
}

function undumped(dumped: DumpedValue): Value {
  if (dumped.type === "string") return dumped;
  if (dumped.type === "hash") return { type: "hash", fields: new Map(dumped.fields) };
  const set = createSortedSet();
  for (const [member, score] of dumped.entries) addToSet(set, { member, score: Number(score) });
  return set;
}
