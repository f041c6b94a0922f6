// From a session's audit events to what a replay needs of them.
import {
  type Entry,
  parsePart,
  type RecordedError,
  type RecordHead,
} from "../agent/recording/entries.ts";
import { type AuditEvent, compactedHash, type MisfitRow } from "../domain/audit.ts";
import type { Json } from "../domain/json.ts";

export interface SessionRecord {
  readonly head: RecordHead;
  /** Questions of each kind, in the order in which they were asked. */
  readonly questions: ReadonlyMap<string, readonly Json[]>;
  /** Answers that were there at once, of each kind: the clock's, chance's, the conditions'. */
  readonly told: ReadonlyMap<string, readonly Told[]>;
  /** What came from outside, in the order in which it came. */
  readonly arrivals: readonly Arrival[];
  /** What the model said, in order. */
  readonly replies: readonly AuditEvent[];
  /** The rows that the loop wrote, in order; without those whose writing nobody saw the end of. */
  readonly written: readonly (AuditEvent | undefined)[];
  /** False when the agent ended before its record did. */
  readonly isWhole: boolean;
}

export interface Told {
  readonly question: Json;
  readonly answer: Json;
}

export type RecordedAnswer = { readonly value: Json } | { readonly error: RecordedError };

export interface AnswerArrival {
  readonly type: "answer";
  readonly kind: string;
  /** Of its kind, from 1. */
  readonly number: number;
  readonly answer: RecordedAnswer;
}

export type Arrival =
  | AnswerArrival
  | { readonly type: "aborted" | "lost"; readonly reason: string };

const UNKNOWN_FORM = { reason: "its record has a form that this version does not know" };

/** Of one session's events, oldest first; or why there is nothing to replay. */
export function readRecord(
  events: readonly AuditEvent[],
): SessionRecord | { readonly reason: string } {
  const read = events
    .filter(({ type }) => type === "session_recorded")
    .map(({ content }) => parsePart(content));
  if (read.length === 0) return { reason: reasonForNone(events) };
  if (events.some(({ content }) => compactedHash(content) !== undefined)) {
    const reason = "its record was removed by audit compact; an export from before has it: --from";
    return { reason };
  }
  const parts = read
    .filter((part) => part !== undefined)
    .sort((left, right) => left.part - right.part);
  const head = parts[0]?.head;
  if (!head || parts.length < read.length) return UNKNOWN_FORM;
  const isGapless = parts.every(({ part }, index) => part === index + 1);
  const whole = isGapless ? parts : parts.slice(0, parts.findIndex(isBeyondGap));
  const entries = whole.flatMap((part) => part.entries);
  const arrivals = arrivalsIn(entries);
  if (!arrivals) return UNKNOWN_FORM;
  const rows = new Map(events.map((event) => [event.id, event]));
  return {
    head,
    questions: grouped(entries.flatMap(questionIn)),
    told: grouped(entries.flatMap(toldIn)),
    arrivals,
    replies: events.filter(({ type }) => type === "model_replied"),
    written: rowIdsIn(arrivals).map((id) => rows.get(id)),
    isWhole: whole.at(-1)?.isLast === true,
  };
}

/**
 * The first part that comes behind a gap. Parts are written one after the other: for rows of which
 * some may be missing. Where none is, an agent was killed while it wrote two at once.
 */
export function missingPart(events: readonly AuditEvent[]): MisfitRow | undefined {
  let expected = 1;
  for (const { id, type, content } of events) {
    const part = type === "session_recorded" ? parsePart(content)?.part : undefined;
    if (part === undefined) continue;
    if (part > expected) {
      return {
        row: id,
        reason: `it is part ${part} of the record, and part ${expected} is missing`,
      };
    }
    expected += 1;
  }
  return undefined;
}

/** Sessions were recorded before what they are for was written down. */
function reasonForNone(events: readonly AuditEvent[]): string {
  const start = events.find(({ type }) => type === "session_started");
  return start?.content.purpose === undefined
    ? "it was made before sessions were recorded for replay"
    : "its agent was gone before anything of it was recorded";
}

function isBeyondGap({ part }: { readonly part: number }, index: number): boolean {
  return part !== index + 1;
}

function questionIn(entry: Entry): readonly (readonly [string, Json])[] {
  return entry[0] === "asked" ? [[entry[1], entry[2]]] : [];
}

function toldIn(entry: Entry): readonly (readonly [string, Told])[] {
  switch (entry[0]) {
    case "now":
    case "random":
      return [[entry[0], { question: null, answer: entry[1] }]];
    case "told":
      return [[entry[1], { question: entry[2], answer: entry[3] }]];
    default:
      return [];
  }
}

/** Undefined for the repetition of an answer that was not given: nobody has recorded that. */
function arrivalsIn(entries: readonly Entry[]): readonly Arrival[] | undefined {
  const last = new Map<string, RecordedAnswer>();
  const arrivals: Arrival[] = [];
  for (const entry of entries) {
    if (entry[0] === "aborted" || entry[0] === "lost") {
      arrivals.push({ type: entry[0], reason: entry[1] });
    }
    if (entry[0] !== "answered") continue;
    const [, kind, number, given] = entry;
    const answer = given === "=" ? last.get(kind) : given;
    if (answer === undefined) return undefined;
    last.set(kind, answer);
    arrivals.push({ type: "answer", kind, number, answer });
  }
  return arrivals;
}

/** Rows are written one after the other, so that their answers come in the order of asking. */
function rowIdsIn(arrivals: readonly Arrival[]): readonly number[] {
  return arrivals.flatMap((arrival) => {
    if (arrival.type !== "answer" || arrival.kind !== "appendAudit") return [];
    const { answer } = arrival;
    return "value" in answer && typeof answer.value === "number" ? [answer.value] : [];
  });
}

function grouped<T>(pairs: readonly (readonly [string, T])[]): ReadonlyMap<string, readonly T[]> {
  return new Map(
    [...Map.groupBy(pairs, ([kind]) => kind)].map(([kind, own]) => [
      kind,
      own.map(([, value]) => value),
    ]),
  );
}
