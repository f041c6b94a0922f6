// A session's record as version 2 wrote it: how the guard read each command, and not by what; what
// the shell was asked, and not how far it was let.
import { z } from "zod";
import {
  type Entry,
  parsePart,
  type RecordPart,
  toJsonObject,
} from "../../src/agent/recording/entries.ts";
import type { AuditEvent } from "../../src/domain/audit.ts";

const READING = z.object({ effects: z.json() });
const QUESTION = z.record(z.string(), z.json());

export function asInVersion2(events: readonly AuditEvent[]): readonly AuditEvent[] {
  return events.map((event) => {
    const part = event.type === "session_recorded" ? parsePart(event.content) : undefined;
    return part ? { ...event, content: toJsonObject(olderPart(part)) } : event;
  });
}

function olderPart({ head, entries, ...part }: RecordPart): RecordPart {
  const older = entries.filter(([, kind]) => kind !== "knowledge").map(olderEntry);
  return { ...part, ...(head && { head: { ...head, version: 2 } }), entries: older };
}

function olderEntry(entry: Entry): Entry {
  const [, kind, question] = entry;
  if (entry[0] === "told" && kind === "effects") {
    const { effects } = READING.parse(entry[3]);
    return ["told", kind, entry[2], effects];
  }
  if (entry[0] !== "asked" || kind !== "shell") return entry;
  const { reach: _, ...asked } = QUESTION.parse(question);
  return ["asked", kind, asked];
}
