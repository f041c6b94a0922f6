// Small facts that a store keeps beside its database: one JSON file each, replaced as a whole.
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import type { z } from "zod";

export interface DurableJson<T> {
  /** Undefined when it was never saved. Throws when the file is not what was saved. */
  load(): T | undefined;
  /** A crash leaves the old or the new value, never a part. */
  save(value: T): void;
}

export function durableJson<T>(file: string, schema: z.ZodType<T>): DurableJson<T> {
  return {
    load: () => {
      return existsSync(file) ? schema.parse(JSON.parse(readFileSync(file, "utf8"))) : undefined;
    },
    save: (value) => {
      writeFileSync(`${file}.new`, JSON.stringify(value));
      renameSync(`${file}.new`, file);
    },
  };
}
