// The lines of an exported file, written and read again. Between the rows that were asked for stand
// those of others without their content, so that the chain can be held against its hashes; the last
// line has the hash of all before it: whoever cuts the file, or changes a letter, shows it.
import { createHash } from "node:crypto";
import { z } from "zod";
import { AUDIT_TYPES, type AuditEvent, type AuditLink } from "../domain/audit.ts";
import { readNamedFile } from "../infra/files.ts";
import { parseJsonText } from "../infra/json-text.ts";
import { usage } from "./flags.ts";
import { jsonLine } from "./tickets-json.ts";

/** In 1 the rows of others were left out, and the end was not marked. */
export const EXPORT_VERSION = 2;

/** One that is not as it was written, from 1; a missing one by where it would stand. */
export interface MisfitLine {
  readonly line: number;
  readonly reason: string;
}

export type ExportedRow = AuditEvent | AuditLink;

export interface ExportedFile {
  /** In the order of the file. */
  readonly rows: readonly ExportedRow[];
  /** Of each session that has ended, the line that says so. */
  readonly ended: ReadonlyMap<string, number>;
  /** Every row between its first and its last should be there. */
  readonly isGapless: boolean;
  /** The first line that cannot be read; rows are read on behind it. */
  readonly unreadable: MisfitLine | undefined;
  readonly misfitAtEnd: MisfitLine | undefined;
}

const header = z.object({
  kind: z.literal("export"),
  version: z.int().positive(),
  of: z.enum(["all", "ticket", "session"]),
});

const FACTS = {
  id: z.int(),
  at_ms: z.int(),
  type: z.enum(AUDIT_TYPES),
  ticket_id: z.int().nullable(),
  session_id: z.string().nullable(),
  previous_hash: z.string(),
  hash: z.string(),
};
const event = z.object({ ...FACTS, content: z.record(z.string(), z.json()) });
const between = z.object({ ...FACTS, content_hash: z.string().nullable() });
const end = z.object({ kind: z.literal("end"), sha256: z.string() });
const ended = z.object({ kind: z.literal("session"), id: z.string(), ended_at_ms: z.int() });
/** Tickets, sessions, steps, approvals: for who reads the file, and no part of the chain. */
const anyLine = z.object({ kind: z.string() });

/** The lines as they come, and the last one. */
export async function* withEnd(lines: AsyncIterable<string>): AsyncGenerator<string> {
  const hash = createHash("sha256");
  for await (const line of lines) {
    hash.update(line);
    yield line;
  }
  yield `${jsonLine({ kind: "end", sha256: hash.digest("hex") })}\n`;
}

/** Rejects with code "usage" for what a newer operator wrote. */
export async function readExport(file: string): Promise<ExportedFile> {
  const text = await readNamedFile(file);
  const lines = text.trimEnd().split("\n").map(parseJsonText);
  const head = header.safeParse(lines[0]).data;
  if (!head) {
    const unreadable = { line: 1, reason: "it is not the first line of an export" };
    return { ...linesIn(lines), isGapless: false, unreadable, misfitAtEnd: undefined };
  }
  if (head.version > EXPORT_VERSION) {
    throw usage(`${file} was written by a newer operator`, "operator audit export");
  }
  // Who only writes another number into the first line does not get around the last one.
  const isMarked = head.version > 1 || end.safeParse(lines.at(-1)).success;
  return {
    ...linesIn(lines),
    isGapless: isMarked || head.of === "all",
    misfitAtEnd: isMarked ? misfitAtEnd(text, lines) : undefined,
  };
}

type Lines = Pick<ExportedFile, "rows" | "ended" | "unreadable">;

function linesIn(lines: readonly unknown[]): Lines {
  const rows: ExportedRow[] = [];
  const endedAt = new Map<string, number>();
  let unreadable: MisfitLine | undefined;
  for (const [index, line] of lines.entries()) {
    const read = readLine(line);
    if (read === undefined) unreadable ??= { line: index + 1, reason: "it cannot be read" };
    else if (read !== "other") rows.push(read);
    const session = ended.safeParse(line).data;
    if (session) endedAt.set(session.id, index + 1);
  }
  return { rows, ended: endedAt, unreadable };
}

/** Undefined for what no version wrote. */
function readLine(line: unknown): ExportedRow | "other" | undefined {
  const kind = anyLine.safeParse(line).data?.kind;
  switch (kind) {
    case undefined:
      return undefined;
    case "event": {
      const read = event.safeParse(line).data;
      return read && { ...factsOf(read), content: read.content };
    }
    case "between": {
      const read = between.safeParse(line).data;
      return read && { ...factsOf(read), contentHash: read.content_hash };
    }
    default:
      return "other";
  }
}

function factsOf({ id, type, hash, ...facts }: Omit<z.infer<typeof event>, "content">) {
  return {
    ...{ id, type, hash },
    atMs: facts.at_ms,
    ticketId: facts.ticket_id,
    sessionId: facts.session_id,
    previousHash: facts.previous_hash,
  };
}

function misfitAtEnd(text: string, lines: readonly unknown[]): MisfitLine | undefined {
  const said = end.safeParse(lines.at(-1)).data?.sha256;
  if (said === undefined) {
    return { line: lines.length + 1, reason: "it is missing: the file is cut off before its end" };
  }
  const before = text.slice(0, text.trimEnd().lastIndexOf("\n") + 1);
  if (createHash("sha256").update(before).digest("hex") === said) return undefined;
  return { line: lines.length, reason: "its hash is not that of the lines before it" };
}
