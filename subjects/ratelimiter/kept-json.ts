// What the proxy and the job runner keep in their data directories: one JSON file, replaced whole.
import type { z } from "zod";
import { OperatorError } from "../../src/domain/errors.ts";
import { readFileIfThere, writeFileAtomically } from "../../src/infra/files.ts";

/** `whenMissing` at the first start. Rejects with code "runtime" for what is not such a file. */
export async function readKept<T>(
  file: string,
  { schema, whenMissing }: { readonly schema: z.ZodType<T>; readonly whenMissing: T },
): Promise<T> {
  const text = await readFileIfThere(file);
  if (text === undefined) return whenMissing;
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    throw new OperatorError("runtime", `reading ${file}: not what was written there`, { cause });
  }
}

/** Keeps what `read` gives at each call; one write at a time, so that the last one wins. */
export function createKeeper<T>(file: string, read: () => T): () => Promise<void> {
  let last: Promise<void> = Promise.resolve();
  const write = () => writeFileAtomically(file, `${JSON.stringify(read(), null, 2)}\n`);
  return () => {
    last = last.then(write, write);
    return last;
  };
}
