// The file itself while it is in use: what was written since lies in the log, whose frames have
// checksums. Where it was at rest before, it can be verified for itself: then a byte is found, too,
// that the log has another page for.
import { Database } from "bun:sqlite";
import { type LogContent, logContent } from "./audit-wal.ts";
import { BYTES_MAX, formOf } from "./file-at-rest.ts";
import { withoutLog } from "./frozen-file.ts";
import { HeldFile } from "./held-files.ts";

/** For the caller to close. Undefined where nobody can tell. Throws what reading it throws. */
export function copyBelowLog(path: string): Database | undefined {
  const bytes = fileBelowLog(path);
  if (bytes === undefined) return undefined;
  const copy = Database.deserialize(withoutLog(bytes), { strict: true });
  try {
    if (isAtRest(copy)) return copy;
  } catch (error) {
    copy.close();
    throw error;
  }
  copy.close();
  return undefined;
}

/** Undefined where there is no log, and once somebody has begun to write the log into the file. */
function fileBelowLog(path: string): Buffer | undefined {
  const before = logContent(path);
  if (before === undefined) return undefined;
  using file = new HeldFile(path);
  if (file.size === 0 || file.size > BYTES_MAX) return undefined;
  const bytes = file.all();
  const after = logContent(path);
  return after?.salts.equals(before.salts) && !isBegun(bytes, after) ? bytes : undefined;
}

function isBegun(bytes: Buffer, { pageBytes, frames }: LogContent): boolean {
  return frames.some(({ number, page }) => {
    return bytes.subarray((number - 1) * pageBytes, number * pageBytes).equals(page);
  });
}

/** Not before its first checkpoint, and of an older version. */
function isAtRest(copy: Database): boolean {
  const table = copy.query("SELECT 1 FROM sqlite_schema WHERE name = 'file_form'").values();
  return table.length > 0 && formOf(copy).form === "at_rest";
}
