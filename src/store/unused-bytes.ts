// The bytes that no row uses: with secure_delete SQLite leaves them zero, so one that is not was
// written by somebody else. Only where a page was filled anew from its neighbours pieces of old
// cells may lie between its pointers and its cells; there nothing can be told.
import type { Database } from "bun:sqlite";
import type { AuditProblem } from "./audit-rows.ts";
import { isSchemaOfOurs } from "./audit-schema.ts";
import { formOf, strayAtRest } from "./file-at-rest.ts";
import { givesPagesBack, headerProblem, writerOf } from "./file-header.ts";
import { endOfNumbers } from "./old-free-list.ts";
import { IN_MEMORY } from "./open-database.ts";
import { PageFile } from "./page-file.ts";
import { ownerOf } from "./page-owner.ts";
import { type Stray, strayAmong } from "./stray-bytes.ts";
import { straysInTree, treesIn } from "./tree-strays.ts";

// sqlite.org/fileformat2.html, sections 1.5 and 1.8.
const TYPE_FREE = 2;
const TYPE_TREE = 5;
const POINTER_BYTES = 5;
const TRUNK_HEAD_BYTES = 8;

/** What no row holds, as it was found. */
export interface BytesFound {
  readonly problem?: AuditProblem | undefined;
  /** What was not looked at, and why; or who else has written to it. */
  readonly notes: readonly string[];
}

/**
 * The header, and the first byte that no row uses and that is not as it was left. Of a file in use
 * that was once written without secure_delete, by a first version or by another program, the header
 * alone. All pages must have passed SQLite's own check before.
 */
export function lookAtBytes(db: Database): BytesFound {
  using file = new PageFile(isFile(db) ? db.filename : db.serialize());
  const header = file.page(1);
  const problem = headerProblem(header);
  if (problem) return { problem, notes: [] };
  const version = versionNote(db, header);
  const maker = makerNote(db, header);
  const isAtRest = formOf(db).form === "at_rest" && version === undefined;
  const isSilent = maker !== undefined && !isAtRest;
  const silence = isSilent ? "bytes that no row uses were not looked at" : undefined;
  const notes = [version, maker, silence].filter((note) => note !== undefined);
  if (isSilent) return { notes };
  const stray = isAtRest ? (strayAtRest(db) ?? strayBehind(file)) : strayIn(db, file);
  if (stray === undefined) return { notes };
  const where = placeOf(stray, whose(db, file, stray));
  if (stray.mayBeLeft) return { notes: [...notes, leftNote(where)] };
  const reason = `${where}, which no row uses, was changed`;
  return { problem: { row: "the file", firstBadId: null, reason }, notes };
}

/** Nothing for the header, and for pages that are behind the end. */
function whose(db: Database, file: PageFile, stray: Stray): string {
  const owner = stray.page <= file.pageCount ? ownerOf(db, file, stray) : undefined;
  return owner === undefined ? "" : ` (of ${owner})`;
}

function placeOf({ page, byte }: Stray, owner: string): string {
  return `byte ${byte} of its page ${page}${owner}`;
}

function leftNote(where: string): string {
  return `${where}, which no row uses, is left of an old row, or was changed: nobody can tell`;
}

function versionNote(db: Database, header: Buffer): string | undefined {
  const writer = writerOf(header);
  const [own] = db.query("SELECT sqlite_version()").values().flat();
  if (writer === undefined || writer === own) return undefined;
  return `its header says that SQLite ${writer} wrote to it last, and this is ${own}`;
}

function makerNote(db: Database, header: Buffer): string | undefined {
  if (!givesPagesBack(header)) return "a first version of operator made it";
  if (isSchemaOfOurs(db)) return undefined;
  return "its header says that another program wrote it, as a backup or VACUUM does";
}

/** One that only may be left when there is no other. */
function strayIn(db: Database, file: PageFile): Stray | undefined {
  let left: Stray | undefined;
  for (const tree of treesIn(db, file)) {
    for (const stray of straysInTree(file, { tree, page: tree.root })) {
      if (!stray.mayBeLeft) return stray;
      left ??= stray;
    }
  }
  return strayInMaps(file) ?? strayOnFreePages(file) ?? strayBehind(file) ?? left;
}

/** And no copy in memory. */
export function isFile({ filename }: Database): boolean {
  return filename !== "" && filename !== IN_MEMORY;
}

/** A trunk names free pages; what it named before is left behind its list. */
function strayOnFreePages(file: PageFile): Stray | undefined {
  let trunk = file.page(1).readUInt32BE(32);
  for (let seen = 0; trunk !== 0 && seen < file.pageCount; seen += 1) {
    const bytes = file.page(trunk);
    const listEnd = TRUNK_HEAD_BYTES + bytes.readUInt32BE(4) * 4;
    const rest = { from: endOfNumbers(bytes, listEnd), to: bytes.length };
    const behind = strayAmong(bytes, { page: trunk, spans: [rest] });
    if (behind) return behind;
    for (let at = TRUNK_HEAD_BYTES; at < listEnd; at += 4) {
      const page = bytes.readUInt32BE(at);
      const free = file.page(page);
      const stray = strayAmong(free, { page, spans: [{ from: 0, to: free.length }] });
      if (stray) return stray;
    }
    trunk = bytes.readUInt32BE(0);
  }
  return undefined;
}

/** Of pages that were given back entries may be left, from the first on and without a gap. */
function strayInMaps(file: PageFile): Stray | undefined {
  const entries = Math.floor(file.usableBytes / POINTER_BYTES);
  for (let page = 2; page <= file.pageCount; page = file.nextMap(page)) {
    const bytes = file.page(page);
    let at = Math.max(0, file.pageCount - page) * POINTER_BYTES;
    while (at < entries * POINTER_BYTES && isEntry(bytes, at)) at += POINTER_BYTES;
    const spans = [{ from: at, to: bytes.length }];
    const stray = strayAmong(bytes, { page, spans });
    if (stray) return stray;
  }
  return undefined;
}

/** Of a free page, or of one with a parent: no root is ever given back. */
function isEntry(bytes: Buffer, at: number): boolean {
  const [type, parent] = [bytes.readUInt8(at), bytes.readUInt32BE(at + 1)];
  return type === TYPE_FREE ? parent === 0 : type > TYPE_FREE && type <= TYPE_TREE && parent > 0;
}

/** A log may not have been brought into the file yet. */
function strayBehind(file: PageFile): Stray | undefined {
  const isLonger = !file.hasLog && file.fileBytes > file.pageCount * file.pageBytes;
  return isLonger ? { page: file.pageCount + 1, byte: 0 } : undefined;
}
