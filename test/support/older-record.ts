// A session's record as version 2 wrote it: how the guard read each command, and not by what; what
// the shell was asked, and not how far it was let; what tools came to, without fences around it.
import { z } from "zod";
import { withoutFence } from "../../src/agent/fence.ts";
import {
  type Entry,
  parsePart,
  type RecordPart,
  toJsonObject,
} from "../../src/agent/recording/entries.ts";
import type { AuditEvent } from "../../src/domain/audit.ts";

const READING = z.object({ effects: z.json() });
const QUESTION = z.record(z.string(), z.json());

const BLOCK = z.record(z.string(), z.json());
const MESSAGE = z.object({ role: z.string(), blocks: z.array(BLOCK) });
const QUERY = z.object({
  added: z.array(MESSAGE),
  of: z.number(),
  outputTokensMax: z.number().optional(),
});

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
  if (entry[0] === "asked" && kind === "query") {
    const { added, ...asked } = QUERY.parse(question);
    return ["asked", kind, { ...asked, added: added.map(withoutFences) }];
  }
  if (entry[0] !== "asked" || kind !== "shell") return entry;
  const { reach: _, ...asked } = QUESTION.parse(question);
  return ["asked", kind, asked];
}

function withoutFences({ role, blocks }: z.infer<typeof MESSAGE>) {
  const older = blocks.map(({ text, ...block }) => ({
    ...block,
    ...(typeof text === "string" && { text: withoutFence(text) }),
  }));
  return { role, blocks: older };
}
