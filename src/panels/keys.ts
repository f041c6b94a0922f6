// What a person typed, from the bytes that a terminal sends: sequences arrive whole however they
// were split, and what was pasted is no key. Pure: the time is told, nothing waits in here.
import type { Key } from "./keys-names.ts";
import { readToken, type Token } from "./keys-token.ts";

export interface KeyDecoder {
  /** What these bytes, with those kept from before, amount to. */
  feed(bytes: Uint8Array, nowMs: number): readonly Key[];
  /** What has come to nothing by now: a lone ESC is a key only when no more of it follows. */
  flush(nowMs: number): readonly Key[];
  /** A sequence or a paste is unfinished: flush it every ESCAPE_ALONE_MS until it is not. */
  readonly isHalfway: boolean;
}

/** Half a sequence is rarely further from its other half, also over a network. */
export const ESCAPE_ALONE_MS = 50;
/** Later than this the other half does not come any more; what comes is new. */
const SEQUENCE_MS = 1_000;
/** A bracketed paste that falls silent for so long without its end has lost it. */
const PASTE_SILENCE_MS = 5_000;
/** Nobody types so many characters between two reads: a terminal without bracketed paste. */
const PASTE_CHARACTERS_MIN = 16;
/** Longer than any sequence that means something. */
const PENDING_BYTES_MAX = 4_096;

const ESC = 0x1b;
const PASTE_END = [ESC, ...Buffer.from("[201~")];
/** What can follow the ESC of a sequence; none of them is a key of ours. */
const AFTER_ESCAPE = Buffer.from("[O]PX^_");

interface DecoderState {
  pending: readonly number[];
  isPasting: boolean;
  fedAtMs: number;
  /** When an ESC was last taken for a key, as nothing followed it in time. */
  escapedAtMs: number;
  /** When characters were last taken for a paste without brackets. */
  pastedAtMs: number;
}

export function createKeyDecoder(): KeyDecoder {
  const never = Number.NEGATIVE_INFINITY;
  const state: DecoderState = {
    pending: [],
    isPasting: false,
    fedAtMs: never,
    escapedAtMs: never,
    pastedAtMs: never,
  };
  return {
    feed: (bytes, nowMs) => {
      const overdue = flush(state, nowMs);
      return [...overdue, ...feed(state, { bytes: rejoin(state, { bytes, nowMs }), nowMs })];
    },
    flush: (nowMs) => flush(state, nowMs),
    get isHalfway() {
      return state.isPasting || state.pending.length > 0;
    },
  };
}

interface Read {
  readonly bytes: Iterable<number>;
  readonly nowMs: number;
}

/** The rest of a sequence whose ESC was given up too early still gets its ESC. */
function rejoin(state: DecoderState, { bytes, nowMs }: Read & { bytes: Uint8Array }) {
  const [first] = bytes;
  const isRest = first !== undefined && AFTER_ESCAPE.includes(first);
  const isInTime = nowMs - state.escapedAtMs < SEQUENCE_MS;
  state.escapedAtMs = Number.NEGATIVE_INFINITY;
  return isRest && isInTime ? [ESC, ...bytes] : bytes;
}

function feed(state: DecoderState, { bytes, nowMs }: Read): readonly Key[] {
  const tokens = readTokens(state, [...state.pending, ...bytes]);
  if (state.pending.length > PENDING_BYTES_MAX) state.pending = [];
  state.fedAtMs = nowMs;
  return keysOf(state, { tokens, nowMs });
}

/** Leaves in the state what cannot be understood yet. */
function readTokens(state: DecoderState, bytes: readonly number[]): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < bytes.length) {
    const token = state.isPasting ? skipPaste(bytes, at) : readToken(bytes, at);
    if (token.type === "partial") break;
    state.isPasting = token.type === "paste";
    tokens.push(token);
    at += token.length;
  }
  state.pending = bytes.slice(at);
  return tokens;
}

/** All but what may be the beginning of the paste's end; its end ends it. */
function skipPaste(bytes: readonly number[], from: number): Token {
  const isEndAt = (at: number) => PASTE_END.every((byte, index) => bytes[at + index] === byte);
  for (let at = bytes.indexOf(ESC, from); at !== -1; at = bytes.indexOf(ESC, at + 1)) {
    if (isEndAt(at)) return { type: "nothing", length: at - from + PASTE_END.length };
  }
  const kept = PASTE_END.length - 1;
  const length = bytes.length - from - kept;
  return length > 0 ? { type: "paste", length } : { type: "partial" };
}

interface ReadTokens {
  readonly tokens: readonly Token[];
  readonly nowMs: number;
}

function keysOf(state: DecoderState, { tokens, nowMs }: ReadTokens): readonly Key[] {
  const keys: Key[] = [];
  let typed: Key[] = [];
  const settle = () => {
    if (isPasted(state, { typed, nowMs })) state.pastedAtMs = nowMs;
    else keys.push(...typed);
    typed = [];
  };
  for (const token of tokens) {
    if (token.type === "typed") typed.push(token.key);
    if (token.type !== "pressed") continue;
    settle();
    keys.push(token.key);
  }
  settle();
  return keys;
}

/** Too much for one read, or the end of what was. */
function isPasted(
  state: DecoderState,
  { typed, nowMs }: { readonly typed: readonly Key[]; readonly nowMs: number },
): boolean {
  if (typed.length === 0) return false;
  const isTail = nowMs - state.pastedAtMs < ESCAPE_ALONE_MS;
  return isTail || typed.length >= PASTE_CHARACTERS_MIN;
}

function flush(state: DecoderState, nowMs: number): readonly Key[] {
  const silenceMs = nowMs - state.fedAtMs;
  if (state.isPasting) {
    if (silenceMs >= PASTE_SILENCE_MS) forget(state);
    return [];
  }
  const isEscape = state.pending.length > 0 && state.pending.every((byte) => byte === ESC);
  if (isEscape && silenceMs >= ESCAPE_ALONE_MS) {
    const keys = state.pending.map(() => "escape" as const);
    state.escapedAtMs = nowMs;
    forget(state);
    return keys;
  }
  if (silenceMs >= SEQUENCE_MS) forget(state);
  return [];
}

function forget(state: DecoderState): void {
  state.pending = [];
  state.isPasting = false;
}
