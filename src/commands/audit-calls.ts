// The tool calls of a session as its audit has them: what was asked for, what the guard said, what
// came of it. Event by event, so that a long session needs no more memory than a short one.
import { type AuditEvent, compactedHash } from "../domain/audit.ts";
import type { Json, JsonObject } from "../domain/json.ts";
import { blocksIn, numberIn, textIn } from "./audit-content.ts";
import { collectEnds, type Ends } from "./ends-of.ts";

/** Read only; may have changed something; was refused; came to nothing before anything ran. */
export type CallKind = "looked" | "changed" | "refused" | "idle";

/** The tool of a call whose own words were removed by age: its input tells the guard's. */
export const GONE = "";

export interface CallStory {
  readonly kind: CallKind;
  readonly tool: string;
  readonly input: JsonObject;
  /** The row of the reply that asked for it. */
  readonly row: number;
  readonly atMs: number;
  readonly guard: GuardStory | undefined;
  /** Undefined when the session ended before there was one. */
  readonly result: ResultStory | undefined;
  /** Its result's content was removed by age; the two below tell what came of it all the same. */
  readonly isResultGone: boolean;
  /** What a person said when the guard had asked: `approved`, `denied`; empty where nobody did. */
  readonly answer: string;
  /** That it began: the journal tells its end. */
  readonly step: number | undefined;
}

export interface GuardStory {
  readonly row: number;
  readonly decision: string;
  readonly reason: string;
  readonly isReading: boolean;
}

export interface ResultStory {
  readonly row: number;
  readonly atMs: number;
  readonly exitCode: string;
  readonly isError: boolean;
  readonly text: string;
  readonly durationMs: number | undefined;
}

export interface CallCollector {
  /** Of one session, oldest first. */
  take(event: AuditEvent): void;
  /** Rows of results so far, the last ones. */
  seen(): readonly number[];
  collected(): CollectedCalls;
}

export interface CollectedCalls {
  /** The first and the last; conclusions are left out. */
  readonly calls: Ends<CallStory>;
  /** Of all. */
  readonly counts: Readonly<Record<CallKind, number>>;
}

/** Calls of one reply, until the next one. */
type OpenCall = Omit<CallStory, "kind"> & { readonly id: string };

export function collectCalls(half: number): CallCollector {
  const ends = collectEnds<CallStory>(half);
  const counts: Record<CallKind, number> = { looked: 0, changed: 0, refused: 0, idle: 0 };
  let open: readonly OpenCall[] = [];
  let seen: readonly number[] = [];
  let isReplyGone = false;
  const close = () => {
    for (const { id: _, ...told } of open) {
      const kind = kindOf(told);
      counts[kind] += 1;
      ends.add({ ...told, kind });
    }
    open = [];
  };
  return {
    take(event) {
      // A model may use an id again: what belongs to a reply comes before the next one.
      if (event.type === "model_replied") {
        close();
        open = callsIn(event);
        isReplyGone = compactedHash(event.content) !== undefined;
        return;
      }
      if (isReplyGone && event.type === "guard_decided") open = withDecided(open, event);
      open = open.map((call) => withEvent(call, event));
      const [current] = open.filter(isUnderWay).slice(-1);
      open = open.map((call) => (call === current ? withUnnamed(call, event) : call));
      const isResult = open.some(({ result }) => result?.row === event.id);
      if (isResult) seen = [...seen, event.id].slice(-half);
    },
    seen: () => seen,
    collected: () => {
      close();
      return { calls: ends.ends(), counts };
    },
  };
}

function callsIn({ id: row, atMs, content }: AuditEvent): readonly OpenCall[] {
  return blocksIn(content)
    .filter((block) => block.type === "tool_call")
    .filter(({ name }) => name !== "conclude")
    .map(({ id, name: tool, input }) => {
      return { ...UNANSWERED, id, row, atMs, tool, input, guard: undefined };
    });
}

const UNANSWERED = { result: undefined, isResultGone: false, answer: "", step: undefined };

/**
 * Of a reply that was removed by age the guard still knows what mattered of it, and decided: once,
 * or again when a person had answered.
 */
function withDecided(open: readonly OpenCall[], event: AuditEvent): readonly OpenCall[] {
  const { id: row, atMs, content } = event;
  const id = textIn(content, "callId");
  const guard = guardStory(event);
  const isTold = guard.decision === "deny" || !guard.isReading;
  if (!isTold || open.some((call) => call.id === id)) return open;
  const sources = effectsIn(content).map((effect) => textIn(effect, "source"));
  const input = { source: sources.join("; ") };
  return [...open, { ...UNANSWERED, id, row, atMs, tool: GONE, input, guard }];
}

/** Calls are carried out one after the other: what names none belongs to the last one decided. */
function isUnderWay({ guard, result, isResultGone }: OpenCall): boolean {
  return guard !== undefined && result === undefined && !isResultGone;
}

function withUnnamed(call: OpenCall, { type, content }: AuditEvent): OpenCall {
  switch (type) {
    case "approval_decided":
      return { ...call, answer: textIn(content, "decision") };
    case "step_begun":
      return { ...call, step: numberIn(content, "entryId") };
    case "tool_result":
      return { ...call, isResultGone: compactedHash(content) !== undefined };
    default:
      return call;
  }
}

/** The first of each counts. */
function withEvent(call: OpenCall, event: AuditEvent): OpenCall {
  if (textIn(event.content, "callId") !== call.id) return call;
  if (event.type === "guard_decided" && !call.guard) return { ...call, guard: guardStory(event) };
  if (event.type === "tool_result" && !call.result) return { ...call, result: resultStory(event) };
  return call;
}

function kindOf({ guard, result, isResultGone, answer }: Omit<CallStory, "kind">): CallKind {
  if (!guard) return "idle";
  const isRefused = guard.decision === "deny" || /^refused by the guard/.test(result?.text ?? "");
  const isDeclined = isResultGone && ["denied", "revised"].includes(answer);
  if (isRefused || isDeclined) return "refused";
  return guard.isReading ? "looked" : "changed";
}

function guardStory({ id, content }: AuditEvent): GuardStory {
  return {
    row: id,
    decision: textIn(content, "decision"),
    reason: textIn(content, "reason"),
    isReading: effectsIn(content).every((effect) => textIn(effect, "kind") === "read"),
  };
}

function effectsIn({ effects }: JsonObject): readonly JsonObject[] {
  return Array.isArray(effects) ? effects.filter(isObject) : [];
}

function isObject(value: Json): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function resultStory({ id, atMs, content }: AuditEvent): ResultStory {
  const { exitCode, isError } = content;
  const hasCode = typeof exitCode === "number" || typeof exitCode === "string";
  return {
    ...{ row: id, atMs },
    isError: isError === true,
    exitCode: hasCode ? String(exitCode) : isError === true ? "failed" : "done",
    text: textIn(content, "text"),
    durationMs: numberIn(content, "durationMs"),
  };
}
