// One unit of what a terminal sends: a key, or a sequence that is none (mouse, focus, answers,
// function keys), which is taken whole all the same, so that no letter of it is left over.
import type { Key } from "./keys-names.ts";
import { keyOfCode, keyOfKeypad, keyOfSequence } from "./keys-names.ts";

/** `typed` is a plain character, as in a paste; `pressed` is a key that has a sequence. */
export type Token =
  | { readonly type: "typed" | "pressed"; readonly key: Key; readonly length: number }
  | { readonly type: "nothing" | "paste"; readonly length: number }
  | { readonly type: "partial" };

type Bytes = readonly number[];

/** `start` is where the token begins, `body` where its introducer has ended. */
interface Place {
  readonly start: number;
  readonly body: number;
}

const BEL = 0x07;
const TAB = 0x09;
const CTRL_C = 0x03;
const CTRL_L = 0x0c;
const CTRL_Z = 0x1a;
const ESC = 0x1b;
const DELETE = 0x7f;
/** The eight-bit form of ESC and a capital letter lies so far above the letter. */
const EIGHT_BIT = 0x40;
const MOUSE_BYTES = 3;

const PARTIAL: Token = { type: "partial" };

/** The token at `at`, which is within the bytes. Partial: it goes on after their end. */
export function readToken(bytes: Bytes, at: number): Token {
  const byte = bytes[at] ?? 0;
  if (byte === ESC) return readEscape(bytes, at);
  if (byte < 0x20) return readControl(byte);
  const isEightBit = byte > DELETE && byte < 0xa0;
  if (!isEightBit) return readCharacter(bytes, at);
  const place = { start: at, body: at + 1 };
  return readSequence(bytes, place, byte - EIGHT_BIT) ?? nothing(1);
}

function readEscape(bytes: Bytes, start: number): Token {
  const [next, third] = [bytes[start + 1], bytes[start + 2]];
  if (next === undefined) return PARTIAL;
  if (next === ESC) {
    if (third === undefined) return PARTIAL;
    // With Alt, some terminals put an ESC before the whole sequence.
    return isOneOf(third, "[O") ? nothing(1) : pressed("escape", 1);
  }
  // The Linux console's Shift-Tab.
  if (next === TAB) return pressed("backtab", 2);
  if (next < 0x20) return nothing(1);
  const sequence = readSequence(bytes, { start, body: start + 2 }, next);
  return sequence ?? readWithAlt(bytes, start);
}

/** Undefined when no sequence is introduced so. */
function readSequence(bytes: Bytes, place: Place, introducer: number): Token | undefined {
  if (isOneOf(introducer, "[")) return readControlSequence(bytes, place);
  if (isOneOf(introducer, "O")) return readKeypad(bytes, place);
  if (isOneOf(introducer, "]PX^_")) return readString(bytes, place);
  return undefined;
}

function readControlSequence(bytes: Bytes, { start, body }: Place): Token {
  const first = bytes[body];
  // The Linux console's F1 to F5, and the mouse's oldest form: no parameters, but something after.
  if (isOneOf(first, "[")) return ofLength(bytes, start, body + 2);
  if (isOneOf(first, "M")) return ofLength(bytes, start, body + 1 + MOUSE_BYTES);
  let end = body;
  while (isParameter(bytes[end]) && !isEndOfRxvt(bytes, body, end)) end += 1;
  const last = bytes[end];
  if (last === undefined) return PARTIAL;
  if (last < 0x20 || last >= DELETE) return nothing(end - start);
  const length = end + 1 - start;
  const parameters = textOf(bytes.slice(body, end));
  const final = textOf([last]);
  if (parameters === "200" && final === "~") return { type: "paste", length };
  const key = keyOfSequence(parameters, final);
  return key === undefined ? nothing(length) : pressed(key, length);
}

/** rxvt ends the keys with Shift in "$", which elsewhere is followed by the last byte. */
function isEndOfRxvt(bytes: Bytes, body: number, at: number): boolean {
  return isOneOf(bytes[at], "$") && /^\d+$/.test(textOf(bytes.slice(body, at)));
}

/** A modifier may stand before the letter. */
function readKeypad(bytes: Bytes, { start, body }: Place): Token {
  let end = body;
  while (isOneOf(bytes[end], "0123456789;")) end += 1;
  const last = bytes[end];
  if (last === undefined) return PARTIAL;
  if (last < 0x20 || last >= DELETE) return nothing(end - start);
  const length = end + 1 - start;
  const key = keyOfKeypad(textOf([last]));
  return key === undefined ? nothing(length) : pressed(key, length);
}

/** A terminal's answer: up to BEL or `ESC \`. Any other control character breaks it off. */
function readString(bytes: Bytes, { start, body }: Place): Token {
  const end = bytes.findIndex((byte, at) => at >= body && byte < 0x20);
  if (end === -1) return PARTIAL;
  if (bytes[end] === BEL) return nothing(end + 1 - start);
  if (bytes[end] !== ESC) return nothing(end - start);
  if (end + 1 === bytes.length) return PARTIAL;
  return nothing(end - start + (isOneOf(bytes[end + 1], "\\") ? 2 : 0));
}

/** A character typed with Alt means nothing to us. */
function readWithAlt(bytes: Bytes, start: number): Token {
  const character = readCharacter(bytes, start + 1);
  return character.type === "partial" ? PARTIAL : nothing(1 + character.length);
}

function readControl(byte: number): Token {
  const key = keyOfCode(byte);
  if (key === undefined) return nothing(1);
  const isSignal = byte === CTRL_C || byte === CTRL_L || byte === CTRL_Z;
  return isSignal ? pressed(key, 1) : { type: "typed", key, length: 1 };
}

/** One character of UTF-8. What is not UTF-8 is nothing. */
function readCharacter(bytes: Bytes, at: number): Token {
  const lead = bytes[at] ?? 0;
  const length = lengthOfCharacter(lead);
  if (length === undefined) return nothing(1);
  const character = bytes.slice(at, at + length);
  const broken = character.findIndex((byte, index) => index > 0 && byte >> 6 !== 0b10);
  if (broken !== -1) return nothing(broken);
  if (character.length < length) return PARTIAL;
  const key = keyOfCode(lead) ?? textOf(character).toLowerCase();
  return lead === DELETE ? nothing(1) : { type: "typed", key, length };
}

function lengthOfCharacter(lead: number): number | undefined {
  if (lead < 0x80) return 1;
  if (lead >= 0xc2 && lead < 0xe0) return 2;
  if (lead >= 0xe0 && lead < 0xf0) return 3;
  return lead >= 0xf0 && lead < 0xf5 ? 4 : undefined;
}

function ofLength(bytes: Bytes, start: number, end: number): Token {
  return bytes.length < end ? PARTIAL : nothing(end - start);
}

function isParameter(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x20 && byte < 0x40;
}

function isOneOf(byte: number | undefined, characters: string): boolean {
  return byte !== undefined && characters.includes(String.fromCharCode(byte));
}

function textOf(bytes: Bytes): string {
  return Buffer.from(bytes).toString();
}

function pressed(key: Key, length: number): Token {
  return { type: "pressed", key, length };
}

function nothing(length: number): Token {
  return { type: "nothing", length };
}
