// Records as values: parsed once for each text that they have had, as most are read far more often
// than they change.
import type { z } from "zod";
import type { MetadataReplica } from "./replica.ts";

export interface Reader<T> {
  read(metadata: MetadataReplica, key: string): T | undefined;
  /** All whose key starts with `prefix`, by key without it. In no particular order. */
  list(metadata: MetadataReplica, prefix: string): ReadonlyMap<string, T>;
}

interface Row {
  readonly key: string;
  readonly text: string;
}

type Parsed<T> = Map<string, { readonly text: string; readonly value: T }>;

/** Throws on a record of another shape: only a defect of ours writes one. */
export function createReader<T>(schema: z.ZodType<T>): Reader<T> {
  const memory = new WeakMap<MetadataReplica, Parsed<T>>();
  const parse = (metadata: MetadataReplica, { key, text }: Row): T => {
    const parsed: Parsed<T> = memory.get(metadata) ?? new Map();
    memory.set(metadata, parsed);
    const known = parsed.get(key);
    if (known?.text === text) return known.value;
    const value = schema.parse(JSON.parse(text));
    parsed.set(key, { text, value });
    return value;
  };
  return {
    read: (metadata, key) => {
      const text = metadata.get(key);
      return text === undefined ? undefined : parse(metadata, { key, text });
    },
    list: (metadata, prefix) => {
      const rows = metadata.list(prefix);
      return new Map(
        rows.map(([name, text]) => [name, parse(metadata, { key: prefix + name, text })]),
      );
    },
  };
}
